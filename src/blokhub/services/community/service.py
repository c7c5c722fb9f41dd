"""The wiring of the community service."""

from pathlib import Path

from blokhub.infra.host import Service
from blokhub.services.community import api, contract, reactions, storage

SERVICE = Service(
    name="community",
    version="1.0.0",
    summary="What people say of packages: stars.",
    routes=api.ROUTES,
    events=contract.EVENTS,
    migrations=Path(__file__).parent / "migrations",
    owns=[table.name for table in storage.TABLES],
    store=storage.PostgresStars,
    reactions=reactions.reactions,
)
