"""The steps of a workflow as a tree of plain values, for whoever draws it."""

from __future__ import annotations

from typing import Any

from blok.workflow.describe import step_kind
from blok.workflow.errors import path_text
from blok.workflow.model import (
    BranchStep,
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


def outline(workflow: Workflow) -> dict[str, Any]:
    """What starts a workflow, and its steps.

    A step is ``{name, path, kind, node, about, active, stop}`` and, by kind, ``arms`` (a list of
    ``{label, steps}``, in the order that ``took.index`` of a trace counts) or ``body`` (a list of steps).
    ``path`` and ``name`` are those of the step's records in a trace.
    """
    return {
        "name": workflow.name,
        "version": workflow.version,
        "generation": workflow.generation,
        "description": workflow.description,
        "trigger": {kind: dict(block) for kind, block in workflow.trigger.items()},
        "steps": _steps(workflow.steps),
    }


def _steps(steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    return [_step(step) for step in steps]


def _step(step: Step) -> dict[str, Any]:
    node, about = _facts(step)
    found: dict[str, Any] = {
        "name": step.name,
        "path": path_text(step.path),
        "kind": step_kind(step),
        "node": node,
        "about": about,
        "active": step.active,
        "stop": step.stop,
    }
    match step:
        case BranchStep() | SwitchStep() | TryCatchStep():
            found["arms"] = [{"label": label, "steps": _steps(steps)} for label, steps in _arms(step)]
        case ForEachStep(steps=steps) | LoopStep(steps=steps):
            found["body"] = _steps(steps)
    return found


def _arms(step: BranchStep | SwitchStep | TryCatchStep) -> list[tuple[str, tuple[Step, ...]]]:
    """The arms of a step; a switch's default comes last, as does finally."""
    match step:
        case BranchStep(arms=arms):
            return [
                ("else" if arm.condition is None else f"if {_text(arm.condition)}", arm.steps) for arm in arms
            ]
        case SwitchStep(cases=cases, default=default):
            known = [(f"case {_choices(case.when)}", case.steps) for case in cases]
            return known if default is None else [*known, ("default", default)]
        case TryCatchStep(attempt=attempt, catch=catch, final=final):
            return [("try", attempt), ("catch", catch), *([("finally", final)] if final else [])]


def _facts(step: Step) -> tuple[str | None, str]:  # noqa: PLR0911 - one answer per kind of step
    """The node of a step, if it calls one, and the rest in a few words."""
    match step:
        case NodeStep(node=node, retry=retry):
            return node, f"tried up to {retry.max_attempts} times" if retry else ""
        case ForEachStep():
            together = f", {step.concurrency} at a time" if step.parallel else ""
            return None, f"each {step.item_key} of {_text(step.items)}{together}"
        case LoopStep(condition=condition):
            return None, f"while {_text(condition)}"
        case SwitchStep(on=on):
            return None, f"on {_text(on)}"
        case WaitStep(mode=mode, value=value):
            return None, f"{mode} {_text(value)}"
        case SubworkflowStep(target=target, wait=wait):
            return target, "" if wait else "not waited for"
        case _:
            return None, ""


def _choices(when: Any) -> str:
    return " or ".join(_text(one) for one in when) if isinstance(when, list) else _text(when)


def _text(value: Any) -> str:
    """An expression or a literal as its author would say it."""
    return value.removeprefix("js/") if isinstance(value, str) else str(value)
