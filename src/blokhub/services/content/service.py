"""The wiring of the content service."""

from pathlib import Path

from blokhub.infra.host import Service
from blokhub.services.content import api, contract, reactions, storage

SERVICE = Service(
    name="content",
    version="1.0.0",
    summary="Packages: workflows and nodes, their versions, drafts, forks and lineage.",
    routes=api.ROUTES,
    events=contract.EVENTS,
    migrations=Path(__file__).parent / "migrations",
    owns=[*(table.name for table in storage.TABLES), "documents: definitions, examples"],
    projections=(storage.projection,),
    store=storage.PostgresPackages,
    cache_subjects=storage.cache_subjects,
    reactions=reactions.reactions,
    sagas=(reactions.PUBLISHING,),
)
