"""A workflow that is ready to run. What keeps it from running is found at load, the rest at its first run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blok.expressions import Profile
from blok.nodes.registry import NodeRegistry
from blok.runner.compiler import Compiler
from blok.runner.gates import Gate, read_gate
from blok.runner.steps import Execute
from blok.runner.trace import StepInfo
from blok.workflow.fields import strings
from blok.workflow.model import Workflow, walk


@dataclass(slots=True)
class Statistics:
    """Counts of one plan since it was first loaded."""

    runs: int = 0
    errors: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Entrance:
    """What stands before the steps when a trigger starts a plan."""

    middleware: tuple[str, ...] = ()
    gate: Gate | None = None


@dataclass(eq=False)
class Plan:
    """``key`` is the workflow's place in the project (file stem or name).

    ``execute``, ``skipped`` and ``reads_config`` come into being with the first run: a project of a thousand
    files starts at once, and what is never called is never compiled.
    """

    workflow: Workflow
    profile: Profile
    key: str
    name: str
    entrances: Mapping[str, Entrance]
    compiler: Compiler
    statistics: Statistics = field(default_factory=Statistics)
    execute: Execute = field(init=False)
    skipped: tuple[StepInfo, ...] = field(init=False)
    reads_config: bool = field(init=False)

    def __getattr__(self, name: str) -> Any:
        """Compile the steps the first time somebody asks for them."""
        if name not in {"execute", "skipped", "reads_config"}:
            raise AttributeError(name)
        self.reads_config = "config" in str(self.workflow.definition)
        self.execute = self.compiler.list(self.workflow.steps, 0).execute
        self.skipped = tuple(self.compiler.skipped)
        return getattr(self, name)

    @property
    def config(self) -> Mapping[str, Any]:
        """The node entries, as ``ctx.config`` shows them."""
        return self.workflow.config

    @property
    def step_count(self) -> int:
        """How many steps there are, nested ones included."""
        return len(walk(self.workflow.steps))


def compile_plan(
    workflow: Workflow, nodes: NodeRegistry, *, mode: str = "strict", key: str | None = None
) -> Plan:
    """Make a plan of a workflow.

    Raises:
        WorkflowPlanError: for a node or step type that does not exist.
    """
    profile = Profile(workflow.generation, mode if mode in {"warn", "silent"} else "strict")  # type: ignore[arg-type]
    compiler = Compiler(workflow, nodes, profile)
    compiler.check(workflow.steps)
    return Plan(
        workflow=workflow,
        profile=profile,
        key=key or workflow.name,
        name=workflow.name,
        entrances=_entrances(workflow),
        compiler=compiler,
    )


def _entrances(workflow: Workflow) -> dict[str, Entrance]:
    """What stands before the steps, for the triggers that have anything there."""
    found = {}
    for kind, block in workflow.trigger.items():
        # For a worker, `delay` is the pause before a retry; its jobs are delayed by whoever publishes them.
        gate = read_gate({key: value for key, value in block.items() if kind != "worker" or key != "delay"})
        entrance = Entrance((*workflow.middleware, *strings(block.get("middleware"))), gate)
        if entrance.middleware or entrance.gate is not None:
            found[kind] = entrance
    return found
