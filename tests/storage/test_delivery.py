"""No event is lost and none has its effect twice, whatever dies in between."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from tests.support.ledger import World, mirrored, reactions

from blokhub.infra import dead_letters
from blokhub.infra.consumer import Consumer
from blokhub.infra.relay import Relay

Part = Callable[..., Any]
KILLED = -signal.SIGKILL


async def _heard(world: World, account: str) -> list[int]:
    """The versions of an account's events in the order in which the mirror handled them."""
    query = sa.select(mirrored.c.version).where(mirrored.c.account == account).order_by(mirrored.c.position)
    async with world.mirror.read() as connection:
        return list((await connection.execute(query)).scalars())


async def _total(world: World) -> int:
    return int(await world.scalar(world.mirror, sa.select(sa.func.count()).select_from(mirrored)))


async def test_a_thousand_concurrent_commands_survive_crashes_between_commit_and_publish(
    world: World, part: Part, name: str
) -> None:
    accounts = [f"{name}-{number}" for number in range(4)]
    acknowledged = {}
    for account, fault in zip(accounts, ["", "work.before_commit", "work.after_commit", ""], strict=True):
        ended = part("credit", f"{account}:250", fault)
        assert ended.returncode == (KILLED if fault else 0), ended.stderr[-2000:]
        acknowledged[account] = ended.stdout.count("done")
        if fault:
            rest = part("credit", f"{account}:{250 - acknowledged[account]}")
            acknowledged[account] += rest.stdout.count("done")

    for fault in ("relay.before_publish", "relay.after_publish", ""):
        ended = part("relay", "", fault)
        assert ended.returncode == (KILLED if fault else 0), ended.stderr[-2000:]
    assert await world.pending() == 0

    stored = {account: await world.recorded(account) for account in accounts}
    for account in accounts:
        # A command that committed but could not say so any more may have been repeated; none is missing.
        assert stored[account] >= acknowledged[account] == 250
    before = await _total(world)
    expected = before + sum(stored.values())
    for fault in ("consumer.before_commit", "consumer.after_commit"):
        ended = part("consume", str(expected), fault)
        assert ended.returncode == KILLED, ended.stderr[-2000:]
    ended = part("consume", str(expected))
    assert ended.returncode == 0, ended.stderr[-2000:]
    for account in accounts:
        assert await _heard(world, account) == list(range(1, stored[account] + 1))


async def test_events_wait_for_a_stopped_consumer_and_are_handled_in_order(world: World, name: str) -> None:
    await world.broker.connect("test")
    relay, consumer = Relay(world.ledger, world.broker), Consumer(world.mirror_host(), reactions, "ledger")
    for amount in range(1, 21):
        await world.credit(name, amount)
    relaying = asyncio.create_task(relay.run())
    while await world.pending():
        await asyncio.sleep(0.02)
    assert await _heard(world, name) == []
    consuming = asyncio.create_task(consumer.run())
    async with asyncio.timeout(20):
        while len(await _heard(world, name)) < 20:
            await asyncio.sleep(0.02)
    relaying.cancel()
    consuming.cancel()
    assert await _heard(world, name) == list(range(1, 21))


async def test_a_message_that_cannot_be_handled_is_a_dead_letter_until_it_is_replayed(
    world: World, name: str
) -> None:
    await world.broker.connect("test")
    host = world.mirror_host()
    host.parts["unlucky"] = True
    relaying = asyncio.create_task(Relay(world.ledger, world.broker).run())
    consuming = asyncio.create_task(Consumer(host, reactions, "ledger").run())
    for amount in (1, 13, 3):
        await world.credit(name, amount)
    await world.credit(f"{name}-other", 5)

    async with asyncio.timeout(60):
        while len(await _heard(world, f"{name}-other")) < 1:
            await asyncio.sleep(0.05)
    assert await _heard(world, name) == [1]
    letters = [letter for letter in await dead_letters.list_dead_letters(host) if name in letter.stream]
    assert [letter.message["version"] for letter in letters] == [2, 3]
    assert "unlucky" in letters[0].error

    host.parts["unlucky"] = False
    assert await dead_letters.replay(host, reactions, letters[0].event_id) == 2
    assert await _heard(world, name) == [1, 2, 3]
    assert [letter for letter in await dead_letters.list_dead_letters(host) if name in letter.stream] == []
    relaying.cancel()
    consuming.cancel()
