"""The consumer: gives every event of another service its effect here, once and in order.

The effect and a row of the inbox are committed together; a message that arrives again finds its row and
changes nothing. A message that keeps failing goes to the dead letters, and later ones of the same stream
wait behind it until an administrator replays them.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from nats.aio.msg import Msg
from nats.errors import TimeoutError as NatsTimeout
from prometheus_client import Counter, Gauge
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra import broker as wire
from blokhub.infra.host import Host
from blokhub.infra.leadership import leadership
from blokhub.infra.reactions import Arrival, Reactions
from blokhub.infra.tables import dead_letters, inbox
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
_ATTEMPTS = 5
_FIRST_PAUSE = 0.05


class Consumer:
    """The consumer of one service for the events of one source."""

    def __init__(self, host: Host, reactions: Reactions, source: str) -> None:
        self._host = host
        self._reactions = reactions
        self._source = source
        self._durable = durable_name(host.name, source)

    async def run(self) -> None:
        """Consume until cancelled; after any failure, begin again."""
        while True:
            try:
                async with leadership(self._host.database.url, self._durable):
                    await self._consume()
            except Exception as error:
                _log.warning(
                    "consumer interrupted, starting again", consumer=self._durable, error=repr(error)
                )
                await asyncio.sleep(0.5)

    async def _consume(self) -> None:
        subscription = await self._host.broker.subscribe(self._durable, [f"events.{self._source}.>"])
        try:
            while True:
                try:
                    messages = await subscription.fetch(_BATCH, timeout=5)
                except NatsTimeout:
                    continue
                if messages:
                    await self._handle(messages)
        finally:
            await subscription.unsubscribe()

    async def _handle(self, messages: Sequence[Msg]) -> None:
        events = [wire.decode(message.data) for message in messages]
        try:
            await self._apply(events)
        except Exception:
            for event in events:
                await self._handle_alone(event)
        faults.place("consumer.before_ack")
        for message in messages:
            await message.ack()
        _handled.labels(self._host.name, self._source).inc(len(events))
        _lag.labels(self._host.name, self._source).set((clock.now() - events[-1].occurred_at).total_seconds())

    async def _handle_alone(self, event: RecordedEvent) -> None:
        pause = _FIRST_PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._apply([event])
            except Exception as error:
                _log.warning(
                    "reaction failed",
                    consumer=self._durable,
                    event=event.type,
                    id=event.id,
                    error=repr(error),
                )
                if attempt == _ATTEMPTS:
                    await self._give_up(event, repr(error), attempt)
                    return
                await asyncio.sleep(pause)
                pause *= 4
            else:
                return

    async def _apply(self, events: Sequence[RecordedEvent]) -> None:
        later: list[AfterCommit] = []
        async with self._host.database.write() as connection:
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

    async def _give_up(self, event: RecordedEvent, error: str, attempts: int) -> None:
        async with self._host.database.write() as connection:
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


def durable_name(service: str, source: str) -> str:
    """The name of the durable consumer by which `service` hears `source`."""
    return f"{service}-from-{source}"


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
