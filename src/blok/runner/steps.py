"""Node steps as prepared closures: everything that is known at load is decided here, not per run."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

from blok.expressions import UNDEFINED, Profile, compile_template
from blok.nodes.context import previous_data
from blok.nodes.contract import Node
from blok.runner.errors import SIGNALS, raise_node_error, step_error
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.model import NodeStep

if TYPE_CHECKING:
    from blok.runner.run import Run

Ctx = dict[str, Any]
# A compiled step answers None when it is done, or something to await.
Execute = Callable[["Run", Ctx], Awaitable[None] | None]
Render = Callable[["Run", Ctx], Any]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A prepared step. ``plain`` ones never need awaiting; ``waits`` tells that a wait may be inside."""

    execute: Execute
    info: StepInfo
    plain: bool = False
    waits: bool = False


def fail(run: Run, info: StepInfo, started: float, inputs: Any, error: Exception, generation: int) -> NoReturn:
    """Record a failed step and raise the error that leaves it."""
    if not isinstance(error, SIGNALS):
        run.events.append((info, started, perf_counter(), inputs, ABSENT, error, None))
    leaving = step_error(error, place=info.place, generation=generation)
    if not hasattr(leaving, "blok_step"):
        leaving.blok_step = info.name  # type: ignore[attr-defined]
    raise leaving


def compile_inputs(inputs: Mapping[str, Any], info: StepInfo, workflow: str, profile: Profile) -> tuple[Render, bool]:
    """How the inputs of a module node are made, and whether they are the same for every run."""
    template = compile_template(dict(inputs), profile)
    step = info.name
    if template.constant:
        if all(isinstance(value, str | int | float | bool | None) for value in inputs.values()):
            constant = dict(inputs)
            return (lambda _run, _ctx: constant.copy()), True
        return (lambda _run, _ctx: copy.deepcopy(template.value)), True
    if profile.strict:
        # A strict template leaves nothing for the second pass, so there is none.
        render = template.render
        return (lambda run, ctx: render(run.evaluator, ctx, None, step=step, workflow=workflow)), False
    twice = template.render_twice
    return (
        lambda run, ctx: twice(run.evaluator, ctx, previous_data(ctx), step=step, workflow=workflow)
    ), False


def _settled(node: Node, inputs: Mapping[str, Any], profile: Profile) -> bool:
    """Whether the input check would say yes to everything these inputs can become."""
    model = node.input
    if model.convert is None:
        return True
    if not model.keeps or model.check is None:
        return False
    properties = model.check.schema.get("properties", {})
    for key, value in inputs.items():
        dynamic = not compile_template(value, profile).constant
        if dynamic and properties.get(key, True) not in ({}, True):
            return False
    fixed = {key: value for key, value in inputs.items() if compile_template(value, profile).constant}
    dynamic_keys = [key for key in inputs if key not in fixed]
    # A dynamic value may turn out undefined, and then its key is missing.
    if any(key in model.check.schema.get("required", ()) for key in dynamic_keys):
        return False
    return model.check(fixed)


