"""What the index keeps of a package, and how it follows the package's events. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from blokhub.services.content.contract import Metadata, SketchStep, VersionPublished


@dataclass(frozen=True)
class PackageEntry:
    """A package as it is to be found. Only a public one with a version is listed."""

    package_id: str
    owner: str
    name: str
    kind: str
    metadata: Metadata
    version: str
    nodes: list[str]
    step_count: int
    sketch: list[SketchStep]
    updated_at: datetime


def entry_of(event: VersionPublished, at: datetime) -> PackageEntry:
    """What is kept of a version that was published at `at`."""
    return PackageEntry(
        package_id=event.package_id,
        owner=event.owner,
        name=event.name,
        kind=event.kind,
        metadata=event.metadata,
        version=event.version,
        nodes=event.outline.nodes,
        step_count=event.outline.step_count,
        sketch=event.outline.sketch,
        updated_at=at,
    )


class EntryStore(Protocol):
    """What the commands of the index need to keep; implemented in `storage.py`."""

    async def put(self, entry: PackageEntry) -> None:
        """Keep an entry, replacing the one of the same package."""
        ...

    async def change(self, package_id: str, values: dict[str, Any]) -> None:
        """Change columns of an entry, if it is there; without any, it is only put into the index anew."""
        ...

    async def count_fork(self, package_id: str) -> None:
        """Count one fork more, if the entry is there."""
        ...

    async def count_star(self, package_id: str, more: int) -> None:
        """Count `more` stars, or fewer when it is negative."""
        ...

    async def count_run(self, package_id: str, day: date) -> None:
        """Count one run more on a day."""
        ...

    async def forget_runs_before(self, day: date) -> None:
        """Forget the counts of days before `day`."""
        ...

    async def announce_later(self, package_id: str, version: str, saga_id: str) -> None:
        """Note that someone waits to hear that the entry can be found."""
        ...

    async def take_announcements(self, up_to: int) -> list[tuple[str, str, str]]:
        """Those that wait for entries up to the change number `up_to`: package, version, saga."""
        ...
