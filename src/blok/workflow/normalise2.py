"""Generation 2: every accepted shape, v1-shaped files included, to the one model, and every rejection."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from blok.expressions import find_refs, lower_refs
from blok.workflow import fields
from blok.workflow.duration import InvalidDurationError, parse_duration
from blok.workflow.errors import DocPath, WorkflowRejectedError, path_text
from blok.workflow.model import (
    Arm,
    BranchStep,
    Case,
    ForEachStep,
    LoopStep,
    NodeStep,
    Step,
    SubworkflowStep,
    SwitchStep,
    TryCatchStep,
    WaitStep,
    Workflow,
)
from blok.workflow.names import is_if_else, step_type

_CONTROL = ("branch", "subworkflow", "wait", "forEach", "loop", "switch", "tryCatch")
_PROXY = re.compile(r"^\s*(?:\$\.|ctx\.)|\$\{|\{\{")


def normalise_v2(definition: Any, source: str | None = None) -> Workflow:
    """Normalise one document under the rules of generation 2.

    Raises:
        WorkflowRejectedError: with the place of the first rule that is broken.
    """
    return _Normaliser(source).workflow(definition)


class _Normaliser:
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
        raise WorkflowRejectedError(f"[blok] WorkflowNormalizer: {message}{suffix}", path=path, source=self.source)

    def workflow(self, definition: Any) -> Workflow:
        if not isinstance(definition, dict):
            kind = "null" if definition is None else "array" if isinstance(definition, list) else type(definition).__name__
            self.reject(f"expected an object, got {kind}")
        entries = definition.get("nodes")
        self.entries = entries if isinstance(entries, dict) else {}
        if self.entries and definition.get("schemaVersion") in {"2", 2}:
            self.reject(
                'schemaVersion "2" carries the legacy top-level `nodes{}` map; move each entry\'s inputs onto its step',
                ("nodes",),
            )
        marker = definition.get("middleware")
        trigger, warnings = self.trigger(definition)
        steps = self.steps(definition.get("steps"), ("steps",), ())
        self.check_loop_keys()
        if not steps:
            raise WorkflowRejectedError("Workflow must have at least one step", path=("steps",), source=self.source)
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
                self.reject("sets both `middleware: true` (marker) and `middleware: [...]` (chain)", ("middleware",))
        return trigger, warnings

    def steps(self, value: Any, path: DocPath, around: tuple[str, ...]) -> tuple[Step, ...]:
        if not isinstance(value, list):
            return ()
        return tuple(
            self.step(item, index, (*path, index), around) for index, item in enumerate(value) if isinstance(item, dict)
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
        step: Step = build(raw, body, (*path, kind), common, around)
        return step

    def identity(self, raw: dict[str, Any], index: int, path: DocPath) -> str:
        if raw.get("id") is not None and raw.get("name") is not None:
            self.reject(
                f"conflicting workflow DSL fields: step at {path_text(path)} sets BOTH `name` (v1 key) and `id` (v2 key) — keep one",
                path,
            )
        if raw.get("node") is not None and raw.get("use") is not None:
            self.reject(
                f"conflicting workflow DSL fields: step at {path_text(path)} sets BOTH `node` (v1 ref) and `use` (v2 ref) — keep one",
                path,
            )
        name = raw.get("id", raw.get("name"))
        if not isinstance(name, str) or not name:
            self.reject(f"step at index {index} has neither `id` (v2) nor `name` (v1).", path)
        if "set_var" in raw:
            self.reject(
                f'step "{name}" uses `set_var`, which was removed in v0.5. Every step is stored under its id; '
                "use `as`, `spread` or `ephemeral` to change that.",
                (*path, "set_var"),
            )
        first = self.seen.setdefault(name, path)
        if first != path:
            self.reject(f'duplicate step id "{name}" at {path_text(path)}; first seen at {path_text(first)}', path)
        self.keys.setdefault(name, path)
        return name

    def stored(self, raw: dict[str, Any], name: str, path: DocPath) -> dict[str, Any]:
        alias = raw.get("as")
        if isinstance(alias, str) and alias and raw.get("spread") is True:
            self.reject(f'step "{name}" sets both `as` and `spread` — they are mutually exclusive.', (*path, "as"))
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

    def node(self, raw: dict[str, Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]) -> Step:
        name, node = common["name"], raw.get("use", raw.get("node"))
        if not isinstance(node, str) or not node:
            self.reject(f'step "{name}" has neither `use` (v2) nor `node` (v1).', path)
        entry = fields.object_or_none(self.entries.get(name))
        inputs = fields.object_or_none(raw.get("inputs"))
        conditions = (entry or {}).get("conditions", (inputs or {}).get("conditions"))
        if is_if_else(node) and isinstance(conditions, list):
            where: DocPath = ("nodes", name, "conditions") if "conditions" in (entry or {}) else (*path, "inputs", "conditions")
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

    def conditions(self, value: list[Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]) -> Step:
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

    def build_branch(self, _raw: Any, body: dict[str, Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]) -> Step:
        when = body.get("when")
        if when is None or when == "":
            self.reject(f'branch step "{common["name"]}" is missing `when`', path)
        self.no_refs(when, (*path, "when"), common["name"])
        arms = [Arm(condition=when, steps=self.steps(body.get("then"), (*path, "then"), around))]
        otherwise = self.steps(body.get("else"), (*path, "else"), around)
        if otherwise:
            arms.append(Arm(condition=None, steps=otherwise, kind="else"))
        return BranchStep(**common, arms=tuple(arms))

    def build_foreach(self, _raw: Any, body: dict[str, Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]) -> Step:
        name, key = common["name"], body.get("as")
        if body.get("in") is None:
            self.reject(f'forEach step "{name}" is missing `in`', path)
        if not isinstance(key, str) or not key:
            self.reject(f'forEach step "{name}" is missing `as`', path)
        self.no_refs(body["in"], (*path, "in"), name)
        for state_key in (key, f"{key}Index"):
            if state_key in around:
                self.reject(
                    f'forEach state key "{state_key}" at {path_text(path)}.as collides with surrounding forEach state key',
                    (*path, "as"),
                )
            self.loops.append((state_key, path))
        return ForEachStep(
            **common,
            items=body["in"],
            item_key=key,
            parallel=body.get("mode") == "parallel",
            concurrency=fields.positive_int(body.get("concurrency"), 10),
            steps=self.steps(body.get("do"), (*path, "do"), (*around, key, f"{key}Index")),
        )

    def build_loop(self, _raw: Any, body: dict[str, Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]) -> Step:
        condition = body.get("while")
        if condition is None or condition == "":
            self.reject(f'loop step "{common["name"]}" is missing `while`', path)
        self.no_refs(condition, (*path, "while"), common["name"])
        return LoopStep(
            **common,
            condition=condition,
            max_iterations=fields.positive_int(body.get("maxIterations"), 1_000),
            steps=self.steps(body.get("do"), (*path, "do"), around),
        )

    def build_switch(self, _raw: Any, body: dict[str, Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]) -> Step:
        name = common["name"]
        if "on" not in body:
            self.reject(f'switch step "{name}" is missing `on`', path)
        self.no_refs(body["on"], (*path, "on"), name)
        raw_cases = body.get("cases")
        if not isinstance(raw_cases, list) or not raw_cases:
            self.reject(f'switch step "{name}" has no `cases`', path)
        cases = []
        for index, case in enumerate(raw_cases):
            where = (*path, "cases", index)
            if not isinstance(case, dict):
                self.reject(f'switch step "{name}" cases[{index}] is not an object', where)
            if "when" not in case:
                self.reject(f'switch step "{name}" cases[{index}] is missing `when`', where)
            self.no_refs(case["when"], (*where, "when"), name)
            cases.append(Case(when=case["when"], steps=self.steps(case.get("do"), (*where, "do"), around)))
        default = body.get("default")
        return SwitchStep(
            **common,
            on=body["on"],
            cases=tuple(cases),
            default=self.steps(default, (*path, "default"), around) if isinstance(default, list) else None,
        )

    def build_trycatch(self, _raw: Any, body: dict[str, Any], path: DocPath, common: dict[str, Any], around: tuple[str, ...]) -> Step:
        name = common["name"]
        for block in ("try", "catch"):
            if not isinstance(body.get(block), list) or not body[block]:
                self.reject(f'tryCatch step "{name}" requires a non-empty `{block}` block.', path)
        return TryCatchStep(
            **common,
            attempt=self.steps(body["try"], (*path, "try"), around),
            catch=self.steps(body["catch"], (*path, "catch"), around),
            final=self.steps(body.get("finally"), (*path, "finally"), around),
        )

    def build_wait(self, raw: dict[str, Any], body: dict[str, Any], path: DocPath, common: dict[str, Any], _around: tuple[str, ...]) -> Step:
        name = common["name"]
        modes = [mode for mode in ("for", "until") if body.get(mode) is not None]
        if len(modes) != 1:
            self.reject(f'wait step "{name}" must set exactly one of `wait.for` or `wait.until`.', path)
        mode = modes[0]
        value = lower_refs(body[mode])
        where = (*path, mode)
        if isinstance(value, str) and not value.startswith("js/"):
            if _PROXY.search(value):
                self.reject(
                    f'wait step "{name}": `wait.{mode}` "{value}" is a `$.` proxy path, which never resolves. '
                    "Write a literal, `js/…` or a `$ref`.",
                    where,
                )
            if mode == "for":
                try:
                    parse_duration(value)
                except InvalidDurationError as error:
                    self.reject(f'wait step "{name}": {error}', where)
        alias = raw.get("as")
        return WaitStep(
            **common,
            mode="for" if mode == "for" else "until",
            value=value,
            store_as=alias if isinstance(alias, str) and alias else None,
            ephemeral=raw.get("ephemeral") is True,
        )

    def build_subworkflow(self, raw: dict[str, Any], target: Any, path: DocPath, common: dict[str, Any], _around: tuple[str, ...]) -> Step:
        name = common["name"]
        if not isinstance(target, str) or not target:
            self.reject(f'subworkflow step "{name}" must name a workflow', path)
        return SubworkflowStep(
            **common,
            **self.stored(raw, name, path[:-1]),
            target=target,
            inputs=lower_refs(fields.object_or_none(raw.get("inputs"))),
            wait=raw.get("wait") is not False,
            allow=fields.strings(raw.get("allowList")),
            dispatch="http-self" if raw.get("dispatch") == "http-self" else "in-process",
        )

    def no_refs(self, value: Any, path: DocPath, name: str) -> None:
        for inner in find_refs(value):
            where = ".".join(part for part in (path_text(path), inner) if part).replace(".[", "[")
            self.reject(f'a structural `{{$ref}}` survived normalization at {where} (step "{name}")', path)

    def check_loop_keys(self) -> None:
        for key, path in self.loops:
            other = self.keys.get(key)
            if other is not None:
                self.reject(
                    f'forEach state key "{key}" at {path_text(path)}.as collides with step id "{key}" at {path_text(other)}',
                    (*path, "as"),
                )
