"""The worker trigger: jobs from queues in this process, with retries and a dead-letter queue."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from dataclasses import dataclass, field
from typing import Any

from blok.nodes.errors import InputError
from blok.runner.engine import Engine
from blok.runner.errors import error_chain
from blok.runner.plan import Plan
from blok.runner.run import Outcome
from blok.workflow.duration import InvalidDurationError, parse_duration

logger = logging.getLogger("blok.triggers")
_order = itertools.count()


@dataclass(order=True, slots=True)
class Job:
    """One job. Higher priorities go first, then the older job."""

    sort_key: tuple[int, int]
    id: str = field(compare=False)
    queue: str = field(compare=False)
    payload: Any = field(compare=False)
    headers: dict[str, str] = field(compare=False, default_factory=dict)
    attempt: int = field(compare=False, default=1)
    retries: int | None = field(compare=False, default=None)
    priority: int = field(compare=False, default=0)


class Queues:
    """The queues of one process."""

    def __init__(self) -> None:
        self._queues: dict[str, asyncio.PriorityQueue[Job]] = {}
        self._seen: set[tuple[str, str]] = set()
        self.dead: dict[str, list[Job]] = {}

    def queue(self, name: str) -> asyncio.PriorityQueue[Job]:
        """The queue of this name, made when it is first asked for."""
        return self._queues.setdefault(name, asyncio.PriorityQueue())

    def publish(
        self,
        queue: str,
        payload: Any,
        *,
        priority: int = 0,
        delay_ms: float = 0,
        retries: int | None = None,
        dedup_id: str | None = None,
    ) -> str:
        """Put a job into a queue and give its id; a deduplication id that was used before adds nothing."""
        number = next(_order)
        job_id = dedup_id or f"job_{number:012x}"
        if dedup_id is not None and (queue, dedup_id) in self._seen:
            return job_id
        self._seen.add((queue, job_id))
        job = Job((-priority, number), job_id, queue, payload, retries=retries, priority=priority)
        self._put(job, delay_ms / 1_000)
        return job_id

    def again(self, job: Job, seconds: float) -> None:
        """Try a job again after a pause."""
        job.attempt += 1
        self._put(job, seconds)

    def _put(self, job: Job, seconds: float) -> None:
        queue = self.queue(job.queue)
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, queue.put_nowait, job)
        else:
            queue.put_nowait(job)


def queues_of(engine: Engine) -> Queues:
    """The queues that an engine's workflows share."""
    found: Queues = engine.services.setdefault("worker-queues", Queues())
    return found


async def run_worker(engine: Engine, plan: Plan, block: dict[str, Any]) -> None:
    """Take jobs of one queue until cancelled, as many at a time as the trigger says."""
    queues = queues_of(engine)
    queue = queues.queue(str(block.get("queue") or ""))
    count = max(1, int(block.get("concurrency") or 1))
    await asyncio.gather(*(_take(engine, plan, block, queues, queue) for _ in range(count)))


async def _take(
    engine: Engine, plan: Plan, block: dict[str, Any], queues: Queues, queue: asyncio.PriorityQueue[Job]
) -> None:
    while True:
        job = await queue.get()
        outcome = await _run_job(engine, plan, block, job)
        settle(queues, block, job, outcome)


async def _run_job(engine: Engine, plan: Plan, block: dict[str, Any], job: Job) -> Outcome | None:
    """Run one job; None when it took longer than the trigger's timeout."""
    facts = {
        "queue": job.queue,
        "jobId": job.id,
        "attempt": str(job.attempt),
        "priority": str(job.priority),
    }
    request = {
        "body": job.payload,
        "rawBody": "",
        "headers": job.headers,
        "params": facts,
        "query": {},
        "method": "WORKER",
        "path": job.queue,
        "url": job.queue,
    }
    work = engine.run(plan, request, trigger="worker", state={"_worker_job": dict(facts)})
    limit = block.get("timeout")
    try:
        return await asyncio.wait_for(work, float(limit) / 1_000 if limit else None)
    except TimeoutError:
        logger.error('worker: job %s of "%s" took longer than %s ms', job.id, job.queue, limit)
        return None


def settle(queues: Queues, block: dict[str, Any], job: Job, outcome: Outcome | None) -> None:
    """Acknowledge a job, try it again later, or lay it aside."""
    if outcome is None or outcome.status in {
        "completed",
        "delayed",
        "queued",
        "debounced",
        "expired",
        "cancelled",
    }:
        return
    if outcome.status == "throttled":
        job.attempt -= 1
        queues.again(job, 1.0)
        return
    retries = job.retries if job.retries is not None else int(block.get("retries", 3))
    hopeless = (
        any(isinstance(item, InputError) for item in error_chain(outcome.error)) if outcome.error else False
    )
    if not hopeless and job.attempt < retries:
        queues.again(job, _backoff(block, job.attempt))
        return
    logger.error('worker: job %s of "%s" is given up: %s', job.id, job.queue, outcome.error)
    dead = block.get("deadLetterQueue")
    if isinstance(dead, str) and dead:
        queues.publish(dead, job.payload)
    else:
        queues.dead.setdefault(job.queue, []).append(job)


def _backoff(block: dict[str, Any], attempt: int) -> float:
    """Seconds before the next attempt: doubling from one second (or ``delay``), at most 30, with jitter."""
    try:
        base = parse_duration(block["delay"]) / 1_000 if "delay" in block else 1.0
    except InvalidDurationError:
        base = 1.0
    return float(min(base * 2**attempt, 30.0) * (1 + random.random() * 0.1))
