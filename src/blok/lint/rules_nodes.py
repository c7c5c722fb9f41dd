"""Rules about nodes: they exist, and their inputs are known, complete and of the right type."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from blok.expressions import find_refs
from blok.expressions.placeholders import PLACEHOLDER
from blok.lint import types
from blok.lint.document import Document
from blok.lint.problem import Edit
from blok.nodes.contract import Node
from blok.workflow import DocPath, Step
from blok.workflow.model import NodeStep, inner_lists

_ROOT_TYPES = {
    ("ctx", "request", "method"): {"type": "string"},
    ("ctx", "request", "path"): {"type": "string"},
    ("ctx", "request", "query"): {"type": "object", "additionalProperties": {"type": "string"}},
    ("ctx", "request", "params"): {"type": "object", "additionalProperties": {"type": "string"}},
    ("ctx", "request", "headers"): {"type": "object", "additionalProperties": {"type": "string"}},
}


def check_nodes(document: Document) -> None:
    """Every node step: its node, its inputs, and the types along its edges."""
    if document.workflow is None:
        return
    schemas = _Schemas(document)
    for step, before in _with_previous(document.workflow.steps, None):
        if isinstance(step, NodeStep) and not step.type.startswith("runtime."):
            found = document.registry.find(step.node)
            if found is None:
                _unknown_node(document, step)
            elif step.inputs is not None:
                _check_inputs(document, step, found, schemas, before)


def _with_previous(steps: tuple[Step, ...], before: Step | None) -> list[tuple[Step, Step | None]]:
    found: list[tuple[Step, Step | None]] = []
    for step in steps:
        found.append((step, before))
        for inner in inner_lists(step):
            found += _with_previous(inner, None)
        before = step
    return found


def _unknown_node(document: Document, step: NodeStep) -> None:
    key = "node" if document.generation == 1 else "use"
    close = difflib.get_close_matches(step.node, [node.name for node in document.registry], n=1)
    document.report(
        "unknown-node",
        "error",
        (*step.path, key),
        f"Node {step.node} not found.",
        f"Did you mean {close[0]}?"
        if close
        else "Install the package that has it, or add it to the nodes folder.",
    )


class _Schemas:
    """The schemas of what expressions can read."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._steps = {
            step.state_key: step
            for step in document.steps()
            if isinstance(step, NodeStep) and not step.ephemeral and not step.spread
        }

    def output(self, step: Step | None) -> Any:
        """The output schema of a step's node."""
        if not isinstance(step, NodeStep) or step.type.startswith("runtime."):
            return None
        found = self._document.registry.find(step.node)
        return found.output.schema if found is not None and found.checks_output else None

    def of_path(self, path: tuple[str, ...], before: Step | None) -> Any:
        """The schema of a path such as `ctx.state.a.b`, or None."""
        for root, schema in _ROOT_TYPES.items():
            if path[: len(root)] == root:
                return types.inside(schema, path[len(root) :])
        if len(path) > 2 and path[0] == "ctx" and path[1] in ("state", "vars"):
            return types.inside(self.output(self._steps.get(path[2])), path[3:])
        kept = isinstance(before, NodeStep) and self._document.generation == 1 and before.set_var
        if path[:3] in (("ctx", "response", "data"), ("ctx", "prev", "data")) and not kept:
            return types.inside(self.output(before), path[3:])
        return None


def _check_inputs(
    document: Document, step: NodeStep, node: Node, schemas: _Schemas, before: Step | None
) -> None:
    schema = node.input.schema
    members = schema.get("properties")
    inputs, place = step.inputs or {}, document.inputs_path(step)
    if not isinstance(members, Mapping):
        return
    for name in schema.get("required", ()):
        if name not in inputs:
            message = f'Step "{step.name}": the node {node.name} needs the input "{name}".'
            document.report("missing-input", "error", place, message, f'Add "{name}" to the inputs.')
    for name, value in inputs.items():
        if name in members:
            wanted = types.of_schema(members[name])
            if wanted is not None:
                given = _types_of(value, schemas, before)
                _check_type(document, (*place, name), value, given, wanted)
        elif schema.get("additionalProperties") is False:
            close = difflib.get_close_matches(name, list(members), n=1)
            fix = f'Did you mean "{close[0]}"?' if close else f"It has: {', '.join(members)}."
            message = f'The node {node.name} has no input "{name}".'
            document.report("unknown-input", "error", (*place, name), message, fix)


def _types_of(value: Any, schemas: _Schemas, before: Step | None) -> types.Types | None:
    if isinstance(value, str) and value.startswith("js/"):
        return types.of_expression(value[3:], lambda where: schemas.of_path(where, before))
    return frozenset({types.of_value(value)})


def _check_type(
    document: Document, path: DocPath, value: Any, given: types.Types | None, wanted: types.Types
) -> None:
    if given is None or not given.isdisjoint(wanted):
        return
    shown, kind = " or ".join(sorted(wanted)), " or ".join(sorted(given))
    found = PLACEHOLDER.search(value) if isinstance(value, str) and not value.startswith("js/") else None
    if found is not None:
        whole, source = found[0] == value, f"js/{found[1].strip()}"
        fix = f"Write {source}." if whole else "Write one js/ expression."
        edit = Edit(path, value, source) if whole else None
        message = f"${{}} always gives text, and this input takes {shown}."
        document.report("text-for-value", "error", path, message, fix, edit)
        return
    if any(True for _ in find_refs(value)):
        message = "References belong to generation 2: here this is an object like any other."
        document.report("never-resolves", "error", path, message, "Write js/ctx.… instead.")
        return
    fix = (
        f"Convert it: js/{_CONVERSIONS.get(shown, 'String')}(…)."
        if isinstance(value, str)
        else f"Give {shown}."
    )
    message = f"This gives {kind}, and the input takes {shown}."
    document.report("type-mismatch", "error", path, message, fix)


_CONVERSIONS = {"number": "Number", "boolean": "Boolean", "array": "Array.from", "object": "JSON.parse"}
