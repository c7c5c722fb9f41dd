"""What a workflow uses and touches, read from its definition without running it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from blok.workflow.load import detect_generation, normalise
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
    walk,
)

_URL = re.compile(r"https?://[^\s\"'`<>${}\\]+", re.IGNORECASE)
_KINDS: dict[type[Step], str] = {
    NodeStep: "node",
    BranchStep: "branch",
    ForEachStep: "forEach",
    LoopStep: "loop",
    SwitchStep: "switch",
    TryCatchStep: "tryCatch",
    WaitStep: "wait",
    SubworkflowStep: "subworkflow",
}


@dataclass(frozen=True, slots=True)
class Description:
    """The outline of a workflow. ``nodes`` counts uses by node name, ``kinds`` by step kind.

    ``hosts`` are the hosts of the literal addresses in the file; ``dynamic_hosts`` is true when an
    address is computed, so that the list cannot be complete.
    """

    name: str
    version: str
    generation: int
    step_count: int
    nodes: dict[str, int]
    kinds: dict[str, int]
    types: dict[str, int]
    triggers: tuple[str, ...]
    subworkflows: tuple[str, ...]
    hosts: tuple[str, ...]
    urls: tuple[str, ...]
    dynamic_hosts: bool
    environment: tuple[str, ...]


def describe(definition: Any, *, generation: int | None = None) -> Description:
    """Outline a parsed definition.

    ``generation`` is found from the shape when it is not given.

    Raises:
        WorkflowRejectedError: when the definition is not a workflow.
    """
    chosen = detect_generation(definition) if generation is None else generation
    workflow = normalise(definition, generation=1 if chosen == 1 else 2)
    return describe_workflow(workflow)


def describe_workflow(workflow: Workflow) -> Description:
    """Outline a normalized workflow."""
    steps = walk(workflow.steps)
    texts = list(_texts(workflow.definition))
    urls = sorted({match.rstrip(".,;)") for text in texts for match in _URL.findall(text)})
    return Description(
        name=workflow.name,
        version=workflow.version,
        generation=workflow.generation,
        step_count=len(steps),
        nodes=dict(Counter(_node_of(step) for step in steps if isinstance(step, NodeStep | BranchStep))),
        kinds=dict(Counter(step_kind(step) for step in steps)),
        types=dict(Counter(step.type for step in steps if isinstance(step, NodeStep))),
        triggers=tuple(workflow.trigger),
        subworkflows=tuple(sorted({step.target for step in steps if isinstance(step, SubworkflowStep)})),
        hosts=tuple(sorted({host for url in urls if (host := _host(url))})),
        urls=tuple(urls),
        dynamic_hosts=any(_is_dynamic(step) for step in steps),
        environment=tuple(sorted({name for text in texts for name in _environment(text)})),
    )


def step_kind(step: Step) -> str:
    """The kind of a step as the format names it; ``node`` for one that calls a node."""
    return _KINDS[type(step)]


def _node_of(step: NodeStep | BranchStep) -> str:
    return step.node


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_dynamic(step: Step) -> bool:
    """Whether the host of an address input is computed (a computed path behind a literal host is not)."""
    if not isinstance(step, NodeStep) or not step.inputs:
        return False
    for key, value in step.inputs.items():
        if key.lower() in {"url", "uri", "endpoint", "baseurl", "host"} and isinstance(value, str):
            computed = value.startswith("js/") or "${" in value.split("/", 3)[2 if "://" in value else 0]
            if computed and not re.match(r"js/[`'\"]https?://[^/$`'\"]+/", value):
                return True
    return False


def _environment(text: str) -> list[str]:
    return re.findall(r"(?:ctx|process)\.env\.([A-Za-z_][A-Za-z0-9_]*)", text)


def _texts(value: Any) -> list[str]:
    """Every text inside a document."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list | tuple):
            stack.extend(item)
    return found
