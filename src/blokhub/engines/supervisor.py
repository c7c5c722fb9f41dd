"""The three engines together: found or started at once, watched, stopped."""

import asyncio
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from blokhub.engines.addresses import AddressBook
from blokhub.engines.embedded import EmbeddedEngine, Progress
from blokhub.engines.errors import EngineError
from blokhub.engines.external import check_external
from blokhub.engines.home import DataFolder, data_home
from blokhub.engines.nats import Nats
from blokhub.engines.postgres import Postgres
from blokhub.engines.urls import EngineUrls, configured_url
from blokhub.engines.valkey import Valkey

logger = logging.getLogger(__name__)

KINDS: Mapping[str, type[EmbeddedEngine]] = {kind.name: kind for kind in (Postgres, Valkey, Nats)}

_LOOK_EVERY = 0.2
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 30.0
_CALM_AFTER = 60.0


class Engines:
    """PostgreSQL, Valkey and NATS for one hub.

    An engine whose URL is set in the environment is used where it is; the others are started as child
    processes with their data in `home`. Use: `async with Engines() as engines: await engines.start(print)`.
    """

    def __init__(self, home: Path | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._folder = DataFolder(home or data_home())
        self._environ = environ
        self._running: list[EmbeddedEngine] = []
        self._stopping = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, on_progress: Progress = lambda _: None) -> EngineUrls:
        """Start what is not configured, check what is, all at the same time. Raises EngineError."""
        self._stopping = False
        urls = {name: configured_url(name, self._environ) for name in KINDS}
        embedded = frozenset(name for name, url in urls.items() if url is None)
        addresses = AddressBook(self._folder.path)
        if embedded:
            await asyncio.to_thread(self._folder.open)
            addresses.load()
        self._running = [KINDS[name](self._folder.path, addresses) for name in KINDS if name in embedded]
        try:
            async with asyncio.TaskGroup() as group:
                started = {e.name: group.create_task(e.start(on_progress)) for e in self._running}
                for name, url in urls.items():
                    if url is not None:
                        group.create_task(check_external(name, url))
        except BaseExceptionGroup as failures:
            await self.stop()
            raise _first_cause(failures) from failures
        except BaseException:
            await self.stop()
            raise
        found = {name: url or started[name].result() for name, url in urls.items()}
        return EngineUrls(found["postgres"], found["valkey"], found["nats"], embedded)

    async def stop(self) -> None:
        """Stop every engine that we started, all at the same time, and let go of the data folder."""
        self._stopping = True
        running, self._running = self._running, []
        await asyncio.gather(*(engine.stop() for engine in running))
        self._folder.close()

    async def supervise(self) -> None:
        """Start again whatever stops by itself. Runs until cancelled, or until `stop`."""
        await asyncio.gather(*(self._watch(engine) for engine in self._running))

    async def _watch(self, engine: EmbeddedEngine) -> None:
        pause, last = _FIRST_PAUSE, time.monotonic()
        while not self._stopping:
            await asyncio.sleep(_LOOK_EVERY)
            if engine.is_running() or self._stopping:
                continue
            if time.monotonic() - last > _CALM_AFTER:
                pause = _FIRST_PAUSE
            logger.warning("%s does not run any more; starting it again", engine.title)
            await asyncio.sleep(pause)
            pause, last = min(pause * 2, _LONGEST_PAUSE), time.monotonic()
            try:
                await engine.restart()
                logger.info("%s runs again", engine.title)
            except (EngineError, OSError) as error:
                logger.error("%s did not start, next try in %.1f s: %s", engine.title, pause, error)
            if self._stopping:
                await engine.stop()


def _first_cause(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure to show: ours rather than a cancellation, the first rather than all."""
    ours, others = failures.split(EngineError)
    cause: BaseException = ours or others or failures
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return cause
