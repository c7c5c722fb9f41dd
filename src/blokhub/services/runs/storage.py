"""The tables of runs and of dry runs that wait."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.services.content.contract import DryRunRequested
from blokhub.services.runs.domain import Run

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)

# Plain JSON, not JSONB: what a workflow answered keeps the order of its keys.
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("actor_id", sa.Text),
    sa.Column("package_id", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("response", sa.JSON),
    sa.Column("trace", sa.JSON, nullable=False),
    sa.Column("problem", sa.JSON),
    sa.Column("duration_ms", sa.Double, nullable=False),
    sa.Column("started_at", _moment, nullable=False, index=True),
)

dry_runs = sa.Table(
    "dry_runs",
    metadata,
    sa.Column("saga_id", sa.Text, primary_key=True),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("queued_at", _moment, nullable=False),
    sa.Column("claimed_at", _moment),
)

TABLES = (runs, dry_runs)


class PostgresRuns:
    """The store of runs, on the connection of a unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, run: Run) -> None:
        """Keep a finished run."""
        values = {column.name: getattr(run, column.name) for column in runs.columns}
        for name in ("response", "problem"):
            values[name] = sa.null() if values[name] is None else values[name]
        await self._connection.execute(sa.insert(runs).values(values))

    async def forget_before(self, moment: datetime) -> int:
        """Remove runs that began before `moment`; returns how many."""
        result = await self._connection.execute(
            sa.delete(runs).where(runs.c.started_at < moment).returning(runs.c.id)
        )
        return len(result.all())

    async def queue_dry_run(self, event: DryRunRequested, at: datetime) -> None:
        """Note a dry run that is to be done; a second time changes nothing."""
        values = {"saga_id": event.saga_id, "request": msgspec.to_builtins(event), "queued_at": at}
        await self._connection.execute(insert(dry_runs).values(values).on_conflict_do_nothing())

    async def claim_dry_run(self, at: datetime, stale: datetime) -> DryRunRequested | None:
        """Take the oldest dry run that nobody is at work on, or whose claim is older than `stale`."""
        free = sa.or_(dry_runs.c.claimed_at.is_(None), dry_runs.c.claimed_at < stale)
        oldest = sa.select(dry_runs.c.saga_id).where(free).order_by(dry_runs.c.queued_at).limit(1)
        chosen = oldest.with_for_update(skip_locked=True).scalar_subquery()
        claimed = sa.update(dry_runs).where(dry_runs.c.saga_id == chosen).values(claimed_at=at)
        row = (await self._connection.execute(claimed.returning(dry_runs.c.request))).first()
        return msgspec.convert(row.request, DryRunRequested) if row else None

    async def finish_dry_run(self, saga_id: str) -> bool:
        """Remove a dry run; returns whether it was still there."""
        gone = sa.delete(dry_runs).where(dry_runs.c.saga_id == saga_id).returning(dry_runs.c.saga_id)
        return (await self._connection.execute(gone)).first() is not None
