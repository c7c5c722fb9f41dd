"""What a service is made of, and what it is given when it runs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.broker import Broker
from blokhub.infra.database import Database
from blokhub.infra.projections import Projection
from blokhub.infra.settings import Settings
from blokhub.infra.signing import ContextSigner
from blokhub.infra.unit_of_work import StoreFactory, UnitOfWork, unit_of_work
from blokhub.kernel.context import Context
from blokhub.kernel.events import Event, RecordedEvent

if TYPE_CHECKING:
    from blokhub.infra.cache import Cache
    from blokhub.infra.clients import Clients
    from blokhub.infra.reactions import Reactions
    from blokhub.infra.sagas import Saga, SagaEngine


CacheSubjects = Callable[[RecordedEvent], Sequence[str]]


@dataclass
class Host:
    """A running service's hold on the world: its database, its cache, the broker, the others."""

    name: str
    settings: Settings
    database: Database
    broker: Broker
    cache: "Cache"
    signer: ContextSigner
    clients: "Clients"
    sagas: "SagaEngine"
    projections: Sequence[Projection]
    store: StoreFactory | None = None
    cache_subjects: CacheSubjects | None = None
    parts: dict[str, Any] = field(default_factory=dict)

    @asynccontextmanager
    async def unit_of_work(self, context: Context) -> AsyncIterator[UnitOfWork]:
        """The one transaction around a command."""
        async with unit_of_work(self.database, context, self.projections, self.store) as work:
            yield work
        await self.forget(work.recorded)

    async def forget(self, recorded: Sequence[RecordedEvent]) -> None:
        """Take from the cache what `recorded` made stale."""
        if self.cache_subjects is not None:
            for subject in {subject for each in recorded for subject in self.cache_subjects(each)}:
                await self.cache.forget(subject)

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for queries."""
        return self.database.read()


Job = Callable[[Host], Awaitable[None]]
Lifespan = Callable[[Host], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Service:
    """The wiring of one service: what `service.py` of its folder declares.

    `replays` are tables that follow from the events of others alone, so that these can be handled again.
    `store` makes the store that commands use, on the connection of a unit of work; `cache_subjects` names
    what of the cache an event makes stale. `jobs` run for as long as the process does; `lifespan` opens what
    the service needs beyond the stores and closes it again; `owns` lists its tables for people.
    """

    name: str
    version: str
    summary: str
    routes: Sequence[Any]
    events: Sequence[type[Event]]
    migrations: Path
    owns: Sequence[str]
    projections: Sequence[Projection] = ()
    replays: Sequence[sa.Table] = ()
    store: StoreFactory | None = None
    cache_subjects: CacheSubjects | None = None
    reactions: "Reactions | None" = None
    sagas: "Sequence[Saga]" = ()
    jobs: Sequence[Job] = ()
    lifespan: Lifespan | None = None
