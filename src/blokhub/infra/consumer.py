"""The consumer: gives every event of another service its effect here, once and in order.

The effect, a row of the inbox and the position in the log are committed together: after a crash the log is
read on from there, and a message that was published twice finds its row and changes nothing. A message that
keeps failing goes to the dead letters, and later ones of the same stream wait behind it until an
administrator replays them.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from nats.aio.msg import Msg
from prometheus_client import Counter, Gauge
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra import broker as wire
from blokhub.infra.host import Host
from blokhub.infra.leadership import leadership
from blokhub.infra.reactions import Arrival, Reactions
from blokhub.infra.tables import dead_letters, inbox, positions
from blokhub.infra.unit_of_work import AfterCommit, UnitOfWork
from blokhub.kernel import clock, faults
from blokhub.kernel.context import Context
from blokhub.kernel.events import RecordedEvent

_log = structlog.get_logger("consumer")
_handled = Counter("blok_consumer_handled_total", "Events that had their effect.", ["service", "source"])
_dead = Counter("blok_consumer_dead_letters_total", "Events given up.", ["service", "source"])
_lag = Gauge(
    "blok_consumer_lag_seconds", "Age of the event handled last, when it was handled.", ["service", "source"]
)

_BATCH = 100
_IDLE_SECONDS = 5.0
_INBOX_DAYS = 30
_ATTEMPTS = 5
_FIRST_PAUSE = 0.05


class Consumer:
    """The consumer of one service for the events of one source. Of several replicas, one works."""

    def __init__(self, host: Host, reactions: Reactions, source: str) -> None:
        self._host = host
        self._reactions = reactions
        self._source = source
        self._name = f"{host.name}-from-{source}"

    async def run(self) -> None:
        """Consume until cancelled; after any failure, begin again at the position that was committed."""
        while True:
            try:
                async with leadership(self._host.database.url, self._name):
                    await self._consume()
            except Exception as error:
                _log.warning("consumer interrupted, starting again", consumer=self._name, error=repr(error))
                await asyncio.sleep(0.5)

    async def _consume(self) -> None:
        await self._forget_old_events()
        position = await self._position()
        subscription = await self._host.broker.follow(f"{self._source}.>", position)
        received = 0
        try:
            while True:
                try:
                    messages = await subscription.fetch(_BATCH, timeout=_IDLE_SECONDS)
                except TimeoutError:
                    messages = []
                for message in messages:
                    received += 1
                    if message.metadata.sequence.consumer != received:
                        raise ConnectionError("a message was lost on the way")
                if messages:
                    position = await self._handle(messages, position)
                elif await self._position() != position:
                    raise ConnectionError("the position was changed")
        finally:
            await subscription.unsubscribe()

    async def _forget_old_events(self) -> None:
        """Take from the inbox what the broker would not deliver twice any more."""
        old = clock.now() - timedelta(days=_INBOX_DAYS)
        async with self._host.database.write() as connection:
            await connection.execute(sa.delete(inbox).where(inbox.c.handled_at < old))

    async def _position(self) -> int:
        query = sa.select(positions.c.sequence).where(positions.c.source == self._source)
        async with self._host.read() as connection:
            return (await connection.execute(query)).scalar() or 0

    async def _handle(self, messages: Sequence[Msg], position: int) -> int:
        """Give every message its effect; returns the position after them."""
        events = [(message.metadata.sequence.stream, wire.decode(message.data)) for message in messages]
        try:
            await self._apply([event for _, event in events], position, events[-1][0])
        except Exception:
            for sequence, event in events:
                await self._handle_alone(event, position, sequence)
                position = sequence
        faults.place("consumer.after_commit")
        _handled.labels(self._host.name, self._source).inc(len(events))
        age = clock.now() - events[-1][1].occurred_at
        _lag.labels(self._host.name, self._source).set(age.total_seconds())
        return events[-1][0]

    async def _handle_alone(self, event: RecordedEvent, before: int, after: int) -> None:
        pause = _FIRST_PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._apply([event], before, after)
            except Exception as error:
                _log.warning(
                    "reaction failed",
                    consumer=self._name,
                    type=event.type,
                    id=event.id,
                    error=repr(error),
                )
                if attempt == _ATTEMPTS:
                    await self._give_up(event, repr(error), attempt, before, after)
                    return
                await asyncio.sleep(pause)
                pause *= 4
            else:
                return

    async def _apply(self, events: Sequence[RecordedEvent], before: int, after: int) -> None:
        later: list[AfterCommit] = []
        async with self._host.database.write() as connection:
            await self._advance(connection, before, after)
            fresh = await self._admit(connection, events)
            blocked = await self._blocked_streams(connection, fresh)
            for event in fresh:
                if event.stream in blocked:
                    await self._park(
                        connection, event, "An earlier event of the same stream is a dead letter.", 0
                    )
                else:
                    later += await react(self._host, self._reactions, connection, event)
            faults.place("consumer.before_commit")
        for action in later:
            await action()

    async def _advance(self, connection: AsyncConnection, before: int, after: int) -> None:
        """Move the position; raises ConnectionError when someone else has moved it."""
        if before == 0:
            first = {"source": self._source, "sequence": 0}
            await connection.execute(insert(positions).values(first).on_conflict_do_nothing())
        here = (positions.c.source == self._source) & (positions.c.sequence == before)
        moved = sa.update(positions).where(here).values(sequence=after).returning(positions.c.source)
        if (await connection.execute(moved)).first() is None:
            raise ConnectionError("the position was changed")

    async def _admit(
        self, connection: AsyncConnection, events: Sequence[RecordedEvent]
    ) -> list[RecordedEvent]:
        """Write the inbox; returns those events that were not in it."""
        rows = [{"event_id": event.id, "type": event.type} for event in events]
        statement = insert(inbox).values(rows).on_conflict_do_nothing().returning(inbox.c.event_id)
        new = set((await connection.execute(statement)).scalars())
        return [event for event in events if event.id in new]

    async def _blocked_streams(
        self, connection: AsyncConnection, events: Sequence[RecordedEvent]
    ) -> set[str]:
        streams = list({event.stream for event in events if event.type in self._reactions.by_event})
        if not streams:
            return set()
        query = sa.select(dead_letters.c.stream).where(dead_letters.c.stream.in_(streams))
        return set((await connection.execute(query)).scalars())

    async def _give_up(
        self, event: RecordedEvent, error: str, attempts: int, before: int, after: int
    ) -> None:
        async with self._host.database.write() as connection:
            await self._advance(connection, before, after)
            if await self._admit(connection, [event]):
                await self._park(connection, event, error, attempts)
        _dead.labels(self._host.name, self._source).inc()

    async def _park(
        self, connection: AsyncConnection, event: RecordedEvent, error: str, attempts: int
    ) -> None:
        values: dict[str, Any] = {
            "event_id": event.id,
            "stream": event.stream,
            "type": event.type,
            "message": msgspec.to_builtins(event),
            "error": error[:2000],
            "attempts": attempts,
        }
        await connection.execute(insert(dead_letters).values(values).on_conflict_do_nothing())


async def react(
    host: Host, reactions: Reactions, connection: AsyncConnection, event: RecordedEvent
) -> list[AfterCommit]:
    """Call every reaction to `event` in the caller's transaction; returns what is to follow the commit."""
    functions = reactions.by_event.get(event.type, [])
    if not functions:
        return []
    context = Context.of_system(event.correlation, causation=event.id)
    work = UnitOfWork(host.name, connection, context, host.projections, host.store)
    arrival = Arrival(event=event.event, recorded=event, work=work, host=host)
    for function in functions:
        await function(arrival)
    return [*work.after_commit, lambda: host.forget(work.recorded)]
