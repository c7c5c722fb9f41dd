"""Generation 2: every accepted shape, v1-shaped files too, to the one model, and every rejection."""

from __future__ import annotations

from typing import Any, NoReturn

from blok.expressions import find_refs, lower_refs
from blok.workflow import fields
from blok.workflow.control import ControlSteps, Place
from blok.workflow.errors import DocPath, WorkflowRejectedError, path_text
from blok.workflow.model import Arm, BranchStep, NodeStep, Step, Workflow
from blok.workflow.names import is_if_else, step_type

_CONTROL = ("branch", "subworkflow", "wait", "forEach", "loop", "switch", "tryCatch")


def normalise_v2(definition: Any, source: str | None = None) -> Workflow:
    """Normalise one document under the rules of generation 2.

    Raises:
        WorkflowRejectedError: with the place of the first rule that is broken.
    """
    return _Normaliser(source).workflow(definition)


class _Normaliser(ControlSteps):
    def __init__(self, source: str | None) -> None:
        self.source = source
        self.seen: dict[str, DocPath] = {}
        self.keys: dict[str, DocPath] = {}
        self.loops: list[tuple[str, DocPath]] = []
        self.entries: dict[str, Any] = {}
        self.config: dict[str, Any] = {}
        self.open_entries: list[str] = []

    def reject(self, message: str, path: DocPath = ()) -> NoReturn:
        suffix = f" (file: {self.source})" if self.source else ""
        raise WorkflowRejectedError(
            f"[blok] WorkflowNormalizer: {message}{suffix}", path=path, source=self.source
        )

    def workflow(self, definition: Any) -> Workflow:
        if not isinstance(definition, dict):
            kind = (
                "null"
                if definition is None
                else "array"
                if isinstance(definition, list)
                else type(definition).__name__
            )
            self.reject(f"expected an object, got {kind}")
        entries = definition.get("nodes")
        self.entries = entries if isinstance(entries, dict) else {}
        if self.entries and definition.get("schemaVersion") in {"2", 2}:
            self.reject(
                'schemaVersion "2" carries the legacy top-level `nodes{}` map; '
                "move each entry's inputs onto its step",
                ("nodes",),
            )
        marker = definition.get("middleware")
        trigger, warnings = self.trigger(definition)
        steps = self.steps(definition.get("steps"), ("steps",), ())
        self.check_loop_keys()
        if not steps:
            raise WorkflowRejectedError(
                "Workflow must have at least one step", path=("steps",), source=self.source
            )
        name, version = definition.get("name"), definition.get("version")
        return Workflow(
            name=name if isinstance(name, str) else "",
            version=version if isinstance(version, str) else "1.0.0",
            description=definition.get("description"),
            generation=2,
            trigger=trigger,
            steps=steps,
            is_middleware=marker is True,
            middleware=fields.strings(marker),
            config={**self.entries, **self.config},
            definition=definition,
            source=self.source,
            warnings=tuple(warnings),
            input_schema=definition.get("input"),
            output_schema=definition.get("output"),
        )

    def trigger(self, definition: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[str]]:
        trigger, warnings = fields.triggers(definition), []
        http = trigger.get("http")
        if http is not None and http.get("method") == "*":
            http["method"] = "ANY"
            warnings.append('trigger.http.method "*" is read as "ANY"; write "ANY"')
        for block in trigger.values():
            if "concurrencyKey" in block:
                block["concurrencyKey"] = lower_refs(block["concurrencyKey"])
            debounce = block.get("debounce")
            if isinstance(debounce, dict) and "key" in debounce:
                block["debounce"] = {**debounce, "key": lower_refs(debounce["key"])}
            if isinstance(block.get("middleware"), list) and definition.get("middleware") is True:
                self.reject(
                    "sets both `middleware: true` (marker) and `middleware: [...]` (chain)", ("middleware",)
                )
        return trigger, warnings

    def steps(self, value: Any, path: DocPath, around: tuple[str, ...]) -> tuple[Step, ...]:
        if not isinstance(value, list):
            return ()
        return tuple(
            self.step(item, index, (*path, index), around)
            for index, item in enumerate(value)
            if isinstance(item, dict)
        )

    def step(self, raw: dict[str, Any], index: int, path: DocPath, around: tuple[str, ...]) -> Step:
        name = self.identity(raw, index, path)
        kind = next((kind for kind in _CONTROL if raw.get(kind) is not None), None)
        common: dict[str, Any] = {
            "name": name,
            "path": path,
            "active": raw.get("active", True) is True if kind == "wait" else bool(raw.get("active", True)),
            "stop": raw.get("stop") is True,
        }
        if kind is None:
            return self.node(raw, path, common, around)
        body = raw[kind]
        if kind != "subworkflow" and not isinstance(body, dict):
            body = {}
        build = getattr(self, f"build_{kind.lower()}")
        step: Step = build(body, Place(raw, (*path, kind), common, around))
        return step

    def identity(self, raw: dict[str, Any], index: int, path: DocPath) -> str:
        if raw.get("id") is not None and raw.get("name") is not None:
            self.conflict(path, "`name` (v1 key) and `id` (v2 key)")
        if raw.get("node") is not None and raw.get("use") is not None:
            self.conflict(path, "`node` (v1 ref) and `use` (v2 ref)")
        name = raw.get("id", raw.get("name"))
        if not isinstance(name, str) or not name:
            self.reject(f"step at index {index} has neither `id` (v2) nor `name` (v1).", path)
        if "set_var" in raw:
            self.reject(
                f'step "{name}" uses `set_var`, which was removed in v0.5. '
                "Every step is stored under its id; use `as`, `spread` or `ephemeral` to change that.",
                (*path, "set_var"),
            )
        first = self.seen.setdefault(name, path)
        if first != path:
            self.reject(
                f'duplicate step id "{name}" at {path_text(path)}; first seen at {path_text(first)}', path
            )
        self.keys.setdefault(name, path)
        return name

    def conflict(self, path: DocPath, fields_text: str) -> NoReturn:
        """Refuse a step that says the same thing in the words of both generations."""
        where = path_text(path)
        self.reject(
            f"conflicting workflow DSL fields: step at {where} sets BOTH {fields_text} — keep one", path
        )

    def stored(self, raw: dict[str, Any], name: str, path: DocPath) -> dict[str, Any]:
        alias = raw.get("as")
        if isinstance(alias, str) and alias and raw.get("spread") is True:
            self.reject(
                f'step "{name}" sets both `as` and `spread` — they are mutually exclusive.', (*path, "as")
            )
        if isinstance(alias, str) and alias:
            self.keys.setdefault(alias, path)
        return {
            "store_as": alias if isinstance(alias, str) and alias else None,
            "spread": raw.get("spread") is True,
            "ephemeral": raw.get("ephemeral") is True,
            "idempotency_key": lower_refs(raw.get("idempotencyKey")),
            "idempotency_ttl": fields.read_ttl(raw.get("idempotencyKeyTTL")),
            "retry": fields.read_retry(raw.get("retry")),
            "max_duration": fields.read_max_duration(raw.get("maxDuration")),
        }

    def node(
        self, raw: dict[str, Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]
    ) -> Step:
        name, node = common["name"], raw.get("use", raw.get("node"))
        if not isinstance(node, str) or not node:
            self.reject(f'step "{name}" has neither `use` (v2) nor `node` (v1).', path)
        entry = fields.object_or_none(self.entries.get(name))
        inputs = fields.object_or_none(raw.get("inputs"))
        conditions = (entry or {}).get("conditions", (inputs or {}).get("conditions"))
        if is_if_else(node) and isinstance(conditions, list):
            where: DocPath = (
                ("nodes", name, "conditions")
                if "conditions" in (entry or {})
                else (*path, "inputs", "conditions")
            )
            return self.conditions(conditions, where, {**common, "node": node}, around)
        if inputs is None and entry is not None:
            inputs = fields.object_or_none(entry.get("inputs"))
        inputs = lower_refs(inputs)
        self.config[name] = {**(entry or {}), **({"inputs": inputs} if inputs is not None else {})}
        return NodeStep(
            **common,
            **self.stored(raw, name, path),
            node=node,
            type=step_type(raw, node),
            inputs=inputs,
            config=self.config[name],
        )

    def conditions(
        self, value: list[Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]
    ) -> Step:
        name = common["name"]
        if name in self.open_entries:
            self.reject(f'step "{name}" contains itself', path)
        self.open_entries.append(name)
        arms = tuple(
            Arm(
                condition=arm.get("condition") or None,
                steps=self.steps(arm.get("steps"), (*path, index, "steps"), around),
                kind=str(arm.get("type", "")),
            )
            for index, arm in enumerate(value)
            if isinstance(arm, dict)
        )
        self.open_entries.pop()
        self.config[name] = self.entries.get(name, {})
        return BranchStep(**common, arms=arms)

    def no_refs(self, value: Any, path: DocPath, name: str) -> None:
        for inner in find_refs(value):
            where = ".".join(part for part in (path_text(path), inner) if part).replace(".[", "[")
            self.reject(f'a structural `{{$ref}}` survived normalization at {where} (step "{name}")', path)

    def check_loop_keys(self) -> None:
        for key, path in self.loops:
            other = self.keys.get(key)
            if other is not None:
                self.reject(
                    f'forEach state key "{key}" at {path_text(path)}.as '
                    f'collides with step id "{key}" at {path_text(other)}',
                    (*path, "as"),
                )
