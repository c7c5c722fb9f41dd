"""A cache on Valkey for answers that are read often.

Every entry belongs to a subject. Forgetting a subject gives it a new generation, so that a reader who
loaded the old state a moment earlier stores it where nobody looks any more. When Valkey is away the
loader is asked directly.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from cashews import Cache as Cashews
from prometheus_client import Counter

from blokhub.kernel.ids import new_id

_reads = Counter("blok_cache_reads_total", "Reads of the cache.", ["service", "outcome"])

Loader = Callable[[], Awaitable[bytes | None]]


class Cache:
    """The cache of one service; its keys begin with `prefix` (`<namespace>:<service>`)."""

    def __init__(self, prefix: str, url: str, ttl: float) -> None:
        service = prefix.rpartition(":")[2]
        self._prefix = prefix
        self._ttl = ttl
        self._cashews: Any = Cashews(name=prefix)
        self._cashews.setup(
            url, suppress=True, socket_timeout=0.5, socket_connect_timeout=0.5, max_connections=20
        )
        self._loading: dict[str, asyncio.Task[bytes | None]] = {}
        self._hit = _reads.labels(service, "hit")
        self._miss = _reads.labels(service, "miss")

    async def remember(self, subject: str, key: str, load: Loader) -> bytes | None:
        """The bytes under `key`, loaded on the first question and then kept for a while.

        None is not kept. Readers that miss at the same time share one loading.
        """
        place = f"{self._prefix}:{subject}:{await self._generation(subject)}:{key}"
        kept: bytes | None = await self._cashews.get(place)
        if kept is not None:
            self._hit.inc()
            return kept
        self._miss.inc()
        running = self._loading.get(place)
        if running is None:
            # A task of its own: a reader who goes away must not take the others with it.
            running = asyncio.create_task(self._load(place, load))
            running.add_done_callback(_heard)
            self._loading[place] = running
        return await asyncio.shield(running)

    async def _load(self, place: str, load: Loader) -> bytes | None:
        try:
            value = await load()
            if value is not None:
                await self._cashews.set(place, value, expire=self._ttl)
            return value
        finally:
            del self._loading[place]

    async def forget(self, subject: str) -> None:
        """Let everything kept for `subject` be loaded afresh from now on, on every replica."""
        await self._cashews.set(f"{self._prefix}:{subject}:generation", new_id(), expire=self._ttl * 10)

    async def _generation(self, subject: str) -> str:
        place = f"{self._prefix}:{subject}:generation"
        generation: str | None = await self._cashews.get(place)
        if generation is not None:
            return generation
        proposed = new_id()
        if await self._cashews.set(place, proposed, expire=self._ttl * 10, exist=False):
            return proposed
        # Another reader was faster; without Valkey there is no generation, and what is loaded is not kept.
        return await self._cashews.get(place) or proposed

    async def ping(self) -> None:
        """One round trip; raises when Valkey does not answer."""
        await self._cashews.ping()

    async def close(self) -> None:
        """Close the connections."""
        await self._cashews.close()


def _heard(task: asyncio.Task[bytes | None]) -> None:
    """Note the error of a loading whose readers have all gone away, so that nobody warns of it."""
    if not task.cancelled():
        task.exception()
