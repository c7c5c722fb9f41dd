"""Projections: functions from events to rows of read-tables."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from blokhub.infra import eventstore
from blokhub.infra.database import async_url
from blokhub.kernel.events import Event, RecordedEvent

Handler = Callable[[AsyncConnection, RecordedEvent, Any], Awaitable[None]]


@dataclass
class Projection:
    """Read-tables and the functions that keep them, one for each event class."""

    name: str
    tables: Sequence[sa.Table]
    handlers: dict[str, Handler] = field(default_factory=dict)

    def on(self, *classes: type[Event]) -> Callable[[Handler], Handler]:
        """Declare what the tables owe to events of `classes`."""

        def register(handler: Handler) -> Handler:
            for cls in classes:
                self.handlers[cls.event_name] = handler
            return handler

        return register

    async def apply(self, connection: AsyncConnection, recorded: Sequence[RecordedEvent]) -> None:
        """Bring the tables up to date with `recorded`, in the caller's transaction."""
        for each in recorded:
            handler = self.handlers.get(each.type)
            if handler is not None:
                await handler(connection, each, each.event)


async def rebuild(postgres_url: str, service: str, projections: Sequence[Projection]) -> int:
    """Empty the read-tables and fill them again from the service's events; returns how many it read.

    All in one transaction: readers see the old rows until the new ones are complete; writers wait.
    """
    engine = create_async_engine(async_url(postgres_url), poolclass=sa.NullPool)
    count = 0
    async with engine.begin() as connection:
        await connection.execute(sa.text(f'SET LOCAL search_path TO "{service}"'))
        await connection.execute(sa.text("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE"))
        for projection in projections:
            for table in reversed(projection.tables):
                await connection.execute(sa.delete(table))
        async for batch in eventstore.read_all(connection):
            for projection in projections:
                await projection.apply(connection, batch)
            count += len(batch)
    await engine.dispose()
    return count
