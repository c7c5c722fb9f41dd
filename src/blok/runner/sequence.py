"""Lists of steps, one after the other; a list with a wait inside can leave off and go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from blok.runner.calls import Ctx
from blok.runner.errors import Deferred, RunCancelledError
from blok.runner.steps import Compiled, Execute
from blok.runner.trace import StepInfo

if TYPE_CHECKING:
    from blok.runner.run import Run


def sequence(steps: Sequence[Compiled]) -> Compiled:
    """Run steps one after the other; cancelling is looked at between them."""
    info = steps[0].info if steps else StepInfo("", "", "", 0, 0, 0, "")
    waits = any(step.waits for step in steps)
    if all(step.plain for step in steps):
        executes = tuple(step.execute for step in steps)
        if len(executes) == 1:
            # Whoever runs the list has just looked at cancelling.
            return Compiled(executes[0], info, plain=True)

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


async def with_frame(execute: Execute, run: Run, ctx: Ctx, frame: dict[str, Any]) -> None:
    """Run something inside of which a wait may leave off; ``frame`` says where to go on."""
    try:
        pending = execute(run, ctx)
        if pending is not None:
            await pending
    except Deferred as wait:
        wait.frames.insert(0, frame)
        raise
