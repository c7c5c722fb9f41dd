"""A service as small as a service can be: accounts that count, and a mirror that hears of it.

`python -m tests.support.ledger COMMAND …` runs a part of it in a process of its own, which a test can kill.
"""

import asyncio
import dataclasses
import sys
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from blokhub.infra.broker import Broker
from blokhub.infra.clients import Clients
from blokhub.infra.consumer import Consumer
from blokhub.infra.database import Database, service_url
from blokhub.infra.host import Host
from blokhub.infra.migrate import migrate
from blokhub.infra.projections import Projection
from blokhub.infra.reactions import Arrival, Reactions
from blokhub.infra.relay import Relay
from blokhub.infra.settings import Settings
from blokhub.infra.signing import ContextSigner
from blokhub.infra.tables import events, outbox
from blokhub.kernel.aggregates import Aggregate
from blokhub.kernel.context import Context
from blokhub.kernel.events import Event, event

MIGRATIONS = Path(__file__).parent.parent / "storage" / "migrations"


@event("ledger.account.credited", version=2)
class Credited(Event, frozen=True):
    """Some amount was added; version 1 called it `sum`."""

    account: str
    amount: int


class Account(msgspec.Struct, frozen=True):
    """What an account holds."""

    balance: int = 0
    credits: int = 0


def evolve(account: Account | None, occurrence: Event) -> Account:
    """The account after an event."""
    assert isinstance(occurrence, Credited)
    before = account or Account()
    return Account(before.balance + occurrence.amount, before.credits + 1)


ACCOUNT = Aggregate("account", Account, evolve)

metadata = sa.MetaData()
balances = sa.Table(
    "balances",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("balance", sa.BigInteger, nullable=False),
)
projection = Projection("balances", (balances,))


@projection.on(Credited)
async def _credited(connection: Any, recorded: Any, occurrence: Credited) -> None:
    from sqlalchemy.dialects.postgresql import insert

    statement = insert(balances).values(account=occurrence.account, balance=occurrence.amount)
    added = balances.c.balance + occurrence.amount
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["account"], set_={"balance": added})
    )


# The mirror: another service, which adds up what it hears.
mirrored = sa.Table(
    "mirrored",
    sa.MetaData(),
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
)
reactions = Reactions()


@reactions.on(Credited)
async def mirror(arrival: Arrival) -> None:
    """Add what was credited; an amount of 13 cannot be handled while it is unlucky."""
    occurrence: Credited = arrival.event
    if occurrence.amount == 13 and arrival.host.parts.get("unlucky"):
        raise ValueError("13 is unlucky")
    values = {
        "account": occurrence.account,
        "version": arrival.recorded.version,
        "amount": occurrence.amount,
    }
    await arrival.work.connection.execute(sa.insert(mirrored).values(values))


class World:
    """Both services on the engines of the tests."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ledger = self._database("ledger")
        self.mirror = self._database("mirror")
        self.broker = Broker(settings.nats_url, "ledger")

    def _database(self, name: str) -> Database:
        url = service_url(self.settings.postgres_url, self.settings.secret_key(), name)
        return Database(name, url, self.settings)

    def mirror_host(self) -> Host:
        """The mirror's hold on the world."""
        signer = ContextSigner(self.settings.secret_key())
        return Host(
            name="mirror",
            settings=self.settings,
            database=self.mirror,
            broker=self.broker,
            cache=None,  # type: ignore[arg-type]  # the mirror keeps nothing in the cache
            signer=signer,
            clients=Clients(signer, {}),
            sagas=None,  # type: ignore[arg-type]  # and has no sagas
            projections=(),
        )

    async def credit(self, account: str, amount: int) -> None:
        """One command, in its own unit of work."""
        from blokhub.infra.unit_of_work import unit_of_work

        async with unit_of_work(self.ledger, Context(correlation="test"), (projection,)) as work:
            await work.record(ACCOUNT.stream(account), Credited(account=account, amount=amount))

    async def pending(self) -> int:
        """How many events the relay has still to publish."""
        return int(await self.scalar(self.ledger, sa.select(sa.func.count()).select_from(outbox)))

    async def recorded(self, account: str) -> int:
        """How many events an account has."""
        of_account = events.c.stream == ACCOUNT.stream(account)
        return int(await self.scalar(self.ledger, sa.select(sa.func.count()).where(of_account)))

    async def scalar(self, database: Database, query: Any) -> Any:
        """One value."""
        async with database.read() as connection:
            return (await connection.execute(query)).scalar()

    async def close(self) -> None:
        """Close everything."""
        await self.broker.close()
        await self.ledger.close()
        await self.mirror.close()


def prepare(settings: Settings) -> None:
    """Migrate both services."""
    folders = {name: MIGRATIONS / name for name in ("ledger", "mirror")}
    migrate(settings, settings.postgres_url, folders)


async def _main(command: str, argument: str) -> None:
    world = World(dataclasses.replace(Settings.from_environment(), pool_size=20, pool_timeout=30))
    if command == "credit":
        account, count = argument.split(":")
        limit = asyncio.Semaphore(50)

        async def one() -> None:
            async with limit:
                await world.credit(account, 1)
                sys.stdout.write("done\n")
                sys.stdout.flush()

        await asyncio.gather(*(one() for _ in range(int(count))))
    elif command == "relay":
        await world.broker.connect("test-relay")
        relaying = asyncio.create_task(Relay(world.ledger, world.broker).run())
        while await world.pending():
            await asyncio.sleep(0.02)
        relaying.cancel()
    elif command == "consume":
        await world.broker.connect("test-consumer")
        consuming = asyncio.create_task(Consumer(world.mirror_host(), reactions, "ledger").run())
        wanted = sa.select(sa.func.count()).select_from(mirrored)
        while int(await world.scalar(world.mirror, wanted)) < int(argument):
            await asyncio.sleep(0.02)
        consuming.cancel()
    await world.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
