"""Control steps: branch, forEach, loop, switch, tryCatch. Lists of steps run through ``sequence``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from blok.expressions import (
    UNDEFINED,
    ExpressionError,
    Profile,
    compile_template,
    evaluate_condition,
    strict_equals,
)
from blok.nodes.errors import GlobalError
from blok.runner.errors import (
    SIGNALS,
    Deferred,
    LoopMaxIterationsError,
    RunCancelledError,
    WorkflowFailureError,
    error_envelope,
    error_message,
)
from blok.runner.steps import Compiled, Ctx, Execute, fail
from blok.runner.trace import ABSENT, Iteration, StepInfo
from blok.workflow.model import BranchStep, ForEachStep, LoopStep, SwitchStep, TryCatchStep

if TYPE_CHECKING:
    from blok.runner.run import Run


def sequence(steps: Sequence[Compiled]) -> Compiled:
    """Run steps one after the other; cancelling is looked at between them."""
    info = steps[0].info if steps else StepInfo("", "", "", 0, 0, 0, "")
    waits = any(step.waits for step in steps)
    if all(step.plain for step in steps):
        executes = tuple(step.execute for step in steps)
        if len(executes) == 1:
            return Compiled(_single(executes[0]), info, plain=True)

        def run_plain(run: Run, ctx: Ctx) -> None:
            for execute in executes:
                if run.cancelled:
                    raise RunCancelledError
                execute(run, ctx)

        return Compiled(run_plain, info, plain=True)
    if waits:
        return Compiled(_resumable(steps), info, waits=True)

    async def run_later(run: Run, ctx: Ctx) -> None:
        for step in steps:
            if run.cancelled:
                raise RunCancelledError
            pending = step.execute(run, ctx)
            if pending is not None:
                await pending

    return Compiled(run_later, info)


def _single(execute: Execute) -> Execute:
    def run_one(run: Run, ctx: Ctx) -> None:
        if run.cancelled:
            raise RunCancelledError
        execute(run, ctx)

    return run_one


def _resumable(steps: Sequence[Compiled]) -> Execute:
    """A list with a wait somewhere inside: it can leave off at a step and go on there."""

    async def run_later(run: Run, ctx: Ctx) -> None:
        first = run.resume.pop(0)["at"] if run.resume else 0
        for index in range(first, len(steps)):
            if run.cancelled:
                raise RunCancelledError
            try:
                pending = steps[index].execute(run, ctx)
                if pending is not None:
                    await pending
            except Deferred as wait:
                wait.frames.insert(0, {"at": index})
                raise

    return run_later


def compile_branch(step: BranchStep, info: StepInfo, arms: Sequence[Compiled], profile: Profile) -> Compiled:
    """Take the first arm whose condition holds; what it did stays on the same context."""
    generation = profile.generation
    problem = _arm_problem(step) if step.arms and step.arms[0].kind else None
    if isinstance(step.arms[0].condition if step.arms else None, str) and generation == 2:
        problem = problem or _prefixed(step)
    choices = [(arm.condition, arm_steps.execute) for arm, arm_steps in zip(step.arms, arms, strict=True)]
    labels = [arm.kind or ("then" if arm.condition is not None else "else") for arm in step.arms]
    waits = any(arm.waits for arm in arms)

    def choose(run: Run, ctx: Ctx) -> int:
        if problem is not None:
            raise WorkflowFailureError(problem)
        response = ctx["response"]
        data = response.get("data") if type(response) is dict else None
        variables = ctx.get("vars")
        for index, (condition, _) in enumerate(choices):
            if condition is None or evaluate_condition(
                condition, run.evaluator, ctx, data, variables, generation=generation
            ):
                return index
        return -1

    def execute(run: Run, ctx: Ctx) -> Any:
        started = perf_counter()
        chosen = -1
        try:
            chosen = run.resume.pop(0)["arm"] if waits and run.resume else choose(run, ctx)
        except Exception as error:
            fail(run, info, started, ABSENT, error, generation)
        taken = {"arm": labels[chosen] if chosen >= 0 else None, "index": chosen}
        run.events.append((info, started, perf_counter(), ABSENT, ABSENT, None, {"took": taken}))
        if chosen < 0:
            return None
        if waits:
            return _with_frame(choices[chosen][1], run, ctx, {"arm": chosen})
        return choices[chosen][1](run, ctx)

    return Compiled(execute, info, plain=all(arm.plain for arm in arms), waits=waits)


async def _with_frame(execute: Execute, run: Run, ctx: Ctx, frame: dict[str, Any]) -> None:
    try:
        pending = execute(run, ctx)
        if pending is not None:
            await pending
    except Deferred as wait:
        wait.frames.insert(0, frame)
        raise


def _arm_problem(step: BranchStep) -> str | None:
    kinds = [arm.kind for arm in step.arms]
    if kinds[0] != "if":
        return "First condition must be an if"
    if len(kinds) > 1 and kinds[-1] != "else":
        return "Last condition must be an else"
    return None


def _prefixed(step: BranchStep) -> str | None:
    for arm in step.arms:
        if isinstance(arm.condition, str) and arm.condition.startswith("js/"):
            return (
                f'The condition of branch "{step.name}" is a raw expression; remove the js/ prefix: '
                f'"{arm.condition[3:]}".'
            )
    return None


def compile_for_each(step: ForEachStep, info: StepInfo, body: Compiled, profile: Profile, workflow: str) -> Compiled:
    """Once per item on a copy of state; the results, in order, are the step's result."""
    template = compile_template(step.items, profile)
    key, index_key, name = step.item_key, f"{step.item_key}Index", step.name
    once = body.execute

    async def sequential(run: Run, ctx: Ctx, items: list[Any]) -> list[Any]:
        results: list[Any] = []
        first, kept = 0, None
        if body.waits and run.resume:
            frame = run.resume.pop(0)
            first, kept, results = frame["i"], frame["state"], frame["results"]
        events = run.events
        for index in range(first, len(items)):
            if run.cancelled:
                raise RunCancelledError
            inner = _iteration(ctx, key, items[index], index_key, index)
            if kept is not None:
                inner["state"].update(kept)
                kept = None
            events.append(Iteration(info, index))
            try:
                pending = once(run, inner)
                if pending is not None:
                    await pending
            except Deferred as wait:
                wait.frames.insert(0, {"i": index, "results": results, "state": inner["state"]})
                raise
            results.append(_result(inner["response"]))
        return results

    async def parallel(run: Run, ctx: Ctx, items: list[Any]) -> list[Any]:
        results: list[Any] = [None] * len(items)
        errors: dict[int, BaseException] = {}
        waiting = iter(range(len(items)))
        outer = run.events

        async def worker() -> None:
            for index in waiting:
                if errors or run.cancelled:
                    return
                inner = _iteration(ctx, key, items[index], index_key, index)
                branch = run.fork()
                branch.events.append(Iteration(info, index))
                outer.append(branch.events)
                try:
                    pending = once(branch, inner)
                    if pending is not None:
                        await pending
                except Exception as error:
                    errors[index] = error
                    return
                results[index] = _result(inner["response"])

        await asyncio.gather(*(worker() for _ in range(min(step.concurrency, len(items)))))
        if errors:
            first = errors[min(errors)]
            if isinstance(first, Deferred):
                first.frames.clear()
            raise first
        if run.cancelled:
            raise RunCancelledError
        return results

    run_items = parallel if step.parallel else sequential

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        items: Any = ABSENT
        try:
            items = template.render(run.evaluator, ctx, None, step=name, workflow=workflow)
            results = await run_items(run, ctx, items if type(items) is list else [])
        except Exception as error:
            fail(run, info, started, {"in": items}, error, 2)
        ctx["response"] = ctx["prev"] = results
        ctx["state"][name] = results
        run.events.append((info, started, perf_counter(), {"in": items}, results, None, None))

    return Compiled(execute, info, waits=body.waits)


