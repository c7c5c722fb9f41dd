"""How commands speak: plain sentences for people, JSON for programs, errors with place, reason and remedy."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from rich.console import Console

    from blok.workflow import WorkflowError


def console(*, stderr: bool = False) -> Console:
    """A console that colours only where somebody looks."""
    from rich.console import Console  # noqa: PLC0415 - slow to import, and not every command prints with it

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Data for programs, on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def fail(message: str, *, fix: str | None = None, code: int = 1) -> NoReturn:
    """Say what went wrong and how to mend it, and end with an exit code."""
    sys.stderr.write(f"error: {message}\n")
    if fix:
        sys.stderr.write(f"  fix: {fix}\n")
    sys.exit(code)


def fail_workflow(error: WorkflowError) -> NoReturn:
    """End with a workflow file's error: file, line, reason."""
    fail(error.located(), fix=advice(error), code=1)


def advice(error: WorkflowError) -> str:
    """What to do about a workflow error."""
    from blok.workflow import WorkflowPlanError, WorkflowSyntaxError  # noqa: PLC0415

    if isinstance(error, WorkflowSyntaxError):
        return "Correct the text at that place; an editor with JSON, YAML or TOML support shows it."
    if isinstance(error, WorkflowPlanError) and error.message.startswith("Node type"):
        return 'Use "module", "local" or "runtime.python3".'
    if isinstance(error, WorkflowPlanError):
        return "`blok nodes` lists what can be used; put your own node into nodes/."
    return "`blok lint` shows every problem of the file with its place."


def find_root(path: Path) -> Path:
    """The project a file or folder belongs to: the nearest folder with blok.toml, workflows/ or nodes/."""
    start = path.resolve()
    start = start if start.is_dir() else start.parent
    for folder in (start, *start.parents):
        if (folder / "blok.toml").is_file():
            return folder
    for folder in (start, *start.parents):
        if folder.name in {"json", "yaml", "toml", "xml", "workflows"}:
            continue
        if (folder / "workflows").is_dir() or (folder / "nodes").is_dir():
            return folder
    return start


def short(path: Path) -> str:
    """A path as one would type it here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
