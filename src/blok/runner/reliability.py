"""Retry, time limits and remembered results, wrapped around a step that has them."""

from __future__ import annotations

import asyncio
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from blok.expressions import UNDEFINED, ExpressionError, resolve_key
from blok.runner.calls import Ctx
from blok.runner.errors import SIGNALS, StepTimeoutError, error_chain, error_name
from blok.runner.steps import Compiled, Execute, fail
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.model import Retry, Stored

if TYPE_CHECKING:
    from blok.runner.run import Run


def retryable(error: BaseException, retry: Retry) -> bool:
    """Whether none of the names on the error and its causes forbids another attempt."""
    names = {error_name(item) for item in error_chain(error)}
    return not (names & retry.non_retryable)


async def attempt(execute: Execute, run: Run, ctx: Ctx) -> None:
    """One attempt."""
    pending = execute(run, ctx)
    if pending is not None:
        await pending


def with_time_limit(inner: Compiled, step: Stored) -> Execute:
    """Race every attempt against a timer. The work goes on in the background, unheard."""
    limit = step.max_duration
    assert limit is not None

    async def execute(run: Run, ctx: Ctx) -> None:
        work = asyncio.ensure_future(attempt(inner.execute, run, ctx))
        done, _ = await asyncio.wait({work}, timeout=limit / 1_000)
        if done:
            work.result()
            return
        work.add_done_callback(lambda task: task.cancelled() or task.exception())
        fail(run, inner.info, perf_counter(), inputs=ABSENT, error=StepTimeoutError(step.name, limit))

    return execute


def with_retry(inner: Execute, info: StepInfo, retry: Retry) -> Execute:
    """Try again after growing pauses, unless the error's name forbids it."""

    async def attempts(run: Run, ctx: Ctx) -> None:
        for number in range(1, retry.max_attempts + 1):
            try:
                await attempt(inner, run, ctx)
                return
            except SIGNALS:
                raise
            except Exception as error:
                if number == retry.max_attempts or not retryable(error, retry):
                    raise
                pause = retry.delay(number)
                facts = {"step": info.name, "attempt": number, "error": str(error), "delayMs": pause}
                run.note("NODE_ATTEMPT_FAILED", facts)
            await asyncio.sleep(pause / 1_000)

    async def execute(run: Run, ctx: Ctx) -> None:
        try:
            await attempts(run, ctx)
        finally:
            run.kept_inputs.pop(id(info), None)

    return execute


def with_memory(inner: Execute, info: StepInfo, step: Stored, workflow: str) -> Execute:
    """Answer from an earlier success with the same key."""
    key_source, ttl = step.idempotency_key, step.idempotency_ttl

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        store = run.engine.store
        try:
            key = resolve_key(key_source, run.evaluator, ctx)
        except ExpressionError:
            key = None
        except Exception as error:
            fail(run, info, started, inputs=ABSENT, error=error)
        if key is None:
            await attempt(inner, run, ctx)
            return
        triple = (workflow, step.name, key)
        remembered = store.recall(triple, time())
        if remembered is not None:
            ctx["response"] = ctx["prev"] = remembered["response"]
            _store_again(step, ctx, remembered)
            run.events.append(
                (info, started, perf_counter(), ABSENT, remembered.get("data"), None, {"cached": True})
            )
            return
        await attempt(inner, run, ctx)
        response = ctx["response"]
        kept = {"response": response}
        data = response.get("data") if isinstance(response, dict) and "success" in response else response
        if data is not UNDEFINED:
            kept["data"] = ctx["state"].get(step.state_key, data) if not step.spread else data
        else:
            kept["response"] = {**response, "data": None} if isinstance(response, dict) else None
        store.remember(triple, kept, time() + ttl / 1_000)

    return execute


def _store_again(step: Stored, ctx: Ctx, remembered: dict[str, Any]) -> None:
    if step.ephemeral or "data" not in remembered:
        return
    value = remembered["data"]
    if step.spread:
        if isinstance(value, dict):
            ctx["state"].update(value)
    else:
        ctx["state"][step.state_key] = value


def with_reliability(inner: Compiled, step: Stored, workflow: str) -> Compiled:
    """Wrap a step in what it asks for: time limit inside retry inside memory."""
    if step.max_duration is None and step.retry is None and step.idempotency_key is None:
        return inner
    execute = with_time_limit(inner, step) if step.max_duration is not None else inner.execute
    if step.retry is not None:
        execute = with_retry(execute, inner.info, step.retry)
    if step.idempotency_key is not None:
        execute = with_memory(execute, inner.info, step, workflow)
    return Compiled(execute, inner.info, waits=inner.waits)
