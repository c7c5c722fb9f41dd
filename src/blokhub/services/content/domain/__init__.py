"""The package: its state and rules, the steps of its publication, and what a definition must be."""

from blokhub.services.content.domain.definitions import (
    Definition,
    Verdict,
    check_definition,
    read_definition,
    write_definition,
)
from blokhub.services.content.domain.examples import Examples, read_examples
from blokhub.services.content.domain.nodes import NodeFacts, known_nodes, node_facts
from blokhub.services.content.domain.package import (
    PACKAGE,
    DefinitionRefused,
    NameTaken,
    Package,
    PublicationRunning,
    Version,
    can_see,
    check_owner,
    choose_latest,
    create_fork,
    delete,
    deprecate,
    save_draft,
    submit,
    update,
    yank,
)
from blokhub.services.content.domain.publication import (
    complete_dry_run,
    mark_indexed,
    publish,
    request_dry_run,
    validate,
    withdraw,
)
from blokhub.services.content.domain.reading import Reading, read_workflow
from blokhub.services.content.domain.store import PackageStore

__all__ = [
    "PACKAGE",
    "Definition",
    "DefinitionRefused",
    "Examples",
    "NameTaken",
    "NodeFacts",
    "Package",
    "PackageStore",
    "PublicationRunning",
    "Reading",
    "Verdict",
    "Version",
    "can_see",
    "check_definition",
    "check_owner",
    "choose_latest",
    "complete_dry_run",
    "create_fork",
    "delete",
    "deprecate",
    "known_nodes",
    "mark_indexed",
    "node_facts",
    "publish",
    "read_definition",
    "read_examples",
    "read_workflow",
    "request_dry_run",
    "save_draft",
    "submit",
    "update",
    "validate",
    "withdraw",
    "write_definition",
    "yank",
]
