"""The relay: carries recorded events from a service's outbox to the broker.

A row leaves the outbox only after the broker has stored its event, so a crash anywhere repeats at most
what consumers already know. Events of one stream are published in the order of their versions.
"""

import asyncio
from typing import Any

import psycopg
import sqlalchemy as sa
import structlog
from prometheus_client import Counter, Gauge

from blokhub.infra import eventstore
from blokhub.infra.broker import Broker
from blokhub.infra.database import Database
from blokhub.infra.leadership import leadership
from blokhub.infra.tables import events, outbox
from blokhub.kernel import clock, faults

_log = structlog.get_logger("relay")
_published = Counter("blok_relay_published_total", "Events handed to the broker.", ["service"])
_lag = Gauge("blok_relay_lag_seconds", "Age of the oldest event that is not yet published.", ["service"])

_BATCH = 1000
_IDLE_SECONDS = 2.0


class Relay:
    """The relay of one service. Of several replicas, one works and the others stand by."""

    def __init__(self, database: Database, broker: Broker) -> None:
        self._database = database
        self._broker = broker
        self._service = database.service

    async def run(self) -> None:
        """Relay until cancelled; after any failure, begin again."""
        while True:
            try:
                async with leadership(self._database.url, f"relay-{self._service}") as connection:
                    await connection.execute(f'LISTEN "blok_outbox_{self._service}"'.encode())
                    await self._relay(connection)
            except Exception as error:
                _log.warning("relay interrupted, starting again", service=self._service, error=str(error))
                await asyncio.sleep(0.5)

    async def _relay(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            while await self.publish_pending():
                pass
            _lag.labels(self._service).set(0)
            async for _ in connection.notifies(timeout=_IDLE_SECONDS, stop_after=1):
                pass

    async def publish_pending(self) -> int:
        """Publish one batch from the outbox; returns its size.

        Raises ConnectionError when the broker does not take all of it.
        """
        pending = (
            sa.select(events).join(outbox, outbox.c.position == events.c.position).order_by(events.c.position)
        ).limit(_BATCH)
        async with self._database.read() as connection:
            batch = [eventstore.recorded(row) for row in (await connection.execute(pending)).all()]
        if not batch:
            return 0
        _lag.labels(self._service).set((clock.now() - batch[0].occurred_at).total_seconds())
        faults.place("relay.before_publish")
        count = await self._broker.publish(batch)
        faults.place("relay.after_publish")
        done = [event.position for event in batch[:count]]
        async with self._database.write() as connection:
            await connection.execute(
                sa.delete(outbox).where(outbox.c.position == sa.any_(sa.cast(done, _BIGINTS)))
            )
        _published.labels(self._service).inc(count)
        if count < len(batch):
            raise ConnectionError("the broker did not acknowledge every event")
        return count


_BIGINTS = sa.ARRAY(sa.BigInteger)
