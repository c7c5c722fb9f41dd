"""A workflow file as the rules see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from blok.expressions import Expression, compile_expression
from blok.expressions.placeholders import PLACEHOLDER
from blok.lint.problem import Edit, Problem, Severity
from blok.nodes.registry import NodeRegistry
from blok.workflow import DocPath, Generation, SourceMap, Workflow, walk
from blok.workflow.model import (
    BranchStep,
    ForEachStep,
    LoopStep,
    NodeStep,
    Step,
    Stored,
    SubworkflowStep,
    SwitchStep,
    WaitStep,
)


@dataclass(frozen=True, slots=True)
class Use:
    """One expression of a file.

    `syntax` is js, template (inside `${}`) or condition; `text` is the whole value.
    """

    source: str
    syntax: str
    text: str
    path: DocPath
    step: Step

    @property
    def expression(self) -> Expression:
        """The compiled expression."""
        return compile_expression(self.source)


@dataclass(slots=True)
class Document:
    """One file: its definition, its normalized workflow where it has one, and the problems found so far."""

    file: str
    definition: Any
    generation: Generation
    places: SourceMap
    registry: NodeRegistry
    workflow: Workflow | None = None
    problems: list[Problem] = field(default_factory=list)

    def report(
        self,
        rule: str,
        severity: Severity,
        path: DocPath,
        message: str,
        fix: str = "",
        edit: Edit | None = None,
    ) -> None:
        """Note a problem at a place of the document."""
        line, column = self.places.locate(path)
        self.problems.append(Problem(rule, severity, self.file, line, column, message, fix, edit, path))

    def steps(self) -> list[Step]:
        """Every step, nested ones too."""
        return walk(self.workflow.steps) if self.workflow is not None else []

    def inputs_path(self, step: NodeStep | SubworkflowStep) -> DocPath:
        """Where a step's inputs stand in the document."""
        if self.generation == 1:
            return ("nodes", step.name, "inputs")
        inner = ("subworkflow",) if isinstance(self._at((*step.path, "subworkflow")), dict) else ()
        return (*step.path, *inner, "inputs")

    def _at(self, path: DocPath) -> Any:
        value = self.definition
        for key in path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def uses(self) -> Iterator[Use]:
        """Every expression of the workflow's steps."""
        for step in self.steps():
            if isinstance(step, NodeStep | SubworkflowStep) and step.inputs is not None:
                for path, text in texts(step.inputs, self.inputs_path(step)):
                    yield from uses_in(text, path, step)
            if isinstance(step, Stored) and isinstance(step.idempotency_key, str):
                yield from uses_in(step.idempotency_key, (*step.path, "idempotencyKey"), step)
            match step:
                case BranchStep():
                    for index, arm in enumerate(step.arms):
                        if isinstance(arm.condition, str):
                            yield Use(
                                arm.condition, "condition", arm.condition, self.arm_path(step, index), step
                            )
                case LoopStep(condition=str(condition)):
                    yield Use(condition, "condition", condition, (*step.path, "loop", "while"), step)
                case ForEachStep():
                    yield from _all_uses(step.items, (*step.path, "forEach", "in"), step)
                case SwitchStep():
                    yield from _all_uses(step.on, (*step.path, "switch", "on"), step)
                case WaitStep():
                    yield from _all_uses(step.value, (*step.path, "wait", step.mode), step)

    def arm_path(self, step: BranchStep, index: int) -> DocPath:
        """Where the condition of an arm stands."""
        if self.generation == 1:
            return ("nodes", step.name, "conditions", index, "condition")
        return (*step.path, "branch", "when")


def texts(value: Any, path: DocPath) -> Iterator[tuple[DocPath, str]]:
    """Every text inside a JSON value, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from texts(item, (*path, index))


def _all_uses(value: Any, path: DocPath, step: Step) -> Iterator[Use]:
    for inner, text in texts(value, path):
        yield from uses_in(text, inner, step)


def uses_in(text: str, path: DocPath, step: Step) -> Iterator[Use]:
    """The expressions of one text."""
    if text.startswith("js/"):
        yield Use(text[3:], "js", text, path, step)
    else:
        for found in PLACEHOLDER.finditer(text):
            yield Use(found[1], "template", text, path, step)
