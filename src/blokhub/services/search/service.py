"""The wiring of the search service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from blokhub.infra.host import Host, Service
from blokhub.services.search import api, contract, reactions, storage


@asynccontextmanager
async def lifespan(host: Host) -> AsyncIterator[None]:
    """Fill the index before the first question is answered."""
    indexer = reactions.Indexer(host)
    host.parts["indexer"] = indexer
    await indexer.hear_others()
    await indexer.recount()
    await indexer.catch_up()
    yield


SERVICE = Service(
    name="search",
    version="1.0.0",
    summary="The search index over public packages: words, facets, highlights.",
    routes=api.ROUTES,
    events=contract.EVENTS,
    migrations=Path(__file__).parent / "migrations",
    owns=[*(table.name for table in storage.TABLES), "index: packages"],
    replays=storage.TABLES,
    store=storage.PostgresEntries,
    reactions=reactions.reactions,
    jobs=(reactions.follow_changes, reactions.forget_old_runs),
    lifespan=lifespan,
)
