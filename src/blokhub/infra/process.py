"""One process of the hub: its stores, its services' applications, and what runs beside them."""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import structlog
from litestar import Litestar

from blokhub.infra.broker import Broker
from blokhub.infra.cache import Cache
from blokhub.infra.clients import Clients
from blokhub.infra.consumer import Consumer
from blokhub.infra.database import Database, service_url
from blokhub.infra.executors import SagaExecutor
from blokhub.infra.host import Host, Service
from blokhub.infra.http import build_app
from blokhub.infra.leadership import leadership
from blokhub.infra.migrate import SAGA_SCHEMA
from blokhub.infra.relay import Relay
from blokhub.infra.settings import Settings
from blokhub.infra.signing import ContextSigner

_log = structlog.get_logger("process")
_CANCEL_ATTEMPTS = 25


class Process:
    """The services of one process. `relays` names the services whose outboxes this process empties."""

    def __init__(self, settings: Settings, services: Sequence[Service], relays: Sequence[str]) -> None:
        self.settings = settings
        self.services = services
        self.signer = ContextSigner(settings.secret_key())
        self.clients = Clients(
            self.signer, settings.remote_services(), settings.canaries(), settings.call_seconds
        )
        self.broker = Broker(settings.nats_url, settings.namespace)
        self.hosts: dict[str, Host] = {}
        self.apps: dict[str, Litestar] = {}
        self._sagas = _saga_engine(services)
        self._tasks: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()
        for service in services:
            host = self._host(service)
            self.hosts[service.name] = host
            self.apps[service.name] = build_app(host, service)
            self.clients.add_local(service.name, self.apps[service.name])
        self.outboxes = [
            self.hosts[name].database if name in self.hosts else self._database(name) for name in relays
        ]

    def _host(self, service: Service) -> Host:
        settings = self.settings
        return Host(
            name=service.name,
            settings=settings,
            database=self._database(service.name),
            broker=self.broker,
            cache=Cache(f"{settings.namespace}:{service.name}", settings.valkey_url, settings.cache_ttl),
            signer=self.signer,
            clients=self.clients,
            sagas=self._sagas,
            projections=service.projections,
            store=service.store,
            cache_subjects=service.cache_subjects,
        )

    def _database(self, name: str) -> Database:
        return Database(
            name, service_url(self.settings.postgres_url, self.settings.secret_key(), name), self.settings
        )

    async def start(self) -> None:
        """Open everything; returns when the process can answer."""
        names = [service.name for service in self.services]
        await self.broker.connect(f"blok-{'+'.join(names) or 'apart'}")
        await self._start_sagas()
        for service in self.services:
            await self._start_service(service)
        for database in self.outboxes:
            self.spawn(Relay(database, self.broker).run(), f"relay-{database.service}")
        _log.info("ready", services=names, relays=[database.service for database in self.outboxes])

    async def _start_sagas(self) -> None:
        with_sagas = [service for service in self.services if service.sagas]
        if not with_sagas:
            return
        for service in with_sagas:
            self._sagas.add(self.hosts[service.name], service.sagas)
        postgres, secret = self.settings.postgres_url, self.settings.secret_key()
        url = service_url(postgres, secret, SAGA_SCHEMA)
        executor = SagaExecutor(url, [service.name for service in with_sagas])
        await self._stack.enter_async_context(executor)
        # One at a time: replicas that start together would make the engine's tables in each other's way.
        async with leadership(url, "saga-launch"):
            await self._sagas.launch(postgres, secret, executor.name)
        self.spawn(executor.run(self._sagas), "saga-executor")

    async def _start_service(self, service: Service) -> None:
        host = self.hosts[service.name]
        if service.lifespan is not None:
            await self._stack.enter_async_context(service.lifespan(host))
        if service.reactions is not None:
            for source in service.reactions.sources():
                self.spawn(Consumer(host, service.reactions, source).run(), f"{service.name}-from-{source}")
        for job in service.jobs:
            self.spawn(job(host), f"{service.name}-{job.__name__}")

    def spawn(self, work: Awaitable[None], name: str) -> None:
        """Do `work` beside the requests until the process stops."""

        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as error:
                _log.error("background work ended", task=name, exc_info=error)

        self._tasks.append(asyncio.create_task(guarded(), name=name))

    async def stop(self) -> None:
        """Stop what runs, then close the stores."""
        await cancel_all(self._tasks)
        if self._sagas is not None:
            await self._sagas.close()
        await self._stack.aclose()
        await self.clients.close()
        await self.broker.close()
        for host in self.hosts.values():
            await host.cache.close()
            await host.database.close()
        for database in self.outboxes:
            await database.close()


def _saga_engine(services: Sequence[Service]) -> Any:
    """The engine of sagas, or None where no service has any: it takes its time to load."""
    if not any(service.sagas for service in services):
        return None
    from blokhub.infra.sagas import SagaEngine  # noqa: PLC0415

    return SagaEngine()


async def cancel_all(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended.

    Once is not enough: `asyncio.wait_for` of Python 3.11 forgets a cancellation that comes together with
    the result it waits for, and a busy consumer would go on.
    """
    pending = {task for task in tasks if not task.done()}
    for _ in range(_CANCEL_ATTEMPTS):
        if not pending:
            return
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=0.2)
    _log.warning("background work did not end", tasks=sorted(task.get_name() for task in pending))
