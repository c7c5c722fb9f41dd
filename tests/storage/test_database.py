"""The pool of a service: bounded, measured, and healed by itself; its role reaches nothing else."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY
from sqlalchemy.exc import DBAPIError
from tests.support.ledger import World

from blokhub.infra.database import Database, service_url
from blokhub.infra.settings import Settings
from blokhub.kernel.errors import Unavailable


@pytest.fixture
async def small(settings: Settings) -> AsyncIterator[Database]:
    """A pool of two connections that waits a fifth of a second."""
    limited = dataclasses.replace(settings, pool_size=2, pool_timeout=0.2)
    database = Database(
        "ledger", service_url(settings.postgres_url, settings.secret_key(), "ledger"), limited
    )
    yield database
    await database.close()


def _measured(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"service": "ledger"}) or 0.0


async def test_connections_are_used_again(small: Database) -> None:
    opened = _measured("blok_database_connections_opened_total")
    for _ in range(20):
        await small.ping()
    assert _measured("blok_database_connections_opened_total") == opened + 1


async def test_an_exhausted_pool_refuses_in_bounded_time(small: Database) -> None:
    async with small.read(), small.read():
        assert _measured("blok_database_pool_in_use") == 2
        started = time.monotonic()
        with pytest.raises(Unavailable) as refused:
            await small.ping()
        assert time.monotonic() - started < 5
    assert refused.value.status == 503
    assert _measured("blok_database_pool_idle") == 2
    await small.ping()


async def test_a_broken_connection_is_replaced_silently(small: Database, world: World) -> None:
    async with small.read() as connection:
        process = (await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar()
    async with world.ledger.read() as other:
        await other.execute(sa.text("SELECT pg_terminate_backend(:process)"), {"process": process})
    await asyncio.sleep(0.05)
    await small.ping()


async def test_the_wait_for_a_connection_is_measured(small: Database) -> None:
    before = _measured("blok_database_pool_wait_seconds_count")
    await small.ping()
    assert _measured("blok_database_pool_wait_seconds_count") == before + 1


async def test_a_role_reaches_no_other_schema(world: World) -> None:
    for table in ("mirror.events", "mirror.mirrored", "blok.schemas"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with world.ledger.read() as connection:
                await connection.execute(sa.text(f"SELECT * FROM {table}"))
    with pytest.raises(DBAPIError, match="permission denied"):
        async with world.ledger.write() as connection:
            await connection.execute(sa.text("CREATE TABLE mine (id int)"))
