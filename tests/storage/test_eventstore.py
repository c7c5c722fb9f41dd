"""The event store: append-only, ordered, chained, and quick to load."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from tests.support.ledger import ACCOUNT, Account, Credited, World, balances, projection

from blokhub.infra import eventstore, projections
from blokhub.infra.database import async_url
from blokhub.infra.tables import events, outbox, snapshots
from blokhub.infra.unit_of_work import unit_of_work
from blokhub.kernel import chain, clock
from blokhub.kernel.context import Context
from blokhub.kernel.errors import VersionConflict
from blokhub.kernel.events import upcaster

CONTEXT = Context(correlation="test")


@upcaster("ledger.account.credited", from_version=1)
def _rename_sum(data: dict[str, Any]) -> dict[str, Any]:
    return {"account": data["account"], "amount": data["sum"]}


async def _balance(world: World, account: str) -> int | None:
    query = sa.select(balances.c.balance).where(balances.c.account == account)
    found: int | None = await world.scalar(world.ledger, query)
    return found


async def test_of_two_writers_with_one_expected_version_one_wins(world: World, name: str) -> None:
    async def write() -> str:
        async with unit_of_work(world.ledger, CONTEXT, (projection,)) as work:
            account = await work.load(ACCOUNT, name)
            await asyncio.sleep(0.05)
            await work.append(ACCOUNT, account, [Credited(account=name, amount=1)])
        return "won"

    results = await asyncio.gather(*(write() for _ in range(8)), return_exceptions=True)
    assert results.count("won") == 1
    assert sum(isinstance(result, VersionConflict) for result in results) == 7
    assert await _balance(world, name) == 1


async def test_a_failure_half_way_leaves_nothing_behind(world: World, name: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(world.ledger, CONTEXT, (projection,)) as work:
            await work.record(ACCOUNT.stream(name), Credited(account=name, amount=1))
            raise ZeroDivisionError
    assert await world.recorded(name) == 0
    assert await _balance(world, name) is None


@pytest.mark.parametrize(
    "statement", ["UPDATE events SET actor = 'x'", "DELETE FROM events", "TRUNCATE events"]
)
async def test_recorded_events_cannot_be_changed(world: World, name: str, statement: str) -> None:
    await world.credit(name, 1)
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
        async with world.ledger.write() as connection:
            await connection.execute(sa.text(statement))
    administrator = create_async_engine(async_url(world.settings.postgres_url))
    with pytest.raises(DBAPIError, match="append-only"):
        async with administrator.begin() as connection:
            await connection.execute(sa.text("SET LOCAL search_path TO ledger"))
            await connection.execute(sa.text(statement))
    await administrator.dispose()


async def test_a_flipped_byte_breaks_the_chain(world: World, name: str) -> None:
    for amount in (1, 2, 3):
        await world.credit(name, amount)
    async with world.ledger.read() as connection:
        assert chain.first_broken(await eventstore.read_stream(connection, ACCOUNT.stream(name))) is None
    administrator = create_async_engine(async_url(world.settings.postgres_url))
    async with administrator.begin() as connection:
        await connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        forged = sa.text(
            "UPDATE ledger.events SET data = jsonb_set(data, '{amount}', '200') "
            "WHERE stream = :stream AND version = 2"
        )
        await connection.execute(forged, {"stream": ACCOUNT.stream(name)})
    await administrator.dispose()
    async with world.ledger.read() as connection:
        broken = chain.first_broken(await eventstore.read_stream(connection, ACCOUNT.stream(name)))
    assert broken is not None
    assert broken.version == 2


async def test_an_event_of_an_older_version_is_read_by_newer_code(world: World, name: str) -> None:
    fields = {
        "id": "01900000-0000-7000-8000-" + name[1:13].ljust(12, "0"),
        "stream": ACCOUNT.stream(name),
        "version": 1,
        "type": "ledger.account.credited",
        "schema_version": 1,
        "data": {"account": name, "sum": 7},
        "actor": "someone",
        "correlation": "test",
        "occurred_at": clock.now(),
        "hash": "",
    }
    async with world.ledger.write() as connection:
        await connection.execute(sa.insert(events).values(fields))
    async with world.ledger.read() as connection:
        assert (await eventstore.load(connection, ACCOUNT, name)).state == Account(balance=7, credits=1)


async def test_the_events_up_to_any_past_moment_can_be_read(world: World, name: str) -> None:
    await world.credit(name, 1)
    await world.credit(name, 10)
    stream = ACCOUNT.stream(name)
    async with world.ledger.read() as connection:
        first, _ = await eventstore.read_stream(connection, stream)
        then = await eventstore.read_stream(connection, stream, until=first.occurred_at)
        before = await eventstore.read_stream(
            connection, stream, until=first.occurred_at - timedelta(seconds=1)
        )
    assert ACCOUNT.fold(None, (each.event for each in then)) == Account(balance=1, credits=1)
    assert before == []


async def test_ten_thousand_events_load_through_a_snapshot(world: World, name: str) -> None:
    for _ in range(100):
        async with unit_of_work(world.ledger, CONTEXT, ()) as work:
            account = await work.load(ACCOUNT, name)
            await work.append(ACCOUNT, account, [Credited(account=name, amount=1)] * 100)
    async with world.ledger.write() as connection:
        newest = sa.select(sa.func.max(events.c.position)).where(events.c.stream == ACCOUNT.stream(name))
        await connection.execute(sa.delete(outbox).where(outbox.c.position <= newest.scalar_subquery()))
        kept = sa.select(snapshots.c.version).where(snapshots.c.stream == ACCOUNT.stream(name))
        version = (await connection.execute(kept)).scalar_one()
        loaded = await eventstore.load(connection, ACCOUNT, name)
    assert loaded.version == 10_000
    assert loaded.state == Account(balance=10_000, credits=10_000)
    assert loaded.version - version < ACCOUNT.snapshot_every


async def test_dropped_read_tables_come_back_the_same(world: World, name: str) -> None:
    for amount in range(1, 30):
        await world.credit(name, amount)
    before = await _balance(world, name)
    async with world.ledger.write() as connection:
        await connection.execute(sa.delete(balances))
    assert await _balance(world, name) is None
    await projections.rebuild(world.settings.postgres_url, "ledger", [projection])
    assert await _balance(world, name) == before


async def test_an_event_that_the_broker_would_refuse_is_refused_at_once(world: World, name: str) -> None:
    huge = name + "x" * eventstore.MAX_EVENT_BYTES
    with pytest.raises(eventstore.EventTooLarge):
        async with unit_of_work(world.ledger, CONTEXT, ()) as work:
            await work.record(ACCOUNT.stream(name), Credited(account=huge, amount=1))
    assert await world.recorded(name) == 0
