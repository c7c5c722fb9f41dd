"""The data folder: where it is, who holds it, and whether it can be written."""

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TextIO

import psutil

from blokhub.engines.errors import DiskFull, FolderInUse, FolderNotWritable

# A fresh PostgreSQL takes 40 MB; its write-ahead log and the JetStream files need room to breathe.
MINIMUM_FREE_BYTES = 200 * 1024 * 1024
_FORK_SECONDS = 5.0


def data_home() -> Path:
    """The data folder: `BLOK_HOME`, or `~/.blok`. Absolute; not created by this call."""
    configured = os.environ.get("BLOK_HOME")
    return Path(configured or "~/.blok").expanduser().absolute()


class DataFolder:
    """One data folder, held by at most one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: TextIO | None = None

    @property
    def logs(self) -> Path:
        """Where each engine's log is."""
        return self.path / "logs"

    def open(self) -> None:
        """Create the folder if need be, check that it can be used, and take its lock.

        Raises FolderNotWritable, FolderInUse or DiskFull.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._take_lock()
            self.logs.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path) as trial:
                trial.write(b"\0" * 4096)
        except OSError as error:
            self.close()
            raise folder_problem(self.path, error) from error
        self._check_room()

    def close(self) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        lock = (self.path / "lock").open("a+", encoding="ascii")
        deadline = time.monotonic() + _FORK_SECONDS
        while not _try_lock(lock):
            lock.seek(0)
            holder = lock.read().strip()
            # A child of a killed holder has the lock too, from its fork until its exec: milliseconds.
            gone = not holder.isdigit() or not psutil.pid_exists(int(holder))
            if gone and time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            lock.close()
            raise FolderInUse(
                f"Another blok (process {holder or 'unknown'}) already runs on the data folder {self.path}.",
                f"Stop it first (kill {holder}), or give this one its own folder: BLOK_HOME=/another/folder.",
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _check_room(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < MINIMUM_FREE_BYTES:
            self.close()
            raise disk_full(self.path)


def _try_lock(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def holder_of(path: Path) -> int | None:
    """The process that holds the data folder `path` now, or None when it is free."""
    with contextlib.suppress(OSError, ValueError), (path / "lock").open("r", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read())
    return None


def disk_full(path: Path) -> DiskFull:
    """The error that says how little room is left at `path`."""
    free, need = shutil.disk_usage(path).free // 2**20, MINIMUM_FREE_BYTES // 2**20
    return DiskFull(
        f"The disk that holds {path} is full: {free} MB free, at least {need} MB needed.",
        "Free some space, or put the data elsewhere: BLOK_HOME=/folder/on/another/disk.",
    )


def folder_problem(path: Path, error: OSError) -> DiskFull | FolderNotWritable:
    """The clear form of an operating-system error met in the data folder."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path)
    return FolderNotWritable(
        f"The data folder {path} cannot be used: {error.strerror or error} ({error.filename or path}).",
        'Make it yours (sudo chown -R "$(id -un)" FOLDER), or choose another: BLOK_HOME=/folder/you/own.',
    )
