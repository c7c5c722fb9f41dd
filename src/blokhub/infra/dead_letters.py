"""Events whose effect failed: to be seen by an administrator, and to be replayed."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from blokhub.infra.consumer import react
from blokhub.infra.host import Host
from blokhub.infra.reactions import Reactions
from blokhub.infra.rows import plain
from blokhub.infra.tables import dead_letters
from blokhub.kernel.errors import NotFound
from blokhub.kernel.events import RecordedEvent


class DeadLetter(msgspec.Struct, frozen=True):
    """One event that a service could not handle."""

    event_id: str
    stream: str
    type: str
    error: str
    attempts: int
    failed_at: datetime
    message: dict[str, Any]


async def list_dead_letters(host: Host) -> list[DeadLetter]:
    """All of a service's dead letters, the oldest first."""
    query = sa.select(dead_letters).order_by(dead_letters.c.stream, sa.text("(message->>'version')::int"))
    async with host.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [msgspec.convert(plain(row), DeadLetter) for row in rows]


async def replay(host: Host, reactions: Reactions, event_id: str) -> int:
    """Handle a dead letter again, and then those of the same stream that waited behind it.

    Returns how many had their effect. Raises NotFound, or whatever the reaction raises, in which case
    everything stays as it was.
    """
    later = []
    async with host.database.write() as connection:
        chosen = sa.select(dead_letters.c.stream).where(dead_letters.c.event_id == event_id)
        stream = (await connection.execute(chosen.with_for_update())).scalar()
        if stream is None:
            raise NotFound("There is no such dead letter; it may have been replayed already.")
        waiting = sa.select(dead_letters.c.message).where(dead_letters.c.stream == stream)
        messages = (await connection.execute(waiting)).scalars().all()
        events = sorted(
            (msgspec.convert(each, RecordedEvent) for each in messages), key=lambda each: each.version
        )
        for event in events:
            later += await react(host, reactions, connection, event)
        await connection.execute(sa.delete(dead_letters).where(dead_letters.c.stream == stream))
    for action in later:
        await action()
    return len(events)
