"""The wait step: satisfied at once when its moment has passed, else the run leaves off and goes on later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from blok.expressions import UNDEFINED, Profile, compile_expression
from blok.runner.calls import Ctx
from blok.runner.errors import Deferred, WorkflowFailureError
from blok.runner.steps import Compiled, fail
from blok.runner.trace import ABSENT, StepInfo
from blok.workflow.duration import InvalidDurationError, parse_duration
from blok.workflow.model import WaitStep

if TYPE_CHECKING:
    from blok.runner.run import Run


def compile_wait(step: WaitStep, info: StepInfo, profile: Profile) -> Compiled:
    """Prepare a wait. Inside a sub-workflow the run sleeps instead of leaving off."""
    expression = (
        compile_expression(step.value[3:])
        if isinstance(step.value, str) and step.value.startswith("js/")
        else None
    )
    name, mode, generation = step.name, step.mode, profile.generation

    def deadline(run: Run, ctx: Ctx) -> float:
        if run.deadlines and name in run.deadlines:
            return run.deadlines.pop(name)
        value = expression.evaluate(run.evaluator, ctx, {}) if expression is not None else step.value
        return time() + _duration(value) / 1_000 if mode == "for" else _moment(value)

    async def execute(run: Run, ctx: Ctx) -> None:
        started = perf_counter()
        try:
            at = deadline(run, ctx)
            left = at - time()
            if left > 0:
                if run.depth == 0 and run.engine.can_defer:
                    raise Deferred(at, name)
                await asyncio.sleep(left)
        except Exception as error:
            fail(run, info, started, inputs=ABSENT, error=error, generation=generation)
        run.events.append(
            (info, started, perf_counter(), {mode: step.value}, ABSENT, None, {"until": round(at * 1_000)})
        )

    return Compiled(execute, info, waits=True)


def _duration(value: Any) -> int:
    try:
        return parse_duration(None if value is UNDEFINED else value)
    except InvalidDurationError:
        shown = "undefined" if value is UNDEFINED else value
        raise WorkflowFailureError(
            f'wait.for resolved to "{shown}": expected a millisecond number or a duration string like "30s".'
        ) from None


def _moment(value: Any) -> float:
    """Seconds since 1970 of a number of milliseconds or a date text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value / 1_000
    text = "" if value is None or value is UNDEFINED else str(value).strip()
    try:
        return float(text) / 1_000
    except ValueError:
        pass
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
        except (ValueError, TypeError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    shown = "undefined" if value is UNDEFINED else value
    raise WorkflowFailureError(
        f'wait.until: cannot parse "{shown}" as a number or date. Write ISO 8601 or milliseconds.'
    )
