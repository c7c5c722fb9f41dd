"""The wiring of the users service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from blokhub.infra.host import Host, Service
from blokhub.infra.identity.tokens import TokenIssuer
from blokhub.services.users import api, contract, reactions, storage


@asynccontextmanager
async def lifespan(host: Host) -> AsyncIterator[None]:
    """Make ready what signs the access tokens."""
    settings = host.settings
    host.parts["issuer"] = TokenIssuer(settings.secret_key(), settings.url, settings.access_token_seconds)
    yield


SERVICE = Service(
    name="users",
    version="1.0.0",
    summary="Accounts, credentials, sessions and reputation.",
    routes=api.ROUTES,
    events=contract.EVENTS,
    migrations=Path(__file__).parent / "migrations",
    owns=[table.name for table in storage.TABLES],
    store=storage.PostgresAccounts,
    reactions=reactions.reactions,
    lifespan=lifespan,
)
