"""What an operator does to a hub, whether it runs at that moment or not."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from blokhub.infra.database import Database, async_url, service_url
from blokhub.infra.host import Service
from blokhub.infra.projections import rebuild
from blokhub.infra.settings import Settings
from blokhub.infra.tables import inbox, positions
from blokhub.infra.unit_of_work import unit_of_work
from blokhub.kernel.context import Context
from blokhub.services.users import commands
from blokhub.services.users.storage import PostgresAccounts


async def rebuild_service(settings: Settings, service: Service) -> str:
    """Fill the read-tables of a service again from events; returns a sentence that tells how it went."""
    told = []
    if service.projections:
        count = await rebuild(settings.postgres_url, service.name, service.projections)
        told.append(f"{count} events of its own read")
    if service.replays and service.reactions is not None:
        await _replay(settings, service)
        told.append("the events of others are handled again by the running hub, or at its next start")
    return f"{service.name}: {' · '.join(told) or 'it keeps no tables that follow from events'}"


async def _replay(settings: Settings, service: Service) -> None:
    """Empty the tables that follow from the events of others, and hear those events from the first."""
    assert service.reactions is not None
    engine = create_async_engine(async_url(settings.postgres_url), poolclass=sa.NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text(f'SET LOCAL search_path TO "{service.name}"'))
            for table in service.replays:
                await connection.execute(sa.delete(table))
            await connection.execute(sa.delete(positions))
            await connection.execute(
                sa.delete(inbox).where(inbox.c.type.in_(list(service.reactions.by_event)))
            )
    finally:
        await engine.dispose()


async def grant_role(settings: Settings, handle: str, role: str) -> None:
    """Give an account a role. Raises NotFound."""
    database = Database("users", service_url(settings.postgres_url, settings.secret_key(), "users"), settings)
    try:
        async with unit_of_work(database, Context.of_system(), (), PostgresAccounts) as work:
            await commands.grant_role(work, handle, role)
    finally:
        await database.close()
