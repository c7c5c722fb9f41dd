"""Node steps as prepared closures: everything that is known at load is decided here, not per run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, NoReturn

from blok.expressions import UNDEFINED, Profile
from blok.nodes.contract import Node
from blok.nodes.errors import GlobalError
from blok.runner.calls import Call, Ctx, Render, compile_call
from blok.runner.errors import SIGNALS, raise_node_error, step_error
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.model import NodeStep

if TYPE_CHECKING:
    from blok.runner.run import Run

# A compiled step answers None when it is done, or something to await.
Execute = Callable[["Run", Ctx], Awaitable[None] | None]
Finish = Callable[["Run", Ctx, float, Any, Any], None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A prepared step. ``plain`` ones never need awaiting; ``waits`` tells that a wait may be inside."""

    execute: Execute
    info: StepInfo
    plain: bool = False
    waits: bool = False


def fail(
    run: Run, info: StepInfo, started: float, *, inputs: Any, error: Exception, generation: int = 2
) -> NoReturn:
    """Record a failed step and raise the error that leaves it."""
    if not isinstance(error, SIGNALS):
        run.events.append((info, started, perf_counter(), inputs, ABSENT, error, None))
    leaving = step_error(error, place=info.place, generation=generation)
    if not hasattr(leaving, "blok_step"):
        leaving.blok_step = info.name  # type: ignore[attr-defined]
    raise leaving


def compile_node(
    step: NodeStep, node: Node, info: StepInfo, *, workflow: str, profile: Profile, raw: bool
) -> Compiled:
    """Prepare a node step, without retry, time limit or memory (those wrap it)."""
    call = compile_call(step, node, info, workflow=workflow, profile=profile)
    generation = profile.generation
    stored = not step.spread and not step.ephemeral and step.retry is None
    if call.now is not None and generation == 2 and not raw and stored:
        return Compiled(_usual(call, node, info, step.state_key), info, plain=True)
    finish = _finish_v1(step, node, info) if generation == 1 else _finish_v2(step, node, info, raw=raw)
    check, now, later = call.check, call.now, call.later
    make_inputs = kept_inputs(call.render, info) if step.retry is not None else fresh_inputs(call.render)

    def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        inputs: Any = ABSENT
        try:
            inputs = make_inputs(run, ctx)
            value = now(run, ctx, inputs if check is None else check(inputs))  # type: ignore[misc]
        except Exception as error:
            fail(run, info, started, inputs=inputs, error=error, generation=generation)
        finish(run, ctx, started, inputs, value)

    async def execute_later(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        inputs: Any = ABSENT
        try:
            inputs = make_inputs(run, ctx)
            value = await later(run, ctx, inputs if check is None else check(inputs))
        except Exception as error:
            fail(run, info, started, inputs=inputs, error=error, generation=generation)
        finish(run, ctx, started, inputs, value)

    return Compiled(execute if now is not None else execute_later, info, plain=now is not None)


def fresh_inputs(render: Render) -> Callable[[Run, Ctx], Any]:
    """The inputs, made anew for every call."""
    return lambda run, ctx: render(run.evaluator, ctx, None)


def kept_inputs(render: Render, info: StepInfo) -> Callable[[Run, Ctx], Any]:
    """The inputs of the first attempt, for all attempts."""
    key = id(info)

    def make(run: Run, ctx: Ctx) -> Any:
        if key not in run.kept_inputs:
            run.kept_inputs[key] = render(run.evaluator, ctx, None)
        return run.kept_inputs[key]

    return make


def _usual(call: Call, node: Node, info: StepInfo, key: str) -> Execute:
    """By far the most common step, with nothing in its way: the speed of the runtime hangs on it."""
    render, check, content_type, name = call.render, call.check, node.content_type, node.name
    # A quick test is looked at in place; only what it does not recognise goes through the full check.
    fits_in = node.input.quick if check is not None else None
    fits_out = node.output.quick if node.to_plain is None and node.checks_output else None
    function, wants_context, shape, clock = node.execute, node.wants_context, call.shape, perf_counter

    def execute(run: Run, ctx: Ctx) -> None:
        started = clock()
        inputs: Any = ABSENT
        called = False
        try:
            given = inputs = render(run.evaluator, ctx, None)
            if check is not None and (fits_in is None or not fits_in(inputs)):
                given = check(inputs)
            called = True
            value = function(run.context(ctx), given) if wants_context else function(given)
            if shape is not None and (fits_out is None or not fits_out(value)):
                value = shape(value)
        except Exception as error:
            _fail_in(run, info, started, inputs=inputs, error=error, node=name if called else None)
        ctx["response"] = ctx["prev"] = {
            "steps": [],
            "data": value,
            "error": None,
            "success": True,
            "contentType": content_type,
        }
        if value is not UNDEFINED:
            ctx["state"][key] = value
        run.events.append((info, started, clock(), inputs, value, None, None))

    return execute


def _fail_in(
    run: Run, info: StepInfo, started: float, *, inputs: Any, error: Exception, node: str | None
) -> NoReturn:
    """Fail a step; what its node raised takes the shape callers get first."""
    if node is not None and not isinstance(error, SIGNALS):
        try:
            raise_node_error(error, node, 2)
        except GlobalError as shaped:
            error = shaped
    fail(run, info, started, inputs=inputs, error=error)


def _finish_v2(step: NodeStep, node: Node, info: StepInfo, *, raw: bool) -> Finish:
    """Store a result by the rules of generation 2. A raw result has no envelope around it."""
    key, spread, content_type = step.state_key, step.spread, node.content_type
    stores_plainly = not spread and not step.ephemeral
    spreads = spread and not step.ephemeral

    def finish(run: Run, ctx: Ctx, started: float, inputs: Any, value: Any) -> None:
        ctx["response"] = ctx["prev"] = value if raw else envelope(value, content_type)
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
            ctx["response"] = envelope(value, content_type)
        run.events.append((info, started, perf_counter(), inputs, value, None, None))

    return finish


def envelope(value: Any, content_type: str = "") -> dict[str, Any]:
    """A result as ``ctx.response`` shows it."""
    return {"steps": [], "data": value, "error": None, "success": True, "contentType": content_type}
