"""Steps that repeat: forEach and loop."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any

from blok.expressions import UNDEFINED, ExpressionError, Profile, compile_template
from blok.expressions.conditions import compile_condition
from blok.runner.calls import Ctx
from blok.runner.errors import (
    Deferred,
    LoopMaxIterationsError,
    RunCancelledError,
    WorkflowFailureError,
    error_message,
)
from blok.runner.steps import Compiled, fail
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.model import ForEachStep, LoopStep

if TYPE_CHECKING:
    from blok.runner.run import Run


# Passes that never wait would keep every other request waiting: let them in from time to time.
PASSES_BETWEEN_YIELDS = 256


def compile_for_each(
    step: ForEachStep, info: StepInfo, body: Compiled, profile: Profile, workflow: str
) -> Compiled:
    """Once per item on a copy of state; the results, in order, are the step's result."""
    template = compile_template(step.items, profile)
    name = step.name
    passes = _Parallel(step, info, body).run if step.parallel else _Sequential(step, info, body).run

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        items: Any = ABSENT
        try:
            items = template.render(run.evaluator, ctx, None, step=name, workflow=workflow)
            results = await passes(run, ctx, items if type(items) is list else [])
        except Exception as error:
            fail(run, info, started, inputs={"in": items}, error=error)
        ctx["response"] = ctx["prev"] = results
        ctx["state"][name] = results
        run.events.append((info, started, perf_counter(), {"in": items}, results, None, None))

    return Compiled(execute, info, waits=body.waits)


class _Sequential:
    """One item after the other."""

    def __init__(self, step: ForEachStep, info: StepInfo, body: Compiled) -> None:
        self.key, self.index_key = step.item_key, f"{step.item_key}Index"
        self.info, self.body = info, body

    async def run(self, run: Run, ctx: Ctx, items: list[Any]) -> list[Any]:
        once, waits, info = self.body.execute, self.body.waits, self.info
        key, index_key = self.key, self.index_key
        results: list[Any] = []
        first, kept = 0, None
        if waits and run.resume:
            frame = run.resume.pop(0)
            first, kept, results = frame["i"], frame["state"], frame["results"]
        mark, outer = run.events.append, ctx["state"]
        for index in range(first, len(items)):
            if run.cancelled:
                raise RunCancelledError
            inner = ctx.copy()
            state = inner["state"] = inner["vars"] = outer.copy()
            state[key], state[index_key] = items[index], index
            inner["response"] = inner["prev"] = {
                "data": None,
                "contentType": "",
                "success": True,
                "error": None,
            }
            if kept is not None:
                state.update(kept)
                kept = None
            mark((info, index))
            try:
                pending = once(run, inner)
                if pending is not None:
                    await pending
            except Deferred as wait:
                wait.frames.insert(0, {"i": index, "results": results, "state": inner["state"]})
                raise
            response = inner["response"]
            if type(response) is dict and "success" in response:
                response = response.get("data")
            results.append(None if response is UNDEFINED else response)
            if index % PASSES_BETWEEN_YIELDS == PASSES_BETWEEN_YIELDS - 1:
                await asyncio.sleep(0)
        return results


class _Parallel:
    """Up to ``concurrency`` items at a time. The first failure, by index, is raised when all have settled."""

    def __init__(self, step: ForEachStep, info: StepInfo, body: Compiled) -> None:
        self.key, self.index_key = step.item_key, f"{step.item_key}Index"
        self.info, self.body, self.concurrency = info, body, step.concurrency

    async def run(self, run: Run, ctx: Ctx, items: list[Any]) -> list[Any]:
        results: list[Any] = [None] * len(items)
        errors: dict[int, BaseException] = {}
        waiting = iter(range(len(items)))

        async def worker() -> None:
            for index in waiting:
                if errors or run.cancelled:
                    return
                try:
                    results[index] = await self.one(run, ctx, items[index], index)
                except Exception as error:
                    errors[index] = error
                    return

        await asyncio.gather(*(worker() for _ in range(min(self.concurrency, len(items)))))
        if errors:
            first = errors[min(errors)]
            if isinstance(first, Deferred):
                first.frames.clear()
            raise first
        if run.cancelled:
            raise RunCancelledError
        return results

    async def one(self, run: Run, ctx: Ctx, item: Any, index: int) -> Any:
        inner = _iteration(ctx, self.key, item, self.index_key, index)
        branch = run.fork()
        branch.events.append((self.info, index))
        run.events.append(branch.events)
        pending = self.body.execute(branch, inner)
        if pending is not None:
            await pending
        return _result(inner["response"])


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
        response = response.get("data")
    return None if response is UNDEFINED else response


def compile_loop(step: LoopStep, info: StepInfo, body: Compiled) -> Compiled:
    """Again and again on shared state, while the condition holds."""
    name, index_key, limit, condition = step.name, f"{step.name}Index", step.max_iterations, step.condition
    once = body.execute
    # `while` takes a raw expression: with a js/ prefix it is a value, not a condition, and nothing runs.
    never = not isinstance(condition, str) or condition.startswith("js/")

    check = compile_condition("false" if never else condition)

    def holds(run: Run, ctx: Ctx) -> bool:
        try:
            return check(run.evaluator, ctx, _loop_data(ctx), ctx["vars"])
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
            run.events.append((info, count))
            try:
                pending = once(run, ctx)
                if pending is not None:
                    await pending
            except Deferred as wait:
                wait.frames.insert(0, {"i": count})
                raise
            ran = True
            count += 1
            if count % PASSES_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        try:
            ran = await repeat(run, ctx)
        except Exception as error:
            fail(run, info, started, inputs={"while": condition}, error=error)
        result = ctx["response"] if ran else None
        ctx["state"][name] = result
        run.events.append((info, started, perf_counter(), {"while": condition}, result, None, None))

    return Compiled(execute, info, waits=body.waits)


def _loop_data(ctx: Ctx) -> Any:
    response = ctx["response"]
    data = response.get("data") if type(response) is dict else None
    return ctx["request"].get("body") if data is None else data
