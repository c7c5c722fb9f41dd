"""`blok dev`: serve a folder and reload what changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from blok.cli.output import console, fail, find_root, short
from blok.server.application import Application
from blok.server.build import build_application
from blok.server.environment import project_environment
from blok.server.reload import watch_project
from blok.server.serve import PortTakenError, run_loop, serve
from blok.workflow import WorkflowError


def dev(
    folder: Path = Path(),
    /,
    *,
    port: Annotated[int | None, Parameter(name=["--port", "-p"])] = None,
    host: str = "127.0.0.1",
    generation: int | None = None,
) -> None:
    """Serve a project on this machine and reload workflows and nodes as they change.

    Parameters
    ----------
    folder
        The project, or a folder of workflow files.
    port
        The port to listen on; PORT, or 4000, when not given.
    host
        The address to listen on.
    generation
        1 or 2: the rules that workflow files follow; blok.toml decides when not given.
    """
    if not folder.is_dir():
        fail(f"{folder} is not a folder.", fix="Make one with `blok new NAME`.", code=2)
    root = find_root(folder) if not any(folder.glob("*.json")) else folder.resolve()
    environment = {"NODE_ENV": "development", **project_environment(root, os.environ)}
    port = port or int(environment.get("PORT") or 4000)
    environment["PORT"] = str(port)
    os.environ.update(environment)
    try:
        application = build_application(
            root, environment=environment, generation=1 if generation == 1 else 2 if generation == 2 else None
        )
    except WorkflowError as error:
        fail(error.located())
    _announce(application, host, port)
    screen = console()

    async def background() -> None:
        await watch_project(
            application.project,
            lambda remark, ms: screen.print(f"[dim]reload[/] {remark} [dim]({ms:.0f} ms)[/]"),
        )

    try:
        run_loop(serve(application, host, port, background))
    except PortTakenError as error:
        fail(str(error), code=2)


def _announce(application: Application, host: str, port: int) -> None:
    screen = console()
    project = application.project
    address = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"  # noqa: S104 - shown, not bound
    screen.print(
        f"[bold]blok[/] serves [bold]{short(project.layout.workflows)}[/] at [link={address}]{address}[/]"
    )
    rows = project.routes()
    for row in rows:
        mark = "[red]✗[/]" if row["error"] else "[green]✓[/]"
        screen.print(f"  {mark} {row['method']:7} {address}{row['path']}  [dim]{row['file']}[/]")
    if not rows:
        screen.print("  No workflow files yet: add one to workflows/, e.g. workflows/hello.json")
    for problem in project.broken.values():
        screen.print(f"  [red]{problem.located()}[/]")
    for item in project.table.diagnostics:
        if item["kind"] != "broken":
            screen.print(f"  [yellow]{item['file']}: {item['message']}[/]")
    screen.print(f"  Runs: {address}/__blok   Stop: Ctrl-C")
