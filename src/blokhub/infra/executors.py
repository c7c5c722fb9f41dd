"""Under which name a process runs sagas, and who goes on with those of a process that is gone.

Each process of the same services takes the lowest number that no living one has, and holds it by an advisory
lock of PostgreSQL. A process that comes after another therefore finds the sagas of that one; those of a
number that nobody takes again are taken over by the others.
"""

import asyncio
import itertools
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import psycopg
import sqlalchemy as sa
import structlog

from blokhub.infra.leadership import Connection, try_to_lead

if TYPE_CHECKING:
    from blokhub.infra.sagas import SagaEngine

_log = structlog.get_logger("executor")
_ROUND_SECONDS = 2.0
# A process that has lost its connection for a moment gets its lock back within that time.
_ROUNDS_BEFORE_TAKING_OVER = 3


class SagaExecutor:
    """The name of this process among those that run the sagas of the same services."""

    def __init__(self, url: sa.URL, services: Sequence[str]) -> None:
        self.name = ""
        self._url = url
        self._group = "+".join(sorted(services))
        self._lock: Connection | None = None
        self._missing: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        """Take the lowest free number."""
        for number in itertools.count(1):
            self.name = f"{self._group}/{number}"
            self._lock = await try_to_lead(self._url, _task(self.name))
            if self._lock is not None:
                break
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the number back."""
        if self._lock is not None:
            await self._lock.close()

    async def run(self, sagas: "SagaEngine") -> None:
        """Hold the number, and take over what processes that are gone left behind, until cancelled."""
        while True:
            await asyncio.sleep(_ROUND_SECONDS)
            try:
                await self._hold()
                for orphan in await self._find_orphans(sagas):
                    await self._take_over(sagas, orphan)
            except Exception as error:
                _log.warning("sagas of other processes cannot be looked after", error=repr(error))

    async def _hold(self) -> None:
        """Get the lock back when its connection was lost."""
        try:
            if self._lock is not None:
                await self._lock.execute("SELECT 1")
                return
        except psycopg.Error:
            assert self._lock is not None
            await self._lock.close()
        self._lock = await try_to_lead(self._url, _task(self.name))

    async def _find_orphans(self, sagas: "SagaEngine") -> list[str]:
        """Executors of these services that have had unfinished sagas for some rounds, and no process."""
        others = [
            name
            for name in await sagas.unfinished_by()
            if name != self.name and name.startswith(f"{self._group}/")
        ]
        missing = [name for name in others if not await self._lives(name)]
        self._missing = {name: self._missing.get(name, 0) + 1 for name in missing}
        return [name for name, rounds in self._missing.items() if rounds >= _ROUNDS_BEFORE_TAKING_OVER]

    async def _lives(self, name: str) -> bool:
        lock = await try_to_lead(self._url, _task(name))
        if lock is not None:
            await lock.close()
        return lock is None

    async def _take_over(self, sagas: "SagaEngine", orphan: str) -> None:
        """Go on with an orphan's sagas while nobody else can take its number."""
        lock = await try_to_lead(self._url, _task(orphan))
        if lock is None:
            return
        try:
            _log.info("taking over sagas", of=orphan)
            await sagas.take_over(orphan)
        finally:
            await lock.close()


def _task(name: str) -> str:
    return f"saga-executor-{name}"
