"""What runs beside the requests: deferred runs, schedules, workers, and the journal."""

from __future__ import annotations

import fcntl
from typing import IO, Any

from blok.server.application import Application
from blok.triggers.host import TriggerHost


class Background:
    """Started once the event loop runs; of several processes only one keeps the schedules."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._triggers: TriggerHost | None = None
        self._lock: IO[Any] | None = None

    def start(self) -> None:
        """Start everything."""
        project, engine = self.application.project, self.application.engine
        engine.watch()
        folder = project.layout.root / ".blok"
        if engine.settings.env.get("BLOK_TRACE_STORE") == "sqlite":
            engine.keep_journal(folder / "trace.db")
        kinds = ("cron", "worker") if self._keeps_schedules() else ("worker",)
        self._triggers = TriggerHost(project, kinds)
        self._triggers.refresh()
        project.on_reload.append(self._triggers.refresh)

    def _keeps_schedules(self) -> bool:
        """Whether this process is the one that starts scheduled runs."""
        plans = self.application.engine.workflows.values()
        if not any("cron" in plan.workflow.trigger for plan in plans):
            return True
        folder = self.application.project.layout.root / ".blok"
        folder.mkdir(exist_ok=True)
        self._lock = (folder / "schedules.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    async def stop(self) -> None:
        """Start nothing more, and let what runs come to an end."""
        if self._triggers is not None:
            self._triggers.stop()
        await self.application.engine.close()
        if self._lock is not None:
            self._lock.close()
