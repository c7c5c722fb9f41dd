"""`blok routes`: the addresses of a project."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from blok.cli.output import console, find_root, print_json
from blok.server.build import build_application
from blok.server.environment import project_environment


def routes(
    folder: Path = Path(),
    /,
    *,
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
    generation: int | None = None,
) -> None:
    """List the addresses a project answers at. Ends with 1 when a file cannot run.

    Parameters
    ----------
    folder
        The project.
    json_output
        Print JSON.
    generation
        1 or 2: the rules that workflow files follow.
    """
    logging.disable(logging.ERROR)
    root = find_root(folder) if not any(folder.glob("*.json")) else folder.resolve()
    application = build_application(
        root,
        environment=project_environment(root, os.environ),
        generation=1 if generation == 1 else 2 if generation == 2 else None,
        durable=False,
    )
    project = application.project
    rows = project.routes()
    if json_output:
        print_json({"routes": rows, "diagnostics": project.table.diagnostics})
    else:
        screen = console()
        for row in rows:
            mark = "[red]✗[/]" if row["error"] else " "
            screen.print(f"{mark}{row['method']:7} {row['path']:40} {row['workflow']}  [dim]{row['file']}[/]")
        for item in project.table.diagnostics:
            screen.print(f"[yellow]{item['file']}: {item['message']}[/]")
    if project.broken:
        raise SystemExit(1)