def _iteration(ctx: Ctx, key: str, item: Any, index_key: str, index: int) -> Ctx:
    """The context of one pass: everything of the outer one, with a state of its own."""
    inner = ctx.copy()
    state = inner["state"] = inner["vars"] = ctx["state"].copy()
    state[key] = item
    state[index_key] = index
    inner["response"] = inner["prev"] = {"data": None, "contentType": "", "success": True, "error": None}
    return inner


def _result(response: Any) -> Any:
    """What an inner list of steps came to: the data of the last envelope, or the raw result."""
    if type(response) is dict and "success" in response:
        value = response.get("data")
        return None if value is UNDEFINED else value
    return None if response is UNDEFINED else response


def compile_loop(step: LoopStep, info: StepInfo, body: Compiled) -> Compiled:
    """Again and again on shared state, while the condition holds."""
    name, index_key, limit, condition = step.name, f"{step.name}Index", step.max_iterations, step.condition
    once = body.execute
    # `while` takes a raw expression: with a js/ prefix it is a value, not a condition, and nothing runs.
    never = not isinstance(condition, str) or condition.startswith("js/")

    def holds(run: Run, ctx: Ctx) -> bool:
        try:
            return evaluate_condition(condition, run.evaluator, ctx, _loop_data(ctx), ctx["vars"])
        except ExpressionError as error:
            raise WorkflowFailureError(
                f'[blok] loop "{name}" while condition failed: {error_message(error)}. '
                "`while` takes a raw expression over ctx, data and vars."
            ) from error

    async def repeat(run: Run, ctx: Ctx) -> bool:
        count = run.resume.pop(0)["i"] if body.waits and run.resume else 0
        resumed = count > 0 or bool(run.resume)
        ran = False
        state = ctx["state"]
        while True:
            state[index_key] = count
            if not resumed and (never or not holds(run, ctx)):
                return ran
            resumed = False
            if count >= limit:
                raise LoopMaxIterationsError(name, limit)
            if run.cancelled:
                raise RunCancelledError
            run.events.append(Iteration(info, count))
            try:
                pending = once(run, ctx)
                if pending is not None:
                    await pending
            except Deferred as wait:
                wait.frames.insert(0, {"i": count})
                raise
            ran = True
            count += 1

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        try:
            ran = await repeat(run, ctx)
        except Exception as error:
            fail(run, info, started, {"while": condition}, error, 2)
        result = ctx["response"] if ran else None
        ctx["state"][name] = result
        run.events.append((info, started, perf_counter(), {"while": condition}, result, None, None))

    return Compiled(execute, info, waits=body.waits)


