"""One way to put an application together, whoever starts it: tests, ``blok dev`` and ``blok start``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from blok.nodes.contract import Node
from blok.nodes.registry import NodeRegistry
from blok.runner.engine import Engine
from blok.runner.settings import read_settings
from blok.runner.store import DurableStore
from blok.server.application import Application
from blok.server.project import Project, find_layout
from blok.workflow import Generation


def build_application(
    root: Path,
    *,
    environment: Mapping[str, str] | None = None,
    generation: Generation | None = None,
    nodes: Mapping[str, Node] | None = None,
    durable: bool = True,
) -> Application:
    """Load the project at ``root`` and make its application.

    ``nodes`` are added to the project's own. With ``durable`` the runs that go on later survive a restart,
    in ``<root>/.blok/runs.db``.

    Raises:
        WorkflowSyntaxError: when ``blok.toml`` cannot be read. Broken workflow files do not raise.
    """
    variables = dict(os.environ if environment is None else environment)
    layout = find_layout(root.resolve(), variables, generation=generation)
    store = DurableStore(root / ".blok" / "runs.db") if durable else DurableStore()
    engine = Engine(NodeRegistry(nodes), settings=read_settings(variables), store=store)
    project = Project(layout, engine)
    project.load()
    return Application(project)
