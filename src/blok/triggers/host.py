"""Keeps the background triggers of a project running: schedules and workers follow its files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from blok.runner.plan import Plan
from blok.server.project import Project
from blok.triggers.cron import InvalidScheduleError, run_schedule
from blok.triggers.worker import run_worker

logger = logging.getLogger("blok.triggers")


class TriggerHost:
    """One task per cron and worker trigger. ``refresh`` after a reload; ``stop`` at the end."""

    def __init__(self, project: Project, kinds: tuple[str, ...] = ("cron", "worker")) -> None:
        self.project = project
        self.kinds = kinds
        self._tasks: dict[tuple[str, str], tuple[Plan, asyncio.Task[None]]] = {}

    def refresh(self) -> None:
        """Start what is new, stop what is gone, restart what changed. Runs in flight go on."""
        wanted = {
            (name, kind): plan
            for name, plan in self.project.engine.workflows.items()
            for kind in self.kinds
            if kind in plan.workflow.trigger
        }
        for key in [key for key, (plan, _) in self._tasks.items() if wanted.get(key) is not plan]:
            self._tasks.pop(key)[1].cancel()
        for key, plan in wanted.items():
            if key not in self._tasks:
                task = asyncio.get_running_loop().create_task(_guarded(self._work(key[1], plan), plan))
                self._tasks[key] = (plan, task)

    def _work(self, kind: str, plan: Plan) -> Coroutine[Any, Any, None]:
        block = dict(plan.workflow.trigger[kind])
        engine = self.project.engine
        return run_schedule(engine, plan, block) if kind == "cron" else run_worker(engine, plan, block)

    def stop(self) -> None:
        """Start nothing more."""
        for _, task in self._tasks.values():
            task.cancel()
        self._tasks.clear()


async def _guarded(work: Coroutine[Any, Any, None], plan: Plan) -> None:
    try:
        await work
    except InvalidScheduleError as error:
        logger.error('workflow "%s" is never started: %s', plan.name, error)
