"""How the index follows what happens to packages."""

from datetime import UTC, datetime, timedelta

import msgspec

from blokhub.kernel import clock
from blokhub.kernel.work import Work
from blokhub.services.content.contract import Metadata, VersionPublished
from blokhub.services.runs.contract import RunFinished
from blokhub.services.search import contract, domain
from blokhub.services.search.domain import EntryStore

_COUNTED_DAYS = 60


async def put_version(work: Work[EntryStore], event: VersionPublished, at: datetime) -> None:
    """Let a published version be found."""
    await work.store.put(domain.entry_of(event, at))
    await work.store.announce_later(event.package_id, event.version, event.saga_id)


async def change_metadata(work: Work[EntryStore], package_id: str, metadata: Metadata, at: datetime) -> None:
    """Follow what the package says of itself."""
    await work.store.change(package_id, msgspec.structs.asdict(metadata) | {"updated_at": at})


async def change_latest(work: Work[EntryStore], package_id: str, latest: str | None) -> None:
    """Follow which version is meant by default; without any, the package is not found."""
    await work.store.change(package_id, {"version": latest})


async def mark_deprecated(work: Work[EntryStore], package_id: str, message: str) -> None:
    """Follow a deprecation."""
    await work.store.change(package_id, {"deprecated": message})


async def count_fork(work: Work[EntryStore], package_id: str) -> None:
    """Follow how often a package was forked."""
    await work.store.count_fork(package_id)


async def count_star(work: Work[EntryStore], package_id: str, more: int) -> None:
    """Follow how many like a package."""
    await work.store.count_star(package_id, more)


async def count_run(work: Work[EntryStore], event: RunFinished, at: datetime) -> None:
    """Follow how often a package is run; what could not be executed at all is no run of it."""
    if event.package_id and event.status != "refused":
        await work.store.count_run(event.package_id, at.astimezone(UTC).date())


async def forget_old_runs(work: Work[EntryStore]) -> None:
    """Forget counts that no answer goes back to."""
    await work.store.forget_runs_before(clock.now().date() - timedelta(days=_COUNTED_DAYS))


async def remove(work: Work[EntryStore], package_id: str) -> None:
    """Let a package be found no more; nothing of its text is kept."""
    await work.store.change(package_id, {"deleted": True, "title": "", "summary": "", "readme": ""})


async def announce(work: Work[EntryStore], up_to: int) -> int:
    """Tell those who wait that entries up to the change number `up_to` can be found; returns how many."""
    due = await work.store.take_announcements(up_to)
    for package_id, version, saga_id in due:
        event = contract.PackageIndexed(package_id=package_id, version=version, saga_id=saga_id)
        await work.record(f"entry-{package_id}", event)
    return len(due)