def _loop_data(ctx: Ctx) -> Any:
    response = ctx["response"]
    data = response.get("data") if type(response) is dict else None
    return ctx["request"].get("body") if data is None else data


def compile_switch(
    step: SwitchStep,
    info: StepInfo,
    arms: Sequence[Compiled],
    default: Compiled | None,
    profile: Profile,
    workflow: str,
) -> Compiled:
    """Take the case that equals the value, strictly; else the default; else nothing."""
    name = step.name
    on = compile_template(step.on, profile)
    whens = [compile_template(case.when, profile) for case in step.cases]
    waits = any(arm.waits for arm in [*arms, *([default] if default else [])])

    def choose(run: Run, ctx: Ctx) -> tuple[Any, Compiled | None, int]:
        value = on.render(run.evaluator, ctx, None, step=name, workflow=workflow)
        for index, when in enumerate(whens):
            wanted = when.render(run.evaluator, ctx, None, step=name, workflow=workflow)
            matches = wanted if type(wanted) is list else (wanted,)
            if any(strict_equals(value, one) for one in matches):
                return value, arms[index], index
        return value, default, -1

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        value: Any = ABSENT
        try:
            if waits and run.resume:
                index = run.resume.pop(0)["case"]
                arm: Compiled | None = default if index < 0 else arms[index]
            else:
                value, arm, index = choose(run, ctx)
            if arm is not None:
                await _with_frame(arm.execute, run, ctx, {"case": index})
        except Exception as error:
            fail(run, info, started, {"on": value}, error, 2)
        result = ctx["response"] if arm is not None else None
        ctx["state"][name] = result
        run.events.append((info, started, perf_counter(), {"on": value}, result, None, {"took": {"index": index}}))

    return Compiled(execute, info, waits=waits)


def compile_try(step: TryCatchStep, info: StepInfo, attempt: Compiled, catch: Compiled, final: Compiled) -> Compiled:
    """try, catch and finally on the same context; cancelling and waiting are never caught."""
    name = step.name

    async def run_block(block: Compiled, run: Run, ctx: Ctx) -> None:
        pending = block.execute(run, ctx)
        if pending is not None:
            await pending

    async def guarded(run: Run, ctx: Ctx) -> None:
        try:
            await run_block(attempt, run, ctx)
        except SIGNALS:
            raise
        except Exception as error:
            before = ctx["error"]
            ctx["error"] = error_envelope(error, getattr(error, "blok_step", None))
            try:
                await run_block(catch, run, ctx)
            finally:
                ctx["error"] = before

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        try:
            try:
                await guarded(run, ctx)
            except SIGNALS:
                raise
            except Exception:
                await run_block(final, run, ctx)
                raise
            await run_block(final, run, ctx)
        except Deferred as wait:
            # The try block starts over when the run goes on; waits that are over do not wait again.
            wait.frames.clear()
            raise
        except Exception as error:
            fail(run, info, started, ABSENT, error, 2)
        result = ctx["response"]
        ctx["state"][name] = result
        run.events.append((info, started, perf_counter(), ABSENT, result, None, None))

    return Compiled(execute, info, waits=attempt.waits or catch.waits or final.waits)


def compile_flow_node(inner: Compiled, compile_steps: Callable[[Any], Compiled], node: str) -> Compiled:
    """A node that answers with the steps to run next."""

    async def execute(run: Run, ctx: Ctx) -> None:
        before = ctx["response"]
        pending = inner.execute(run, ctx)
        if pending is not None:
            await pending
        response = ctx["response"]
        steps = response["data"] if type(response) is dict and "success" in response else response
        if not isinstance(steps, list):
            kind = "object" if isinstance(steps, dict) else type(steps).__name__
            raise GlobalError(f'Flow node "{node}" must return an array of steps, got {kind}.', code=500)
        ctx["response"] = before
        pending = compile_steps(steps).execute(run, ctx) if steps else None
        if pending is not None:
            await pending

    return Compiled(execute, inner.info)
