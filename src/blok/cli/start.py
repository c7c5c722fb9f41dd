"""`blok start`: the same project, in production."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from blok.cli.output import fail, find_root, short
from blok.server.build import build_application
from blok.server.environment import project_environment
from blok.server.serve import PortTakenError, run_loop, serve, serve_with_workers
from blok.workflow import Generation, WorkflowError


def start(
    folder: Path = Path(),
    /,
    *,
    port: Annotated[int | None, Parameter(name=["--port", "-p"])] = None,
    host: str = "0.0.0.0",  # noqa: S104 - a production server is meant to be reached
    workers: int = 1,
    generation: int | None = None,
    strict: bool = True,
) -> None:
    """Serve a project in production: the same addresses as `blok dev`, nothing reloaded.

    Parameters
    ----------
    folder
        The project, or a folder of workflow files.
    port
        The port to listen on; PORT, or 4000, when not given.
    host
        The address to listen on.
    workers
        Processes to serve with.
    generation
        1 or 2: the rules that workflow files follow; blok.toml decides when not given.
    strict
        Refuse to start while a workflow file cannot run.
    """
    root = find_root(folder) if not any(folder.glob("*.json")) else folder.resolve()
    environment = {"NODE_ENV": "production", **project_environment(root, os.environ)}
    port = port or int(environment.get("PORT") or 4000)
    environment["PORT"] = str(port)
    if generation in {1, 2}:
        environment["BLOK_GENERATION"] = str(generation)
    os.environ.update(environment)
    chosen: Generation | None = 1 if generation == 1 else 2 if generation == 2 else None
    try:
        application = build_application(root, environment=environment, generation=chosen)
    except WorkflowError as error:
        fail(error.located())
    broken = application.project.broken
    if broken and strict:
        for problem in broken.values():
            sys.stderr.write(f"{problem.located()}\n")
        fail(
            f"{len(broken)} workflow file(s) cannot run; nothing was started.",
            fix="Mend them, or start with --no-strict to serve the rest.",
        )
    sys.stdout.write(
        f"blok serves {len(application.project.routes())} routes of {short(root)} at http://{host}:{port}\n"
    )
    sys.stdout.flush()
    try:
        if workers > 1:
            application.engine.store.close()
            serve_with_workers(root, host, port, workers)
        else:
            run_loop(serve(application, host, port))
    except PortTakenError as error:
        fail(str(error), code=2)
