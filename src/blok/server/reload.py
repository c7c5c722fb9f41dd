"""Hot reload: a changed file is served by the next request; runs in flight keep what they started with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from blok.server.project import Project

_IGNORED = {".git", ".blok", "node_modules", "__pycache__", ".venv", "dist", "coverage"}


def _relevant(project: Project, path: Path) -> bool:
    layout = project.layout
    if any(part in _IGNORED for part in path.parts):
        return False
    if path == layout.nodes or layout.nodes in path.parents:
        return path.suffix == ".py" or path.is_dir()
    return path == layout.workflows or layout.workflows in path.parents


async def watch_project(
    project: Project, tell: Callable[[str, float], None], stop: asyncio.Event | None = None
) -> None:
    """Watch the project's folders until ``stop`` is set.

    ``tell`` hears each thing that happened, as a sentence, with the milliseconds it took.
    """
    from watchfiles import awatch  # noqa: PLC0415 - only development watches

    layout = project.layout
    folders = {folder for folder in (layout.workflows, layout.nodes) if folder.is_dir()}
    # A folder that does not exist yet is noticed through the project's own.
    folders.add(layout.root)
    async for changes in awatch(*folders, debounce=80, step=20, stop_event=stop, recursive=True):
        changed = {path for _, text in changes if _relevant(project, path := Path(text))}
        if not changed:
            continue
        started = time.perf_counter()
        for remark in project.reload(changed):
            tell(remark, (time.perf_counter() - started) * 1_000)