def compile_node(step: NodeStep, node: Node, info: StepInfo, *, workflow: str, profile: Profile, raw: bool) -> Compiled:
    """Prepare a node step, without retry, time limit or memory (those wrap it)."""
    call = compile_call(step, node, info, workflow=workflow, profile=profile)
    generation = profile.generation
    finish = _finish_v1(step, node, info) if generation == 1 else _finish_v2(step, node, info, raw=raw)
    render, convert, plain, later = call.render, call.convert, call.plain, call.later

    def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        inputs: Any = ABSENT
        try:
            inputs = render(run, ctx)
            value = plain(run, ctx, inputs if convert is None else convert(inputs))  # type: ignore[misc]
        except Exception as error:
            fail(run, info, started, inputs, error, generation)
        finish(run, ctx, started, inputs, value)

    async def execute_later(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        inputs: Any = ABSENT
        try:
            inputs = render(run, ctx)
            value = await later(run, ctx, inputs if convert is None else convert(inputs))
        except Exception as error:
            fail(run, info, started, inputs, error, generation)
        finish(run, ctx, started, inputs, value)

    return Compiled(execute if plain is not None else execute_later, info, plain=plain is not None)


Finish = Callable[["Run", Ctx, float, Any, Any], None]


def _finish_v2(step: NodeStep, node: Node, info: StepInfo, *, raw: bool) -> Finish:
    """Store a result by the rules of generation 2. A raw result has no envelope around it."""
    key, spread, content_type = step.state_key, step.spread, node.content_type
    stores_plainly = not spread and not step.ephemeral
    spreads = spread and not step.ephemeral

    def finish(run: Run, ctx: Ctx, started: float, inputs: Any, value: Any) -> None:
        ctx["response"] = ctx["prev"] = (
            value
            if raw
            else {"steps": [], "data": value, "error": None, "success": True, "contentType": content_type}
        )
        if stores_plainly:
            if value is not UNDEFINED:
                ctx["state"][key] = value
        elif spreads and type(value) is dict:
            ctx["state"].update(value)
        run.events.append((info, started, perf_counter(), inputs, value, None, None))

    return finish


def _finish_v1(step: NodeStep, node: Node, info: StepInfo) -> Finish:
    """Store a result by the rules of generation 1: ``set_var`` keeps the previous response."""
    key, set_var, content_type = step.name, step.set_var, node.content_type

    def finish(run: Run, ctx: Ctx, started: float, inputs: Any, value: Any) -> None:
        if set_var:
            ctx.setdefault("vars", {})[key] = value
        else:
            ctx["response"] = {
                "steps": [],
                "data": value,
                "error": None,
                "success": True,
                "contentType": content_type,
            }
        run.events.append((info, started, perf_counter(), inputs, value, None, None))

    return finish


@dataclass(frozen=True, slots=True)
class Call:
    """Making the inputs of a node and calling it. ``plain`` is None when the call has to be awaited."""

    render: Render
    convert: Callable[[Any], Any] | None
    plain: Callable[[Run, Ctx, Any], Any] | None
    later: Callable[[Run, Ctx, Any], Awaitable[Any]]


def compile_call(step: NodeStep, node: Node, info: StepInfo, *, workflow: str, profile: Profile) -> Call:
    """Prepare mapping, checking, calling and shaping errors of one node."""
    generation = profile.generation
    if step.inputs is None:
        missing = f'Step "{step.name}" has no inputs. Give it at least an empty object: "inputs": {{}}.'

        def absent(_run: Run, _ctx: Ctx) -> Any:
            raise ValueError(missing)

        render: Render = absent
        convert = None
    else:
        render, _ = compile_inputs(step.inputs, info, workflow, profile)
        convert = None if _settled(node, step.inputs, profile) else node.input.convert
    shape = _shaper(node, generation)
    name, function, wants_context = node.name, node.execute, node.wants_context

    def checked(inputs: Any) -> Any:
        try:
            return inputs if convert is None else convert(inputs)
        except Exception as error:
            raise_node_error(error, name, generation)

    def now(run: Run, ctx: Ctx, inputs: Any) -> Any:
        try:
            value = function(run.context(ctx), inputs) if wants_context else function(inputs)
            return value if shape is None else shape(value)
        except SIGNALS:
            raise
        except Exception as error:
            raise_node_error(error, name, generation)

    async def later(run: Run, ctx: Ctx, inputs: Any) -> Any:
        try:
            arguments = (run.context(ctx), inputs) if wants_context else (inputs,)
            if node.is_async:
                value = await function(*arguments)
            else:
                value = await asyncio.to_thread(function, *arguments)
            return value if shape is None else shape(value)
        except SIGNALS:
            raise
        except Exception as error:
            raise_node_error(error, name, generation)

    plain = None if node.is_async or node.blocking else now
    return Call(render, None if convert is None else checked, plain, later)


def _shaper(node: Node, generation: int) -> Callable[[Any], Any] | None:
    """How a result becomes checked JSON values; None when there is nothing to do."""
    to_plain = node.to_plain
    check = node.output.convert if node.checks_output and generation != 1 else None
    if to_plain is None:
        return check
    if check is None or not node.output.keeps:
        return to_plain
    return lambda value: check(to_plain(value))
