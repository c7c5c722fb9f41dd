"""The wiring of the runs service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from blokhub.infra.host import Host, Service
from blokhub.infra.sandbox import SandboxPool
from blokhub.services.runs import api, contract, reactions, storage


@asynccontextmanager
async def lifespan(host: Host) -> AsyncIterator[None]:
    """Start the sandbox processes."""
    settings = host.settings
    host.parts["dry_runs"] = asyncio.Event()
    host.parts["sandbox"] = SandboxPool(
        settings.run_workers, settings.run_seconds, settings.run_memory_mb, settings.run_output_kb
    )
    await host.parts["sandbox"].start()
    try:
        yield
    finally:
        await host.parts["sandbox"].close()


SERVICE = Service(
    name="runs",
    version="1.0.0",
    summary="Workflows executed in a sandbox, with the trace of every step.",
    routes=api.ROUTES,
    events=contract.EVENTS,
    migrations=Path(__file__).parent / "migrations",
    owns=[table.name for table in storage.TABLES],
    store=storage.PostgresRuns,
    reactions=reactions.reactions,
    jobs=(reactions.do_dry_runs, reactions.remove_old_runs),
    lifespan=lifespan,
)
