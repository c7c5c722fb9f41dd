"""Generation 1: steps beside a ``nodes`` map. Nothing but the shape is checked, as in that runtime."""

from __future__ import annotations

from typing import Any

from blok.workflow import fields
from blok.workflow.errors import DocPath, WorkflowRejectedError
from blok.workflow.model import Arm, BranchStep, NodeStep, Step, Workflow
from blok.workflow.names import is_if_else


def normalise_v1(definition: Any, source: str | None = None) -> Workflow:
    """Normalise one document under the rules of generation 1.

    Raises:
        WorkflowRejectedError: when there are no steps, a step has no name or node, or contains itself.
    """
    if not isinstance(definition, dict):
        raise WorkflowRejectedError("A workflow file must hold an object.", source=source)
    entries = definition.get("nodes")
    reader = _Reader(entries if isinstance(entries, dict) else {}, source)
    steps = reader.steps(definition.get("steps"), ("steps",))
    if not steps:
        raise WorkflowRejectedError("Workflow must have at least one step", path=("steps",), source=source)
    name, version = definition.get("name"), definition.get("version")
    return Workflow(
        name=name if isinstance(name, str) else "",
        version=version if isinstance(version, str) else "",
        description=definition.get("description"),
        generation=1,
        trigger=fields.triggers(definition),
        steps=steps,
        config=reader.entries,
        definition=definition,
        source=source,
    )


class _Reader:
    def __init__(self, entries: dict[str, Any], source: str | None) -> None:
        self.entries = entries
        self.source = source
        self.open: list[str] = []

    def steps(self, value: Any, path: DocPath) -> tuple[Step, ...]:
        if not isinstance(value, list):
            return ()
        return tuple(
            self.step(item, (*path, index)) for index, item in enumerate(value) if isinstance(item, dict)
        )

    def step(self, raw: dict[str, Any], path: DocPath) -> Step:
        name, node = raw.get("name"), raw.get("node")
        if not isinstance(name, str) or not isinstance(node, str):
            missing = "node" if isinstance(name, str) else "name"
            hint = " (`id`/`use` belong to generation 2)" if "id" in raw or "use" in raw else ""
            raise WorkflowRejectedError(f"A step has no `{missing}`{hint}.", path=path, source=self.source)
        entry = fields.object_or_none(self.entries.get(name))
        common: dict[str, Any] = {
            "name": name,
            "path": path,
            "active": raw.get("active", True) is not False,
            "stop": raw.get("stop") is True,
        }
        conditions = (entry or {}).get("conditions")
        if is_if_else(node) and isinstance(conditions, list):
            return BranchStep(**common, node=node, arms=self.arms(name, conditions))
        return NodeStep(
            **common,
            set_var=raw.get("set_var") is True,
            node=node,
            type=str(raw.get("type") or "module"),
            inputs=None if entry is None else fields.object_or_none(entry.get("inputs")),
            config=entry,
        )

    def arms(self, name: str, conditions: list[Any]) -> tuple[Arm, ...]:
        if name in self.open:
            raise WorkflowRejectedError(
                f'Step "{name}" contains itself.', path=("nodes", name), source=self.source
            )
        self.open.append(name)
        arms = tuple(
            Arm(
                condition=arm.get("condition") or None,
                steps=self.steps(arm.get("steps"), ("nodes", name, "conditions", index, "steps")),
                kind=str(arm.get("type", "")),
            )
            for index, arm in enumerate(conditions)
            if isinstance(arm, dict)
        )
        self.open.pop()
        return arms
