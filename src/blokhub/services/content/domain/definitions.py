"""Definitions: what is published. A workflow is a Blok file; a node is the description of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import msgspec
from jsonschema import Draft202012Validator, SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from blok.lint import Problem, lint_text
from blok.nodes import NodeRegistry
from blok.workflow import (
    Description,
    Format,
    WorkflowError,
    canonical_json,
    digest,
    export,
    parse,
)
from blokhub.kernel.errors import InvalidInput
from blokhub.kernel.text import has_nul
from blokhub.services.content.contract import Kind, Outline
from blokhub.services.content.domain.outlines import outline_of

Encoding = Literal["json", "yaml", "toml"]
MAX_BYTES = 512 * 1024


@dataclass(frozen=True)
class Definition:
    """A definition as it is kept: JSON text in the author's order of keys, and its digest."""

    body: str
    digest: str


@dataclass(frozen=True)
class Verdict:
    """What the rules say about a definition: the errors forbid its publication."""

    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outline: Outline = field(default_factory=Outline)


def read_definition(given: dict[str, Any] | str, encoding: Encoding | None) -> Definition:
    """Take a definition as an object, or as the text of a file in `encoding`.

    The digest is the sha-256 of the canonical JSON, so it is the same whatever the encoding was.
    Raises InvalidInput when it cannot be read, is no object, or is too large.
    """
    try:
        document = parse(given, encoding or "json") if isinstance(given, str) else given
        if not isinstance(document, dict):
            raise InvalidInput("A definition is an object.", pointer="/definition")
        if len(canonical_json(document)) > MAX_BYTES:
            raise InvalidInput(f"A definition may have {MAX_BYTES // 1024} KiB.", pointer="/definition")
        body = msgspec.json.encode(document)
        if has_nul(body):
            raise InvalidInput("No text may have the character NUL in it.", pointer="/definition")
        return Definition(body.decode(), digest(document))
    except WorkflowError as error:
        raise InvalidInput(str(error), pointer="/definition", line=error.line, column=error.column) from error
    except RecursionError as error:
        raise InvalidInput("The definition is nested too deeply.", pointer="/definition") from error
    except UnicodeEncodeError as error:
        raise InvalidInput("A text has half of a surrogate pair in it.", pointer="/definition") from error


def write_definition(body: str, encoding: Encoding) -> str:
    """The definition as a file in `encoding`; reading it again gives the same digest.

    Raises InvalidInput when the encoding has no way to say it (TOML has no null in arrays).
    """
    if encoding == "json":
        return msgspec.json.format(body.encode(), indent=2).decode() + "\n"
    try:
        return export(msgspec.json.decode(body), cast(Format, encoding))
    except WorkflowError as error:
        raise InvalidInput(
            f"This definition cannot be written as {encoding}: {error}", pointer="/query/format"
        ) from error


def check_definition(kind: Kind, body: str, nodes: NodeRegistry) -> Verdict:
    """Hold a definition against the rules of its kind."""
    document = msgspec.json.decode(body)
    return _check_workflow(document, nodes) if kind == "workflow" else _check_node(document)


def _check_workflow(document: Any, nodes: NodeRegistry) -> Verdict:
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    found = lint_text(text, "workflow.json", nodes)
    errors = [_as_dict(problem) for problem in found if problem.severity == "error"]
    if errors:
        return Verdict(errors=errors)
    outline, outlined = outline_of(document)
    hints = [f"Line {problem.line}: {problem.message}" for problem in found]
    return Verdict([], hints + _warnings(document, outlined), outline)


_FIXES = {"unknown-node": "A hub runs built-in nodes and its own; see docs/reference/nodes.md for those."}


def fix_of(problem: Problem) -> str:
    """How to mend a problem, where a hub knows better than the runtime."""
    return _FIXES.get(problem.rule, problem.fix)


def _as_dict(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "message": problem.message,
        "fix": fix_of(problem),
        "line": problem.line,
        "column": problem.column,
    }


def _warnings(document: dict[str, Any], found: Description) -> list[str]:
    warnings = []
    if not document.get("description"):
        warnings.append("It has no description; people find what says what it does.")
    if found.dynamic_hosts:
        warnings.append("It computes the address that it contacts, so its hosts cannot be listed in full.")
    if found.environment:
        warnings.append(
            f"It reads {', '.join(found.environment)} from the environment, which is empty in the sandbox."
        )
    return warnings


_NODE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "description", "input", "output"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 200},
        "description": {"type": "string", "minLength": 1, "maxLength": 1000},
        "runtime": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "input": {"type": "object"},
        "output": {"type": "object"},
        "source": {"type": "string", "maxLength": 200_000},
        "language": {"type": "string", "maxLength": 40},
        "examples": {
            "type": "array",
            "items": {"type": "object", "required": ["input", "output"]},
        },
    },
}


def _check_node(document: Any) -> Verdict:
    """A node's description: what goes in and what comes out, as JSON Schema, with examples that fit."""
    errors = _violations("node.format", _NODE_SCHEMA, document, ())
    if errors:
        return Verdict(errors)
    for side in ("input", "output"):
        try:
            Draft202012Validator.check_schema(document[side])
        except SchemaError as error:
            errors.append(_problem("node.schema", f"{side} is no JSON Schema: {error.message}", (side,)))
    if not errors:
        for index, example in enumerate(document.get("examples", [])):
            for side in ("input", "output"):
                errors += _violations(
                    "node.example", document[side], example[side], ("examples", index, side)
                )
    return Verdict(errors, [], Outline(nodes=[document["name"]]))


def _violations(
    rule: str, schema: dict[str, Any], value: Any, at: tuple[str | int, ...]
) -> list[dict[str, Any]]:
    # An empty registry: by default, a `$ref` to an address would be fetched from there.
    found = Draft202012Validator(schema, registry=Registry()).iter_errors(value)
    try:
        return [_problem(rule, error.message, (*at, *error.absolute_path)) for error in found]
    except Unresolvable as error:
        return [_problem(rule, f"{error.ref!r} is not in the schema; nothing is fetched.", at)]


def _problem(rule: str, message: str, path: Sequence[str | int]) -> dict[str, Any]:
    return {"rule": rule, "message": message, "pointer": pointer_of(path)}


def pointer_of(path: Sequence[str | int]) -> str:
    """An RFC 6901 pointer into a document."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)
