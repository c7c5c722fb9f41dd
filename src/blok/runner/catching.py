"""tryCatch."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from blok.runner.calls import Ctx
from blok.runner.errors import SIGNALS, Deferred, error_envelope
from blok.runner.steps import Compiled, fail
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.model import TryCatchStep

if TYPE_CHECKING:
    from blok.runner.run import Run


def compile_try(
    step: TryCatchStep, info: StepInfo, attempt: Compiled, catch: Compiled, final: Compiled
) -> Compiled:
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
            fail(run, info, started, inputs=ABSENT, error=error)
        result = ctx["response"]
        ctx["state"][name] = result
        run.events.append((info, started, perf_counter(), ABSENT, result, None, None))

    return Compiled(execute, info, waits=attempt.waits or catch.waits or final.waits)
