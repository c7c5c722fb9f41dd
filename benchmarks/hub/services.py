"""The stores of the running hub, opened beside it: for seeding, and for what has no HTTP route."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from blokhub.engines import find_running
from blokhub.infra.database import Database, service_url
from blokhub.infra.settings import Settings
from blokhub.infra.tables import outbox
from blokhub.infra.unit_of_work import UnitOfWork


@asynccontextmanager
async def database(home: Path, service: str) -> AsyncIterator[Database]:
    """The database of one service of the hub that runs on `home`."""
    urls = find_running(home, {})
    if urls is None:
        raise RuntimeError(f"no hub runs on {home}")
    settings = replace(Settings(home=str(home)), postgres_url=urls.postgres, statement_timeout=120.0)
    opened = Database(service, service_url(urls.postgres, settings.secret_key(), service), settings)
    try:
        yield opened
    finally:
        await opened.close()


async def keep_from_relay(work: UnitOfWork, positions: list[int]) -> None:
    """Take events out of the outbox again, in their own transaction: they are nobody else's business."""
    await work.connection.execute(sa.delete(outbox).where(outbox.c.position.in_(positions)))


async def pending(opened: Database) -> int:
    """How many events the relay has still to publish."""
    async with opened.read() as connection:
        query = sa.select(sa.func.count()).select_from(outbox)
        return int((await connection.execute(query)).scalar_one())
