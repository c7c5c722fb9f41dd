"""The outline of a workflow: what it uses and touches, and its shape without data."""

from collections import deque
from typing import Any

from blok.workflow import Description, Step, Workflow, describe_workflow, detect_generation, normalise
from blok.workflow.describe import step_kind
from blok.workflow.model import NodeStep, inner_lists
from blokhub.services.content.contract import Outline, SketchStep

MAX_STEPS = 24
MAX_DEPTH = 3
_Arms = list[list["_Step"]]


class _Step:
    """A step of a sketch that is still being drawn."""

    def __init__(self, use: str, arms: int) -> None:
        self.use = use
        self.arms: _Arms = [[] for _ in range(arms)]

    def drawn(self) -> SketchStep:
        return SketchStep(self.use, [[step.drawn() for step in arm] for arm in self.arms])


def outline_of(document: dict[str, Any]) -> tuple[Outline, Description]:
    """The outline of a definition, and the description that it is taken from.

    Raises WorkflowRejectedError when the definition is no workflow.
    """
    workflow = normalise(document, generation=detect_generation(document))
    found = describe_workflow(workflow)
    outline = Outline(
        nodes=sorted(found.nodes),
        triggers=sorted(found.triggers),
        hosts=sorted(found.hosts),
        step_count=found.step_count,
        generation=found.generation,
        sketch=sketch_of(workflow),
    )
    return outline, found


def sketch_of(workflow: Workflow) -> list[SketchStep]:
    """The trigger and the steps in their order; a large workflow loses its innermost steps first."""
    trigger = next(iter(workflow.trigger), "manual")
    drawn = [_Step(f"trigger:{trigger}", 0)]
    left = MAX_STEPS - 1
    waiting = deque([(workflow.steps, drawn, 1)])
    while waiting and left:
        steps, into, depth = waiting.popleft()
        for step in steps[:left]:
            inner = inner_lists(step) if depth < MAX_DEPTH else []
            made = _Step(_use(step), len(inner))
            into.append(made)
            left -= 1
            waiting += [(arm, made.arms[index], depth + 1) for index, arm in enumerate(inner)]
    return [step.drawn() for step in drawn]


def _use(step: Step) -> str:
    return step.node if isinstance(step, NodeStep) else step_kind(step)
