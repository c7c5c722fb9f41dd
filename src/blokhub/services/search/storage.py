"""The rows that every replica's index is filled from."""

from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.services.search.domain import PackageEntry

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)
changes = sa.Sequence("entry_changes")
_NUMBERING = 0x_B10C_0002

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
    # Rises with every change of any row, so that an index can ask for what it has not seen.
    sa.Column("change", sa.BigInteger, nullable=False, index=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("readme", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("tags", ARRAY(sa.Text), nullable=False),
    sa.Column("license", sa.Text, nullable=False),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("version", sa.Text),
    sa.Column("nodes", ARRAY(sa.Text), nullable=False),
    sa.Column("step_count", sa.Integer, nullable=False),
    sa.Column("sketch", JSONB, nullable=False, server_default="[]"),
    sa.Column("forks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("deprecated", sa.Text, nullable=False, server_default=""),
    sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("updated_at", _moment, nullable=False),
)

announcements = sa.Table(
    "announcements",
    metadata,
    sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("saga_id", sa.Text, nullable=False),
    sa.Column("change", sa.BigInteger, nullable=False),
)

run_days = sa.Table(
    "run_days",
    metadata,
    sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("runs", sa.Integer, nullable=False),
)

# Apart from the entries: a package may be starred before this service has heard that it was published.
star_counts = sa.Table(
    "star_counts",
    metadata,
    sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("stars", sa.Integer, nullable=False),
)

TABLES = (entries, announcements, run_days, star_counts)


class PostgresEntries:
    """The store of entries, on the connection of a unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, entry: PackageEntry) -> None:
        """Keep an entry, replacing the one of the same package."""
        await self._wait_for_our_turn()
        values = {
            "package_id": entry.package_id,
            "change": changes.next_value(),
            "owner": entry.owner,
            "name": entry.name,
            "kind": entry.kind,
            "version": entry.version,
            "nodes": entry.nodes,
            "step_count": entry.step_count,
            "sketch": msgspec.to_builtins(entry.sketch),
            "deleted": False,
            "updated_at": entry.updated_at,
            **msgspec.structs.asdict(entry.metadata),
        }
        rest = {name: value for name, value in values.items() if name != "package_id"}
        statement = insert(entries).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["package_id"], set_=rest)
        )

    async def change(self, package_id: str, values: dict[str, Any]) -> None:
        """Change columns of an entry, if it is there; without any, it is only put into the index anew."""
        await self._wait_for_our_turn()
        changed = sa.update(entries).where(entries.c.package_id == package_id)
        await self._connection.execute(changed.values(**values, change=changes.next_value()))

    async def _wait_for_our_turn(self) -> None:
        """Change numbers must be seen in their order: an index asks for those above the last that it saw, and
        one that was given out earlier and committed later would be missed.
        """
        await self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_NUMBERING)))

    async def count_fork(self, package_id: str) -> None:
        """Count one fork more, if the entry is there."""
        await self.change(package_id, {"forks": entries.c.forks + 1})

    async def count_star(self, package_id: str, more: int) -> None:
        """Count `more` stars, or fewer when it is negative."""
        statement = insert(star_counts).values(package_id=package_id, stars=more)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["package_id"], set_={"stars": star_counts.c.stars + more}
            )
        )
        await self.change(package_id, {})

    async def count_run(self, package_id: str, day: date) -> None:
        """Count one run more on a day."""
        statement = insert(run_days).values(package_id=package_id, day=day, runs=1)
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["package_id", "day"], set_={"runs": run_days.c.runs + 1}
            )
        )

    async def forget_runs_before(self, day: date) -> None:
        """Forget the counts of days before `day`."""
        await self._connection.execute(sa.delete(run_days).where(run_days.c.day < day))

    async def announce_later(self, package_id: str, version: str, saga_id: str) -> None:
        """Note that someone waits to hear that the entry can be found."""
        latest = sa.select(sa.func.max(entries.c.change)).scalar_subquery()
        values = {"package_id": package_id, "version": version, "saga_id": saga_id, "change": latest}
        await self._connection.execute(insert(announcements).values(values).on_conflict_do_nothing())

    async def take_announcements(self, up_to: int) -> list[tuple[str, str, str]]:
        """Those that wait for entries up to the change number `up_to`: package, version, saga."""
        due = sa.select(announcements.c.package_id, announcements.c.version).where(
            announcements.c.change <= up_to
        )
        locked = due.with_for_update(skip_locked=True).cte()
        gone = sa.delete(announcements).where(
            announcements.c.package_id == locked.c.package_id, announcements.c.version == locked.c.version
        )
        columns = (announcements.c.package_id, announcements.c.version, announcements.c.saga_id)
        rows = (await self._connection.execute(gone.returning(*columns))).all()
        return [(row.package_id, row.version, row.saga_id) for row in rows]
