"""The append-only event store of one service, on its own schema."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.tables import events, outbox, snapshots
from blokhub.kernel import chain, clock
from blokhub.kernel.aggregates import Aggregate, Loaded
from blokhub.kernel.context import Context
from blokhub.kernel.errors import ProblemError, VersionConflict
from blokhub.kernel.events import Event, RecordedEvent, encode_data
from blokhub.kernel.ids import new_id

State = TypeVar("State", bound=msgspec.Struct)

ANY_VERSION = -1
# The broker takes messages of 1 MiB; an event that it refused would hold up all those behind it.
MAX_EVENT_BYTES = 900 * 1024


class EventTooLarge(ProblemError):
    """What happened is too large to be told."""

    status = 413
    name = "event_too_large"
    title = "This is too large"


def recorded(row: Any) -> RecordedEvent:
    """The event that a row of the store holds."""
    return RecordedEvent(**row._mapping)


async def append(
    connection: AsyncConnection, stream: str, expected: int, occurrences: Sequence[Event], context: Context
) -> list[RecordedEvent]:
    """Add events to a stream whose last version is `expected` (0: a new stream; ANY_VERSION: whatever it is).

    They are also put in the outbox, in the same transaction. Raises VersionConflict when another writer
    was faster.
    """
    if not occurrences:
        return []
    if expected == ANY_VERSION:  # such writers do not compete: they take turns
        turn = sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(stream, 0))
        await connection.execute(sa.select(turn))
    version, previous = await _head(connection, stream)
    if expected not in (version, ANY_VERSION):
        raise VersionConflict(
            f"It is at version {version} now, you expected {expected}. Read it again and repeat your change.",
            expected_version=expected,
            current_version=version,
        )
    moment = clock.now()
    actor = context.actor.id if context.actor else "anonymous"
    rows = []
    for occurrence in occurrences:
        version += 1
        data = encode_data(occurrence)
        if len(msgspec.json.encode(data)) > MAX_EVENT_BYTES:
            raise EventTooLarge(f"This would make an event of more than {MAX_EVENT_BYTES // 1024} KiB.")
        fields: dict[str, Any] = {
            "id": new_id(),
            "stream": stream,
            "version": version,
            "type": occurrence.event_name,
            "schema_version": occurrence.schema_version,
            "data": data,
            "actor": actor,
            "occurred_at": moment,
        }
        previous = chain.link(previous, **fields)
        rows.append(
            {**fields, "correlation": context.correlation, "causation": context.causation, "hash": previous}
        )
    return await _insert(connection, rows)


async def _insert(connection: AsyncConnection, rows: list[dict[str, Any]]) -> list[RecordedEvent]:
    try:
        result = await connection.execute(
            sa.insert(events).returning(events.c.position, sort_by_parameter_order=True), rows
        )
    except IntegrityError as error:
        if "events_stream_version" in str(error.orig):
            raise VersionConflict(
                "Another writer was faster. Read it again and repeat your change."
            ) from error
        raise
    positions = list(result.scalars())
    await connection.execute(sa.insert(outbox), [{"position": position} for position in positions])
    return [RecordedEvent(position=position, **row) for position, row in zip(positions, rows, strict=True)]


async def _head(connection: AsyncConnection, stream: str) -> tuple[int, str]:
    last = sa.select(events.c.version, events.c.hash).where(events.c.stream == stream)
    row = (await connection.execute(last.order_by(events.c.version.desc()).limit(1))).first()
    return (row.version, row.hash) if row else (0, "")


async def read_stream(
    connection: AsyncConnection, stream: str, *, after: int = 0, until: datetime | None = None
) -> list[RecordedEvent]:
    """The events of a stream in order: those after version `after`, up to the moment `until`."""
    query = (
        sa.select(events)
        .where(events.c.stream == stream, events.c.version > after)
        .order_by(events.c.version)
    )
    if until is not None:
        query = query.where(events.c.occurred_at <= until)
    return [recorded(row) for row in (await connection.execute(query)).all()]


async def read_all(
    connection: AsyncConnection, *, after: int = 0, batch: int = 1000
) -> AsyncIterator[list[RecordedEvent]]:
    """Every event of the store after position `after`, in batches."""
    while True:
        query = sa.select(events).where(events.c.position > after).order_by(events.c.position).limit(batch)
        rows = [recorded(row) for row in (await connection.execute(query)).all()]
        if not rows:
            return
        yield rows
        after = rows[-1].position


async def load(connection: AsyncConnection, aggregate: Aggregate[State], id: str) -> Loaded[State]:  # noqa: A002
    """The present state of an aggregate, from its last snapshot and the events after it."""
    stream = aggregate.stream(id)
    state, version = await _load_snapshot(connection, aggregate, stream)
    following = await read_stream(connection, stream, after=version)
    state = aggregate.fold(state, (each.event for each in following))
    if following:
        version = following[-1].version
    return Loaded(id=id, state=state, version=version)


async def _load_snapshot(
    connection: AsyncConnection, aggregate: Aggregate[State], stream: str
) -> tuple[State | None, int]:
    query = sa.select(snapshots).where(
        snapshots.c.stream == stream, snapshots.c.shape == aggregate.snapshot_version
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None, 0
    return msgspec.convert(row.state, aggregate.state), row.version


async def keep_snapshot(
    connection: AsyncConnection,
    aggregate: Aggregate[State],
    before: Loaded[State],
    added: Sequence[RecordedEvent],
) -> None:
    """Keep the state after `added` when a multiple of `snapshot_every` has been passed."""
    every, version = aggregate.snapshot_every, added[-1].version
    if before.version // every == version // every:
        return
    state = aggregate.fold(before.state, (each.event for each in added))
    values = {
        "stream": aggregate.stream(before.id),
        "version": version,
        "shape": aggregate.snapshot_version,
        "state": msgspec.to_builtins(state),
    }
    statement = insert(snapshots).values(values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["stream"],
            set_={name: statement.excluded[name] for name in ("version", "shape", "state")},
            where=snapshots.c.version < version,
        )
    )
