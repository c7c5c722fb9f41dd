"""From normalized steps to prepared ones: nodes looked up, expressions compiled, steps chained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from blok.expressions import Profile
from blok.nodes.contract import Node
from blok.nodes.errors import BlokError, GlobalError
from blok.nodes.registry import NodeRegistry
from blok.runner import branching, catching, repeating
from blok.runner.reliability import with_reliability
from blok.runner.sequence import sequence
from blok.runner.steps import Compiled, compile_node
from blok.runner.subworkflow import compile_subworkflow
from blok.runner.trace import StepInfo
from blok.runner.wait import compile_wait
from blok.workflow.errors import WorkflowPlanError, path_text
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
from blok.workflow.names import STEP_TYPES

_BUILTIN_FOLDER = str(Path(__file__).parent.parent)


class Compiler:
    """Compiles the steps of one workflow against the nodes of one engine."""

    def __init__(self, workflow: Workflow, nodes: NodeRegistry, profile: Profile) -> None:
        self.workflow = workflow
        self.nodes = nodes
        self.profile = profile
        self.skipped: list[StepInfo] = []
        namespace = (workflow.trigger.get("webhook") or {}).get("namespace")
        self.namespace = namespace if isinstance(namespace, str) else None

    def list(self, steps: Sequence[Step], depth: int) -> Compiled:
        """A list of steps: inactive ones are left out, and it ends before the first that says stop."""
        compiled: list[Compiled] = []
        stopped = False
        for index, step in enumerate(steps):
            ready = self.step(step, index, len(steps), depth)
            stopped = stopped or (step.active and step.stop)
            if stopped or not step.active:
                self.skipped.append(ready.info)
            else:
                compiled.append(ready)
        return sequence(compiled)

    def step(  # noqa: PLR0911 - one answer per kind of step
        self, step: Step, index: int, total: int, depth: int
    ) -> Compiled:
        """One step of any kind."""
        kind, node = _describe(step)
        stores = isinstance(step, ForEachStep | LoopStep | SwitchStep | TryCatchStep)
        info = StepInfo(
            step.name, node, kind, index, total, depth, path_text(step.path), step.name if stores else None
        )
        below = depth + 1
        match step:
            case NodeStep():
                return self.node(step, info)
            case BranchStep():
                arms = [self.list(arm.steps, below) for arm in step.arms]
                return branching.compile_branch(step, info, arms, self.profile)
            case ForEachStep():
                return repeating.compile_for_each(
                    step, info, self.list(step.steps, below), self.profile, self.workflow.name
                )
            case LoopStep():
                return repeating.compile_loop(step, info, self.list(step.steps, below))
            case SwitchStep():
                cases = [self.list(case.steps, below) for case in step.cases]
                default = self.list(step.default, below) if step.default is not None else None
                return branching.compile_switch(step, info, cases, default, self.profile, self.workflow.name)
            case TryCatchStep():
                blocks = (self.list(block, below) for block in (step.attempt, step.catch, step.final))
                return catching.compile_try(step, info, *blocks)
            case WaitStep():
                return compile_wait(step, info, self.profile)
            case SubworkflowStep():
                info = replace(info, state_key=None if step.ephemeral else step.state_key, spread=step.spread)
                ready = compile_subworkflow(step, info, self.profile, self.workflow.name, self.namespace)
                return with_reliability(ready, step, self.workflow.name)
            case _:
                raise TypeError(f"unknown step {step!r}")

    def node(self, step: NodeStep, info: StepInfo) -> Compiled:
        """A step that calls a node."""
        node, raw = self.node_of(step)
        stored = step.set_var if self.workflow.generation == 1 else not step.ephemeral
        info = replace(info, node=node.name, state_key=step.state_key if stored else None, spread=step.spread)
        if (
            step.max_duration is not None
            and not node.is_async
            and not (node.source or "").startswith(_BUILTIN_FOLDER)
        ):
            # A time limit can only be held against work that is not on the event loop itself.
            node = replace(node, blocking=True)
        ready = compile_node(step, node, info, workflow=self.workflow.name, profile=self.profile, raw=raw)
        if node.flow:
            ready = branching.compile_flow_node(ready, self.returned_steps, node.name)
        return with_reliability(ready, step, self.workflow.name)

    def check(self, steps: Sequence[Step]) -> None:
        """Raise WorkflowPlanError for the first step whose type or node does not exist."""
        for step in walk(tuple(steps)):
            if isinstance(step, NodeStep):
                self.node_of(step)

    def node_of(self, step: NodeStep) -> tuple[Node, bool]:
        """The node of a step, and whether it answers raw results, as out-of-process runtimes do."""
        if step.type not in STEP_TYPES:
            raise WorkflowPlanError(f"Node type {step.type} not found", path=(*step.path, "type"))
        runtime = step.type.removeprefix("runtime.") if step.type.startswith("runtime.") else None
        return self.find(step, runtime), runtime is not None

    def find(self, step: NodeStep, runtime: str | None) -> Node:
        """The node a step names; a runtime that is not here gives a node that says so when it is reached."""
        name = step.node
        if step.type == "local":
            name = self.local_name(step)
        node = self.nodes.find(name)
        if runtime is None:
            if node is None:
                key = "node" if self.workflow.generation == 1 else "use"
                raise WorkflowPlanError(f"Node {step.node} not found", path=(*step.path, key))
            return node
        short = name.removeprefix(f"runtime.{runtime}:")
        node = node or self.nodes.find(short) or self.nodes.find(short.replace("_", "-"))
        if node is not None and runtime == "python3":
            return node
        return _unreachable(short, runtime, self.workflow.generation)

    def local_name(self, step: NodeStep) -> str:
        """The name of a node that a step gives as a path below the nodes folder."""
        base = (self.nodes.folder or Path("nodes")).resolve()
        file = (base / step.node).resolve()
        if base != file and base not in file.parents:
            message = f"[blok] local node path escapes NODES_PATH: '{step.node}' resolves outside {base}"
            raise WorkflowPlanError(message, path=step.path)
        known = self.nodes.find(step.node)
        return step.node if known is not None else file.stem

    def returned_steps(self, steps: Any) -> Compiled:
        """Compile what a flow node returned."""
        from blok.workflow.load import normalise  # noqa: PLC0415 - only flow nodes need it at run time

        definition = {"name": self.workflow.name, "steps": steps, "nodes": dict(self.workflow.config)}
        return self.list(normalise(definition, generation=self.workflow.generation).steps, 1)


def _unreachable(name: str, runtime: str, generation: int) -> Node:
    message = f'Runtime "{runtime}" is not available here, so node "{name}" cannot run.'

    def refuse(_inputs: Any) -> Any:
        if generation == 1:
            raise GlobalError(message, code=500)
        raise BlokError(
            message,
            error_code="GRPC_UNAVAILABLE",
            category="DEPENDENCY",
            http_status=503,
            node=name,
            runtime_kind=runtime,
            remediation='Put a Python node of this name into nodes/ (type "runtime.python3"), '
            "or use a module node.",
        )

    return Node(name=name, execute=refuse, runtime=runtime)


def _describe(step: Step) -> tuple[str, str]:
    """The kind of a step and the node it stands for, as records and messages name them."""
    match step:
        case NodeStep():
            return step.type, step.node
        case BranchStep():
            return "module", step.node
        case _:
            kind = type(step).__name__.removesuffix("Step")
            kind = kind[0].lower() + kind[1:]
            return kind, kind
