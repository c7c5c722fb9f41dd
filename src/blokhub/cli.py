"""`blok hub …`: run and look after a hub."""

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import uvloop
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from blokhub.apps.addresses import PROCESSES
from blokhub.apps.services import NAMES, load_service
from blokhub.apps.starting import load_starter, migrate_only, prepare, serve_one, up_apart
from blokhub.apps.starting import up as up_all
from blokhub.engines import EngineError, Engines, find_running, inspect
from blokhub.infra.settings import SettingError, Settings, reference_page
from blokhub.kernel.errors import ProblemError

app = App(
    name="hub", help="Run and look after a hub: the place where workflows are published, found and run."
)
Role = Annotated[
    Literal["moderator", "administrator"], Parameter(help="what the account may do from then on")
]
_console = Console(stderr=True, highlight=False)


@app.command
def up(
    *,
    port: int | None = None,
    home: Path | None = None,
    apart: Annotated[bool, Parameter(negative="")] = False,
    replicas: str = "",
) -> None:
    """Start the whole hub: the engines that no URL names, every service, and the starter catalogue.

    Parameters
    ----------
    port
        The port to listen on; BLOK_PORT, or else 4000.
    home
        The data folder of the engines; BLOK_HOME, or else ~/.blok.
    apart
        Run every service, the relay and the gateway as a process of its own.
    replicas
        With --apart: services that are to have several processes, such as content=3,search=2.
    """
    if replicas and not apart:
        _fail("--replicas needs --apart: a hub in one process has one of each service.")
    given: dict[str, Any] = {"port": port, "home": str(home) if home else None}

    async def start() -> None:
        chosen = Settings.from_environment()
        chosen = dataclasses.replace(
            chosen, **{name: value for name, value in given.items() if value is not None}
        )
        await (up_apart(chosen, replicas, _tell, _announce) if apart else up_all(chosen, _tell, _announce))

    _guarded(start())


@app.command
def serve(
    name: str,
    *,
    port: int | None = None,
    attached: Annotated[bool, Parameter(negative="", show=False)] = False,
) -> None:
    """Run one process of a hub that runs apart: a service by its NAME, the relay, or the gateway.

    Parameters
    ----------
    name
        A service such as users or content, relay, or gateway.
    port
        The port to listen on. By itself the gateway takes BLOK_PORT, a service one from 100 above that.
    attached
        Stop when standard input ends, and say nothing at the start.
    """
    if name not in PROCESSES:
        _fail(f"There is no process {name}. There are: {', '.join(PROCESSES)}.")
    _guarded(serve_one(name, port, _tell, _ignore if attached else _announce, attached=attached))


@app.command
def migrate() -> None:
    """Bring the database up to date, and end. Every start does that by itself, too."""
    _guarded(migrate_only(_tell))
    _announce("the database is up to date")


@app.command
def starter() -> None:
    """Load the starter catalogue into a hub that runs apart. `up` does that by itself."""

    async def load() -> None:
        count = await load_starter(_tell)
        _announce(f"starter catalogue: {count} workflows published" if count else "it is there already")

    _guarded(load())


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


def _tell(line: str) -> None:
    _console.print(f"[dim]·[/] {line}")


def _announce(line: str) -> None:
    _console.print(f"[bold green]✓[/] {line}")


def _ignore(line: str) -> None:
    """Say nothing: whoever started this process tells of it."""


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
        yield await prepare(chosen, running, _tell)
        return
    async with Engines(chosen.home_path) as engines:
        yield await prepare(chosen, await engines.start(_tell), _tell)


async def _rebuild(service: str) -> None:
    from blokhub.apps.operations import rebuild_service  # noqa: PLC0415

    async with _opened() as settings:
        told = await rebuild_service(settings, load_service(service))
    _announce(told)


async def _grant(handle: str, role: str) -> None:
    from blokhub.apps.operations import grant_role  # noqa: PLC0415

    async with _opened() as settings:
        await grant_role(settings, handle, role)
    _announce(f"{handle} is now {role}; it holds from the next sign-in or refresh on")


def write_settings_page(path: Path) -> None:
    """Write the reference of all settings."""
    path.write_text(reference_page())
