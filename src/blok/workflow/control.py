"""The control steps of generation 2: branch, forEach, loop, switch, tryCatch, wait, sub-workflow."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NoReturn

from blok.expressions import lower_refs
from blok.workflow import fields
from blok.workflow.duration import InvalidDurationError, parse_duration
from blok.workflow.errors import DocPath, path_text
from blok.workflow.model import (
    Arm,
    BranchStep,
    Case,
    ForEachStep,
    LoopStep,
    Step,
    SubworkflowStep,
    SwitchStep,
    TryCatchStep,
    WaitStep,
)

_PROXY = re.compile(r"^\s*(?:\$\.|ctx\.)|\$\{|\{\{")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands: its raw form, the path of its control block, the fields every step has, and the
    state keys of the forEach steps around it."""

    raw: dict[str, Any]
    path: DocPath
    common: dict[str, Any]
    around: tuple[str, ...]


class ControlSteps(ABC):
    """Reads control steps. The normaliser reads the lists around them and collects what must not collide."""

    loops: list[tuple[str, DocPath]]

    @abstractmethod
    def reject(self, message: str, path: DocPath = ()) -> NoReturn:
        """Refuse the workflow."""

    @abstractmethod
    def steps(self, value: Any, path: DocPath, around: tuple[str, ...]) -> tuple[Step, ...]:
        """Read a list of steps."""

    @abstractmethod
    def stored(self, raw: dict[str, Any], name: str, path: DocPath) -> dict[str, Any]:
        """Read where a result goes, and the reliability knobs."""

    @abstractmethod
    def no_refs(self, value: Any, path: DocPath, name: str) -> None:
        """Refuse structural references where they cannot be lowered."""

    def build_branch(self, body: dict[str, Any], at: Place) -> Step:
        """Arms then and else."""
        when = body.get("when")
        if when is None or when == "":
            self.reject(f'branch step "{at.common["name"]}" is missing `when`', at.path)
        self.no_refs(when, (*at.path, "when"), at.common["name"])
        arms = [Arm(condition=when, steps=self.steps(body.get("then"), (*at.path, "then"), at.around))]
        otherwise = self.steps(body.get("else"), (*at.path, "else"), at.around)
        if otherwise:
            arms.append(Arm(condition=None, steps=otherwise, kind="else"))
        return BranchStep(**at.common, arms=tuple(arms))

    def build_foreach(self, body: dict[str, Any], at: Place) -> Step:
        """Items, the key of the current one, and the inner steps."""
        name, key = at.common["name"], body.get("as")
        if body.get("in") is None:
            self.reject(f'forEach step "{name}" is missing `in`', at.path)
        if not isinstance(key, str) or not key:
            self.reject(f'forEach step "{name}" is missing `as`', at.path)
        self.no_refs(body["in"], (*at.path, "in"), name)
        for state_key in (key, f"{key}Index"):
            if state_key in at.around:
                self.reject(
                    f'forEach state key "{state_key}" at {path_text(at.path)}.as '
                    "collides with surrounding forEach state key",
                    (*at.path, "as"),
                )
            self.loops.append((state_key, at.path))
        return ForEachStep(
            **at.common,
            items=body["in"],
            item_key=key,
            parallel=body.get("mode") == "parallel",
            concurrency=fields.positive_int(body.get("concurrency"), 10),
            steps=self.steps(body.get("do"), (*at.path, "do"), (*at.around, key, f"{key}Index")),
        )

    def build_loop(self, body: dict[str, Any], at: Place) -> Step:
        """A condition and the inner steps."""
        condition = body.get("while")
        if condition is None or condition == "":
            self.reject(f'loop step "{at.common["name"]}" is missing `while`', at.path)
        self.no_refs(condition, (*at.path, "while"), at.common["name"])
        return LoopStep(
            **at.common,
            condition=condition,
            max_iterations=fields.positive_int(body.get("maxIterations"), 1_000),
            steps=self.steps(body.get("do"), (*at.path, "do"), at.around),
        )

    def build_switch(self, body: dict[str, Any], at: Place) -> Step:
        """A value, its cases, and a default."""
        name = at.common["name"]
        if "on" not in body:
            self.reject(f'switch step "{name}" is missing `on`', at.path)
        self.no_refs(body["on"], (*at.path, "on"), name)
        raw_cases = body.get("cases")
        if not isinstance(raw_cases, list) or not raw_cases:
            self.reject(f'switch step "{name}" has no `cases`', at.path)
        cases = []
        for index, case in enumerate(raw_cases):
            where = (*at.path, "cases", index)
            if not isinstance(case, dict):
                self.reject(f'switch step "{name}" cases[{index}] is not an object', where)
            if "when" not in case:
                self.reject(f'switch step "{name}" cases[{index}] is missing `when`', where)
            self.no_refs(case["when"], (*where, "when"), name)
            cases.append(Case(when=case["when"], steps=self.steps(case.get("do"), (*where, "do"), at.around)))
        default = body.get("default")
        return SwitchStep(
            **at.common,
            on=body["on"],
            cases=tuple(cases),
            default=self.steps(default, (*at.path, "default"), at.around)
            if isinstance(default, list)
            else None,
        )

    def build_trycatch(self, body: dict[str, Any], at: Place) -> Step:
        """try, catch and finally."""
        name = at.common["name"]
        for block in ("try", "catch"):
            if not isinstance(body.get(block), list) or not body[block]:
                self.reject(f'tryCatch step "{name}" requires a non-empty `{block}` block.', at.path)
        return TryCatchStep(
            **at.common,
            attempt=self.steps(body["try"], (*at.path, "try"), at.around),
            catch=self.steps(body["catch"], (*at.path, "catch"), at.around),
            final=self.steps(body.get("finally"), (*at.path, "finally"), at.around),
        )

    def build_wait(self, body: dict[str, Any], at: Place) -> Step:
        """A duration or a moment, but not both."""
        name = at.common["name"]
        modes = [mode for mode in ("for", "until") if body.get(mode) is not None]
        if len(modes) != 1:
            self.reject(f'wait step "{name}" must set exactly one of `wait.for` or `wait.until`.', at.path)
        mode = modes[0]
        value = lower_refs(body[mode])
        where = (*at.path, mode)
        if isinstance(value, str) and not value.startswith("js/"):
            if _PROXY.search(value):
                self.reject(
                    f'wait step "{name}": `wait.{mode}` "{value}" is a `$.` proxy path, '
                    "which never resolves. Write a literal, `js/…` or a `$ref`.",
                    where,
                )
            if mode == "for":
                try:
                    parse_duration(value)
                except InvalidDurationError as error:
                    self.reject(f'wait step "{name}": {error}', where)
        alias = at.raw.get("as")
        return WaitStep(
            **at.common,
            mode="for" if mode == "for" else "until",
            value=value,
            store_as=alias if isinstance(alias, str) and alias else None,
            ephemeral=at.raw.get("ephemeral") is True,
        )

    def build_subworkflow(self, target: Any, at: Place) -> Step:
        """The other workflow and its inputs."""
        name = at.common["name"]
        if not isinstance(target, str) or not target:
            self.reject(f'subworkflow step "{name}" must name a workflow', at.path)
        return SubworkflowStep(
            **at.common,
            **self.stored(at.raw, name, at.path[:-1]),
            target=target,
            inputs=lower_refs(fields.object_or_none(at.raw.get("inputs"))),
            wait=at.raw.get("wait") is not False,
            allow=fields.strings(at.raw.get("allowList")),
            dispatch="http-self" if at.raw.get("dispatch") == "http-self" else "in-process",
        )
