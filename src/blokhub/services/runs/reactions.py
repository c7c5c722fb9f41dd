"""Dry runs of submitted versions, and the removal of old runs."""

import asyncio
import time
from typing import Any

import msgspec
import structlog

from blokhub.infra.host import Host
from blokhub.infra.leadership import leadership
from blokhub.infra.reactions import Arrival, Reactions
from blokhub.infra.sandbox import Execution, Job, SandboxPool
from blokhub.kernel.context import Context
from blokhub.services.content.contract import DryRunRequested, Example
from blokhub.services.runs import commands
from blokhub.services.runs.contract import HOST_NODES

_log = structlog.get_logger("dry_run")
_POLL_SECONDS = 1.0
_CLEAN_SECONDS = 3600.0
_TRIAL_SECONDS = 3.0

_LIMITS = frozenset({"MemoryLimit", "StepLimit", "OutputLimit", "sandbox_lost"})

reactions = Reactions()


@reactions.on(DryRunRequested)
async def queue_dry_run(arrival: Arrival) -> None:
    """A submitted version waits for its turn in the sandbox."""
    await commands.queue_dry_run(arrival.work, arrival.event, arrival.recorded.occurred_at)
    woken: asyncio.Event = arrival.host.parts["dry_runs"]

    async def wake() -> None:
        woken.set()

    arrival.work.after_commit.append(wake)


async def do_dry_runs(host: Host) -> None:
    """The job that tries what was submitted."""
    woken: asyncio.Event = host.parts["dry_runs"]
    while True:
        try:
            while await _do_next(host):
                pass
        except Exception as error:
            _log.warning("dry run interrupted, trying again", error=repr(error))
            await asyncio.sleep(0.5)
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await woken.wait()
        except TimeoutError:
            continue
        woken.clear()


async def _do_next(host: Host) -> bool:
    async with host.unit_of_work(Context.of_system()) as work:
        dry_run = await commands.claim_dry_run(work)
    if dry_run is None:
        return False
    examples, problem = await _try(host, dry_run)
    async with host.unit_of_work(Context.of_system(causation=dry_run.saga_id)) as work:
        await commands.finish_dry_run(work, dry_run, examples, problem)
    return True


async def _try(host: Host, dry_run: DryRunRequested) -> tuple[int, dict[str, Any] | None]:
    """Execute a definition without effects; returns how many examples it had, and the problem if any."""
    if dry_run.kind == "node":
        return 0, None
    definition = msgspec.json.decode(await _document(host, f"/internal/definitions/{dry_run.digest}"))
    if not dry_run.examples_digest:
        request = _sample_request(definition)
        job = Job(definition, request, tuple(HOST_NODES), dry=True, seconds=_TRIAL_SECONDS)
        return 0, _verdict(await _sandbox(host).execute(job))
    body = await _document(host, f"/internal/examples/{dry_run.examples_digest}")
    return await _try_examples(host, definition, msgspec.json.decode(body, type=list[Example]))


async def _try_examples(
    host: Host, definition: dict[str, Any], examples: list[Example]
) -> tuple[int, dict[str, Any] | None]:
    """Run every example with its fixtures, up to the first that does not answer as recorded."""
    until = time.monotonic() + host.settings.run_seconds
    for index, example in enumerate(examples):
        if time.monotonic() > until:
            sentence = f"All examples together may take {host.settings.run_seconds:g} s; they took longer."
            return index, commands.Refused(sentence, pointer="/examples").as_problem()
        fixtures = tuple(msgspec.to_builtins(example.fixtures))
        job = Job(definition, commands.request_of(example.request), tuple(HOST_NODES), fixtures, dry=True)
        execution = await _sandbox(host).execute(job)
        reason = execution.problem["detail"] if execution.problem else ""
        failure = commands.hold_to(index, example, execution.response, reason)
        problem = failure.as_problem() if failure else _verdict(execution)
        if problem is not None:
            return index, problem
    return len(examples), None


def _sandbox(host: Host) -> SandboxPool:
    pool: SandboxPool = host.parts["sandbox"]
    return pool


async def _document(host: Host, target: str) -> bytes:
    answer = await host.clients.call("content", "GET", target, Context.of_system())
    if not answer.ok:
        raise ConnectionError(f"what was submitted could not be read: {answer.status}")
    return answer.body


def _verdict(execution: Execution) -> dict[str, Any] | None:
    """What stands against publishing: that it cannot be loaded, or does not stay within its limits.

    A step that fails is no reason: the request was made up, and what the step needs may be missing. Nor is
    one that waits for longer than a dry run does.
    """
    name = execution.problem.get("name") if execution.problem else None
    if name == "StillWaiting" or (execution.status in {"completed", "failed"} and name not in _LIMITS):
        return None
    problem = execution.problem or {"name": execution.status, "detail": "It did not come to an end."}
    error = commands.Refused(f"In the sandbox: {problem['detail']}")
    return error.as_problem() | {"problems": [problem]}


def _sample_request(definition: dict[str, Any]) -> dict[str, Any]:
    """The simplest request that the workflow's own trigger lets in."""
    trigger = definition.get("trigger")
    http = trigger.get("http") if isinstance(trigger, dict) else None
    method = http.get("method", "GET") if isinstance(http, dict) else "GET"
    return {"method": method if isinstance(method, str) and method.isalpha() and method != "ANY" else "POST"}


async def remove_old_runs(host: Host) -> None:
    """The job that forgets runs after their time."""
    async with leadership(host.database.url, "runs-cleaning"):
        while True:
            async with host.unit_of_work(Context.of_system()) as work:
                removed = await commands.forget_old(work, host.settings.run_days)
            if removed:
                _log.info("old runs removed", count=removed)
            await asyncio.sleep(_CLEAN_SECONDS)
