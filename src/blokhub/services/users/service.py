"""The wiring of the users service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from blokhub.infra.host import Host, Service
from blokhub.infra.identity.tokens import TokenIssuer, TokenVerifier
from blokhub.services.users import api, contract, reactions, storage


@asynccontextmanager
async def lifespan(host: Host) -> AsyncIterator[None]:
    """Make ready what signs the access tokens."""
    settings = host.settings
    host.parts["issuer"] = TokenIssuer(settings.secret_key(), settings.url, settings.access_token_seconds)
    host.parts["verifier"] = TokenVerifier(settings.url)
    host.parts["verifier"].use_keys(host.parts["issuer"].public_keys())
    yield


SERVICE = Service(
    name="users",
    version="1.0.0",
    summary="Accounts, credentials, sessions and reputation.",
    routes=api.ROUTES,
    events=contract.EVENTS,
    migrations=Path(__file__).parent / "migrations",
    owns=[table.name for table in storage.TABLES],
    replays=(storage.reputation,),
    store=storage.PostgresAccounts,
    reactions=reactions.reactions,
    lifespan=lifespan,
)
