"""The cron trigger: a workflow at set times."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from time import time
from typing import Any
from zoneinfo import ZoneInfo

from blok.runner.engine import Engine
from blok.runner.plan import Plan

logger = logging.getLogger("blok.triggers")


class InvalidScheduleError(ValueError):
    """The schedule is no cron expression of five or six fields, or the time zone does not exist."""


def next_time(schedule: str, timezone: str, after: float) -> float:
    """The next moment of a schedule, in seconds since 1970.

    Six fields start with the seconds, as in the reference.

    Raises:
        InvalidScheduleError: for a schedule or time zone that does not exist.
    """
    from croniter import croniter  # type: ignore[import-untyped]  # noqa: PLC0415 - only projects with schedules need it

    fields = schedule.split()
    try:
        zone = ZoneInfo(timezone)
        if len(fields) not in {5, 6}:
            raise ValueError("a schedule has five or six fields")
        start = datetime.fromtimestamp(after, zone)
        found: float = croniter(schedule, start, second_at_beginning=len(fields) == 6).get_next(float)
    except (ValueError, KeyError, OSError) as error:
        raise InvalidScheduleError(
            f'The schedule "{schedule}" ({timezone}) cannot be read: {error}'
        ) from None
    return found


def cron_request(
    plan: Plan, block: dict[str, Any], at: float, *, manual: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the first state of a scheduled run."""
    schedule, timezone = str(block["schedule"]), str(block.get("timezone") or "UTC")
    job = f"{plan.name}:{schedule}"
    body = {
        "jobId": job,
        "scheduledTime": _iso(at),
        "executionTime": _iso(time()),
        "schedule": schedule,
        "timezone": timezone,
        "manual": manual,
    }
    facts = {
        "x-cron-job-id": job,
        "x-cron-schedule": schedule,
        "x-cron-timezone": timezone,
        "x-cron-manual": str(manual).lower(),
    }
    request = {
        "body": body,
        "rawBody": "",
        "headers": facts,
        "params": {"jobId": job, "schedule": schedule},
        "query": {},
        "method": "CRON",
        "path": plan.key,
        "url": plan.key,
    }
    return request, {"_cron_context": {key: str(value) for key, value in body.items()}}


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def run_schedule(engine: Engine, plan: Plan, block: dict[str, Any]) -> None:
    """Start the workflow at every moment of its schedule until cancelled.

    Without ``overlap`` a moment that falls into a running job is skipped. Failures are logged.
    """
    schedule, timezone = str(block.get("schedule") or ""), str(block.get("timezone") or "UTC")
    running: asyncio.Task[None] | None = None
    at = time()
    while True:
        at = next_time(schedule, timezone, max(at, time()))
        await asyncio.sleep(max(0.0, at - time()))
        if running is not None and not running.done() and not block.get("overlap"):
            logger.info('cron: "%s" still runs; this tick is skipped', plan.name)
            continue
        running = engine.spawn(_fire(engine, plan, block, at))


async def _fire(engine: Engine, plan: Plan, block: dict[str, Any], at: float) -> None:
    request, state = cron_request(plan, block, at)
    outcome = await engine.run(plan, request, trigger="cron", state=state)
    if outcome.error is not None:
        logger.error('cron: "%s" failed: %s', plan.name, outcome.error)
