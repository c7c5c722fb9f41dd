"""`blok hub …`: run and look after a hub."""

import asyncio
import dataclasses
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import uvloop
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from blokhub.apps.services import NAMES, load_service, migration_folders
from blokhub.engines import EngineError, Engines, EngineUrls, find_running, inspect
from blokhub.infra.settings import SettingError, Settings, reference_page
from blokhub.infra.telemetry import configure_logging
from blokhub.kernel.errors import ProblemError

app = App(
    name="hub", help="Run and look after a hub: the place where workflows are published, found and run."
)
Role = Annotated[
    Literal["moderator", "administrator"], Parameter(help="what the account may do from then on")
]
_console = Console(stderr=True, highlight=False)


@app.command
def up(*, port: int | None = None, home: Path | None = None) -> None:
    """Start the whole hub: the engines that no URL names, every service, and the starter catalogue.

    Parameters
    ----------
    port
        The port to listen on; BLOK_PORT, or else 4000.
    home
        The data folder of the engines; BLOK_HOME, or else ~/.blok.
    """
    given = {"port": port, "home": str(home) if home else None}
    _guarded(_up({name: value for name, value in given.items() if value is not None}))


@app.command
def doctor() -> None:
    """Say what is configured, what is reachable, and at which version."""
    raise SystemExit(asyncio.run(_doctor()))


@app.command
def rebuild(service: str) -> None:
    """Empty the read-tables of SERVICE and fill them again from events. Reads go on meanwhile."""
    if service not in NAMES:
        _fail(f"There is no service {service}. There are: {', '.join(NAMES)}.")
    _guarded(_rebuild(service))


@app.command
def grant(handle: str, role: Role = "administrator") -> None:
    """Give the account HANDLE a role."""
    _guarded(_grant(handle, role))


@app.command
def settings() -> None:
    """Print the reference of all settings, as Markdown."""
    sys.stdout.write(reference_page())


def _guarded(work: Coroutine[Any, Any, None]) -> None:
    """Run until the end; an error we know is told without a traceback."""
    try:
        uvloop.run(work)
    except (EngineError, ProblemError, SettingError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _fail(message: str) -> None:
    _console.print(f"[bold red]✗[/] {message}", soft_wrap=True)
    raise SystemExit(1)


async def _up(given: dict[str, Any]) -> None:
    from blokhub.apps.all_in_one import AllInOne  # noqa: PLC0415
    from blokhub.apps.serve import check_port, serve  # noqa: PLC0415
    from blokhub.apps.starter import Starter  # noqa: PLC0415

    started = time.perf_counter()
    chosen = dataclasses.replace(Settings.from_environment(), **given)
    configure_logging(chosen.log_level, chosen.log_format)
    check_port(chosen.host, chosen.port)
    async with Engines(chosen.home_path) as engines:
        urls = await engines.start(lambda line: _console.print(f"[dim]·[/] {line}"))
        running = await _prepare(chosen, urls)
        hub = AllInOne(running)
        starter = Starter(hub.process.clients, lambda line: _console.print(f"[dim]·[/] {line}"))
        watching = asyncio.create_task(engines.supervise())

        def ready() -> None:
            seconds = time.perf_counter() - started
            _console.print(
                f"[bold green]✓[/] Blok hub at [bold]{running.url}[/]  ({seconds:.1f} s; Ctrl-C stops it)"
            )
            if running.starter:
                starter.begin()

        try:
            await serve(
                hub, running.host, running.port, drain_seconds=running.shutdown_seconds, on_ready=ready
            )
        finally:
            await starter.stop()
            watching.cancel()
            _console.print("[dim]·[/] stopping the engines")


async def _prepare(settings: Settings, urls: EngineUrls) -> Settings:
    """The settings with the addresses of the engines, whose database is then up to date."""
    from blokhub.infra.migrate import migrate  # noqa: PLC0415

    full = dataclasses.replace(
        settings, postgres_url=urls.postgres, valkey_url=urls.valkey, nats_url=urls.nats
    )
    changed = await asyncio.to_thread(migrate, full, urls.postgres, migration_folders())
    if changed:
        _console.print(f"[dim]·[/] database migrated: {', '.join(changed)}")
    return full


async def _doctor() -> int:
    chosen = Settings.from_environment()
    table = Table("engine", "configured by", "address", "reachable", "version", "problem", box=None)
    healthy = True
    for status in await inspect():
        healthy = healthy and status.reachable
        reachable = "[green]yes[/]" if status.reachable else "[red]no[/]"
        trouble = " ".join(part for part in (status.problem, status.how_to_fix) if part)
        table.add_row(
            status.name, status.configured_by, status.address or "", reachable, status.version or "", trouble
        )
    console = Console()
    console.print(table)
    console.print(f"\ndata folder: {chosen.home_path}\nhub address: {chosen.url}")
    return 0 if healthy else 1


@asynccontextmanager
async def _opened() -> AsyncIterator[Settings]:
    """The engines of a running hub, or else our own for the moment."""
    chosen = Settings.from_environment()
    running = find_running(chosen.home_path)
    if running is not None:
        yield await _prepare(chosen, running)
        return
    async with Engines(chosen.home_path) as engines:
        yield await _prepare(chosen, await engines.start(lambda line: _console.print(f"[dim]·[/] {line}")))


async def _rebuild(service: str) -> None:
    from blokhub.apps.operations import rebuild_service  # noqa: PLC0415

    async with _opened() as settings:
        told = await rebuild_service(settings, load_service(service))
    _console.print(f"[bold green]✓[/] {told}")


async def _grant(handle: str, role: str) -> None:
    from blokhub.apps.operations import grant_role  # noqa: PLC0415

    async with _opened() as settings:
        await grant_role(settings, handle, role)
    _console.print(f"[bold green]✓[/] {handle} is now {role}; it holds from the next sign-in or refresh on")


def write_settings_page(path: Path) -> None:
    """Write the reference of all settings."""
    path.write_text(reference_page())
