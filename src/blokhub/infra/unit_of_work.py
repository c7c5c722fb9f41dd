"""The unit of work: the one transaction around a command.

    async with hub.unit_of_work(context) as work:
        package = await work.load(PACKAGE, id)
        await work.append(PACKAGE, package, domain.yank(...))

Leaving the block commits the events, the read-tables that follow from them and the outbox together;
any exception takes all of it back.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra import eventstore
from blokhub.infra.database import Database
from blokhub.infra.projections import Projection
from blokhub.kernel import faults
from blokhub.kernel.aggregates import Aggregate, Loaded
from blokhub.kernel.context import Context
from blokhub.kernel.events import Event, RecordedEvent
from blokhub.kernel.position import format_position

State = TypeVar("State", bound=msgspec.Struct)
AfterCommit = Callable[[], Awaitable[None]]
StoreFactory = Callable[[AsyncConnection], Any]


class UnitOfWork:
    """One open transaction, and what was recorded in it."""

    def __init__(
        self,
        service: str,
        connection: AsyncConnection,
        context: Context,
        projections: Sequence[Projection],
        store: StoreFactory | None = None,
    ) -> None:
        self.service = service
        self.connection = connection
        self.context = context
        self.recorded: list[RecordedEvent] = []
        self.after_commit: list[AfterCommit] = []
        self._projections = projections
        self._store = store(connection) if store else None

    @property
    def store(self) -> Any:
        """The service's own store, on this transaction."""
        return self._store

    async def load(self, aggregate: Aggregate[State], id: str) -> Loaded[State]:  # noqa: A002
        """The present state of an aggregate."""
        return await eventstore.load(self.connection, aggregate, id)

    async def append(
        self, aggregate: Aggregate[State], before: Loaded[State], occurrences: Sequence[Event]
    ) -> list[RecordedEvent]:
        """Record what happened to an aggregate that was loaded as `before`.

        Raises VersionConflict when it has changed since.
        """
        stream = aggregate.stream(before.id)
        added = await self._append(stream, before.version, occurrences)
        if added:
            await eventstore.keep_snapshot(self.connection, aggregate, before, added)
        return added

    async def record(self, stream: str, *occurrences: Event) -> list[RecordedEvent]:
        """Record events of something whose state is kept in tables, whatever its version is."""
        return await self._append(stream, eventstore.ANY_VERSION, occurrences)

    async def _append(self, stream: str, expected: int, occurrences: Sequence[Event]) -> list[RecordedEvent]:
        added = await eventstore.append(self.connection, stream, expected, occurrences, self.context)
        for projection in self._projections:
            await projection.apply(self.connection, added)
        self.recorded += added
        return added

    @property
    def position(self) -> str | None:
        """The position token of what was recorded, for the caller's next reads."""
        return format_position(self.service, self.recorded[-1].id) if self.recorded else None


@asynccontextmanager
async def unit_of_work(
    database: Database,
    context: Context,
    projections: Sequence[Projection],
    store: StoreFactory | None = None,
) -> AsyncIterator[UnitOfWork]:
    """Open a transaction; commit at the end of the block, then run what was asked for after the commit."""
    async with database.write() as connection:
        work = UnitOfWork(database.service, connection, context, projections, store)
        yield work
        faults.place("work.before_commit")
    faults.place("work.after_commit")
    for action in work.after_commit:
        await action()
