"""What the commands that start something do. `tell` says what goes on, `announce` that it is done."""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from blokhub.apps.addresses import GATEWAY, RELAY, port_of, with_service_urls
from blokhub.apps.services import migration_folders
from blokhub.engines import Engines, EngineUrls, find_configured
from blokhub.infra.settings import SettingError, Settings
from blokhub.infra.telemetry import configure_logging

if TYPE_CHECKING:
    from blokhub.apps.serve import Application

Tell = Callable[[str], None]


async def up(chosen: Settings, tell: Tell, announce: Tell) -> None:
    """Run the whole hub in this process until told to stop."""
    from blokhub.apps.all_in_one import all_in_one  # noqa: PLC0415
    from blokhub.apps.serve import check_port, serve  # noqa: PLC0415
    from blokhub.apps.starter import Starter  # noqa: PLC0415

    started = time.perf_counter()
    if chosen.canary:
        raise SettingError("BLOK_CANARY needs services in processes of their own: blok hub up --apart.")
    configure_logging(chosen.log_level, chosen.log_format)
    check_port(chosen.host, chosen.port)
    async with Engines(chosen.home_path) as engines:
        running = await prepare(chosen, await engines.start(tell), tell)
        hub = all_in_one(running)
        starter = Starter(hub.process.clients, tell)
        watching = asyncio.create_task(engines.supervise())

        def ready() -> None:
            announce(_sentence(running, f"{time.perf_counter() - started:.1f} s"))
            if running.starter:
                starter.begin()

        try:
            await serve(
                hub, running.host, running.port, drain_seconds=running.shutdown_seconds, on_ready=ready
            )
        finally:
            await starter.stop()
            watching.cancel()
            tell("stopping the engines")


async def up_apart(chosen: Settings, replicas: str, tell: Tell, announce: Tell) -> None:
    """Run the hub as one process for each service until told to stop."""
    from blokhub.apps.launcher import Launcher, read_replicas  # noqa: PLC0415
    from blokhub.apps.serve import stop_signals  # noqa: PLC0415
    from blokhub.apps.starter import Starter  # noqa: PLC0415
    from blokhub.infra.clients import Clients  # noqa: PLC0415
    from blokhub.infra.signing import ContextSigner  # noqa: PLC0415

    started = time.perf_counter()
    counts = read_replicas(replicas)
    chosen = with_service_urls(dataclasses.replace(chosen, service_urls=""), counts)
    configure_logging(chosen.log_level, chosen.log_format)
    stopping = stop_signals()
    async with Engines(chosen.home_path) as engines:
        running = await prepare(chosen, await engines.start(tell), tell)
        launcher = Launcher(running, counts)
        clients = Clients(ContextSigner(running.secret_key()), running.remote_services())
        starter = Starter(clients, tell)
        watching = asyncio.create_task(engines.supervise())
        try:
            if await _unless(stopping, launcher.start()):
                seconds = f"{len(launcher.children)} processes, {time.perf_counter() - started:.1f} s"
                announce(_sentence(running, seconds))
                if running.starter:
                    starter.begin()
                await stopping.wait()
        finally:
            await starter.stop()
            await clients.close()
            await launcher.stop()
            watching.cancel()
            tell("stopping the engines")


async def _unless(stopping: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do `work`, unless we are told to stop meanwhile; returns whether it was done."""
    working, told = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not working.done():
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return False
    await working
    return True


async def serve_one(name: str, port: int | None, tell: Tell, announce: Tell, *, attached: bool) -> None:
    """Run one process of a hub that runs apart until told to stop. Raises SettingError."""
    from blokhub.apps.serve import check_port, serve  # noqa: PLC0415

    chosen = with_service_urls(Settings.from_environment())
    configure_logging(chosen.log_level, chosen.log_format)
    chosen.shared_secret()
    number = port or port_of(chosen, name)
    check_port(chosen.host, number, f"--port {number + 1}")
    if name == GATEWAY:  # the one that strangers reach knows nothing of the database
        running = _with_engines(chosen, await find_configured(["valkey", "nats"]))
    else:
        running = await prepare(chosen, await find_configured(), tell)
    await serve(
        deployable(name, running),
        chosen.host,
        number,
        drain_seconds=chosen.shutdown_seconds,
        on_ready=lambda: announce(f"{name} at [bold]http://{chosen.host}:{number}[/]"),
        attached=attached,
    )


def deployable(name: str, settings: Settings) -> "Application":
    """The process `name` of a hub that runs apart. Only its own code is loaded."""
    if name == GATEWAY:
        from blokhub.apps.front import gateway  # noqa: PLC0415

        return gateway(settings)
    from blokhub.apps.apart import one_service, relay  # noqa: PLC0415

    return relay(settings) if name == RELAY else one_service(settings, name)


async def migrate_only(tell: Tell) -> None:
    """Bring the database of a hub that runs apart up to date."""
    chosen = Settings.from_environment()
    chosen.shared_secret()
    await prepare(chosen, await find_configured(), tell)


async def load_starter(tell: Tell) -> int:
    """Publish what is missing of the starter catalogue on a hub that runs apart; returns how much that was.

    Raises SettingError, StarterFailed, or Unavailable while a service is down.
    """
    from blokhub.apps.starter import Starter  # noqa: PLC0415
    from blokhub.infra.clients import Clients  # noqa: PLC0415
    from blokhub.infra.signing import ContextSigner  # noqa: PLC0415

    chosen = with_service_urls(Settings.from_environment())
    configure_logging(chosen.log_level, chosen.log_format)
    clients = Clients(ContextSigner(chosen.shared_secret()), chosen.remote_services())
    try:
        return await Starter(clients, tell).publish_missing()
    finally:
        await clients.close()


async def prepare(settings: Settings, urls: EngineUrls, tell: Tell) -> Settings:
    """The settings with the addresses of the engines, whose database is then up to date.

    Safe in many processes at once: one migrates, the others wait for it.
    """
    from blokhub.infra.migrate import migrate  # noqa: PLC0415

    full = _with_engines(settings, urls)
    changed = await asyncio.to_thread(migrate, full, urls.postgres, migration_folders())
    if changed:
        tell(f"database migrated: {', '.join(changed)}")
    return full


def _with_engines(settings: Settings, urls: EngineUrls) -> Settings:
    return dataclasses.replace(
        settings, postgres_url=urls.postgres, valkey_url=urls.valkey, nats_url=urls.nats
    )


def _sentence(settings: Settings, seconds: str) -> str:
    return f"Blok hub at [bold]{settings.url}[/]  ({seconds}; Ctrl-C stops it)"
