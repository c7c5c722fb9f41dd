"""Engine processes: out of reach of the terminal's Ctrl-C, found again after a crash, stopped by their id."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

KEPT_LOGS = 3
_POLL = 0.02


def spawn(
    command: Sequence[str], *, cwd: Path, log: Path, stdin: Path = Path(os.devnull)
) -> subprocess.Popen[bytes]:
    """Start `command` in its own session, reading `stdin` and writing to `log`.

    The environment is reduced to what engines need: variables such as PGDATA or PGOPTIONS would change them.
    """
    environment = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}
    with log.open("ab") as output, stdin.open("rb") as source:
        return subprocess.Popen(  # noqa: S603  the command is ours, no shell
            command,
            cwd=cwd,
            env=environment,
            stdin=source,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )


def rotate(log: Path) -> None:
    """Set the last run's log aside as `.1`, keeping the last three."""
    if not log.exists() or log.stat().st_size == 0:
        return
    for number in range(KEPT_LOGS - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def leftovers(names: Iterable[str], folder: Path) -> list[psutil.Process]:
    """Processes called one of `names` that work inside `folder`: what an earlier run left behind.

    The working folder identifies them. Unlike a pid file it cannot be stale, cannot point at a stranger that
    was given the same number, and exists from the process's first moment.
    """
    wanted = frozenset(names)
    inside = str(folder.resolve())
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() not in wanted or process.status() == psutil.STATUS_ZOMBIE:
                continue
            cwd = process.cwd()
        except psutil.Error:
            continue
        if cwd == inside or cwd.startswith(inside + os.sep):
            found.append(process)
    return found


async def stop(processes: Sequence[psutil.Process], *, ask: signal.Signals, patience: float) -> None:
    """Ask `processes` to stop with the signal `ask`; after `patience` seconds end them."""
    for request, seconds in ((ask, patience), (signal.SIGKILL, 10.0)):
        for process in processes:
            _send(process, request)
        deadline = time.monotonic() + seconds
        while any(is_running(process) for process in processes):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(_POLL)
        else:
            return


async def finish(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Wait for a short-lived process and return its exit code; end it when cancelled or late (code -9)."""
    deadline = time.monotonic() + seconds
    try:
        while process.poll() is None and time.monotonic() < deadline:  # noqa: ASYNC110  no event tells of it
            await asyncio.sleep(_POLL)
    finally:
        if process.poll() is None:
            process.kill()
    return process.wait()


def is_running(process: psutil.Process) -> bool:
    """Whether the process lives: a zombie does not, nor does a stranger that was given its number."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _send(process: psutil.Process, request: signal.Signals) -> None:
    try:
        process.send_signal(request)
    except psutil.NoSuchProcess:
        return
