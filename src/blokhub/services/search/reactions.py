"""What the index owes to events of packages, and the indexer that makes it visible."""

import asyncio
import time

import structlog
from prometheus_client import Gauge

from blokhub.infra.host import Host
from blokhub.infra.leadership import leadership
from blokhub.infra.reactions import Arrival, Reactions
from blokhub.infra.search_index import TantivyIndex
from blokhub.kernel import clock
from blokhub.kernel.context import Context
from blokhub.services.community.contract import PackageStarred, PackageUnstarred
from blokhub.services.content.contract import (
    PackageDeleted,
    PackageDeprecated,
    PackageForked,
    PackageUpdated,
    VersionPublished,
    VersionWithdrawn,
    VersionYanked,
)
from blokhub.services.runs.contract import RunFinished
from blokhub.services.search import commands, queries
from blokhub.services.search.queries import RunCounts

_log = structlog.get_logger("indexer")
_behind = Gauge("blok_search_changes_behind", "Changes that the index of this process has not seen yet.")
_BATCH = 1000
_POLL_SECONDS = 0.5
_COUNT_SECONDS = 2.0
_FORGET_SECONDS = 24 * 3600.0
_CHANGED = "search.changed"

reactions = Reactions()


@reactions.on(VersionPublished)
async def put_version(arrival: Arrival) -> None:
    """A published version can be found."""
    await commands.put_version(arrival.work, arrival.event, arrival.recorded.occurred_at)
    _wake(arrival)


@reactions.on(PackageUpdated)
async def change_metadata(arrival: Arrival) -> None:
    """A package describes itself anew."""
    event: PackageUpdated = arrival.event
    at = arrival.recorded.occurred_at
    await commands.change_metadata(arrival.work, event.package_id, event.metadata, at)
    _wake(arrival)


@reactions.on(VersionYanked, VersionWithdrawn)
async def change_latest(arrival: Arrival) -> None:
    """Another version is meant by default, or none."""
    await commands.change_latest(arrival.work, arrival.event.package_id, arrival.event.latest)
    _wake(arrival)


@reactions.on(PackageDeprecated)
async def mark_deprecated(arrival: Arrival) -> None:
    """A package should not be used any more."""
    await commands.mark_deprecated(arrival.work, arrival.event.package_id, arrival.event.message)
    _wake(arrival)


@reactions.on(PackageForked)
async def count_fork(arrival: Arrival) -> None:
    """A package was forked."""
    await commands.count_fork(arrival.work, arrival.event.parent_id)
    _wake(arrival)


@reactions.on(PackageStarred, PackageUnstarred)
async def count_star(arrival: Arrival) -> None:
    """One likes a package more, or less."""
    more = 1 if isinstance(arrival.event, PackageStarred) else -1
    await commands.count_star(arrival.work, arrival.event.package_id, more)
    _wake(arrival)


@reactions.on(RunFinished)
async def count_run(arrival: Arrival) -> None:
    """A package was run. The index looks for such counts now and then, so it need not be woken."""
    await commands.count_run(arrival.work, arrival.event, arrival.recorded.occurred_at)


@reactions.on(PackageDeleted)
async def remove(arrival: Arrival) -> None:
    """A package is gone."""
    await commands.remove(arrival.work, arrival.event.package_id)
    _wake(arrival)


def _wake(arrival: Arrival) -> None:
    indexer: Indexer = arrival.host.parts["indexer"]
    arrival.work.after_commit.append(indexer.wake_all)


class Indexer:
    """Keeps the index of this process up to the rows, and tells those who wait for an entry."""

    def __init__(self, host: Host) -> None:
        self.index = TantivyIndex()
        self.seen = 0
        self._counts: dict[str, RunCounts] = {}
        self._count_at = 0.0
        self._host = host
        self._woken = asyncio.Event()
        self._progress = asyncio.Condition()

    def wake(self) -> None:
        """Look for changes at once."""
        self._woken.set()

    async def wake_all(self) -> None:
        """Let every replica look for changes at once: only one of them has heard of the event."""
        self.wake()
        await self._host.broker.signal(_CHANGED)

    async def hear_others(self) -> None:
        """Look for changes whenever another replica says so; without that, twice a second."""
        await self._host.broker.on_signal(_CHANGED, self.wake)

    async def catch_up(self) -> None:
        """Bring the index up to the rows as they are."""
        while True:
            async with self._host.read() as connection:
                entries, gone, seen = await queries.read_changes(connection, self.seen, _BATCH, self._counts)
            if seen == self.seen:
                _behind.set(0)
                return
            await asyncio.to_thread(self.index.apply, entries, gone)
            async with self._progress:
                self.seen = seen
                self._progress.notify_all()

    async def recount(self) -> None:
        """Bring the counts of runs up to the rows; entries with other counts than before are put in anew."""
        self._count_at = time.monotonic() + _COUNT_SECONDS
        async with self._host.read() as connection:
            counts = await queries.count_runs(connection, clock.now().date())
            changed = [each for each, _ in counts.items() ^ self._counts.items()]
            entries = await queries.read_entries(connection, changed, counts) if changed else []
        if entries:
            await asyncio.to_thread(self.index.apply, entries, [])
        self._counts = counts

    async def reach(self, seconds: float) -> None:
        """Wait, at most `seconds`, until the index has what the rows have now."""
        async with self._host.read() as connection:
            wanted = await queries.last_change(connection)
        self.wake()
        _behind.set(max(0, wanted - self.seen))
        try:
            async with asyncio.timeout(seconds), self._progress:
                await self._progress.wait_for(lambda: self.seen >= wanted)
        except TimeoutError:
            _log.warning("the index is behind", wanted=wanted, seen=self.seen)

    async def run(self) -> None:
        """Follow the rows until cancelled; after any failure, begin again."""
        announced = -1
        while True:
            try:
                await self.catch_up()
                if time.monotonic() > self._count_at:
                    await self.recount()
                if announced != self.seen:
                    async with self._host.unit_of_work(Context.of_system()) as work:
                        await commands.announce(work, self.seen)
                    announced = self.seen
                await self._wait()
            except Exception as error:
                _log.warning("indexing interrupted, starting again", error=repr(error))
                await asyncio.sleep(0.5)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()


async def follow_changes(host: Host) -> None:
    """The job of the indexer."""
    indexer: Indexer = host.parts["indexer"]
    await indexer.run()


async def forget_old_runs(host: Host) -> None:
    """The job that keeps the counts of runs short."""
    async with leadership(host.database.url, "run-counts-cleaning"):
        while True:
            async with host.unit_of_work(Context.of_system()) as work:
                await commands.forget_old_runs(work)
            await asyncio.sleep(_FORGET_SECONDS)
