"""PostgreSQL refuses to run as root. Three ways to start it, whoever we are.

direct     an ordinary user: nothing to do
namespace  root (or a user id without a name): in a user namespace where our id goes by another number.
           The files stay ours, so a data folder under /root works. Containers often forbid it
drop       root where namespaces are forbidden: as a user id of its own, to which the folder is given
"""

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from blokhub.engines.errors import RootRefused

# Nobody's number: in the range that systemd hands out to services for their lifetime, so no account has it.
DEDICATED_UID = 61_814
_LAUNCHER = Path(__file__).with_name("run_as.py")
_BINARY_SHELVES = (Path("/var/lib"), Path("/usr/local/lib"), Path("/opt"))


@dataclass(frozen=True)
class Privileges:
    """How PostgreSQL's programs are started here."""

    way: Literal["direct", "namespace", "drop"]

    @property
    def owner(self) -> int:
        """The user id that must own the data folder."""
        return DEDICATED_UID if self.way == "drop" else os.geteuid()

    @property
    def named_owner(self) -> int:
        """The user id that must own it for a moment, for programs that insist on their user's name."""
        return named_uid() if self.way == "drop" else os.geteuid()

    def command(self, program: list[str], *, named: bool = False) -> list[str]:
        """`program` with what must come before it. `named`: it insists on its user's name.

        The launcher is replaced by the program (same process id), so signals reach it.
        """
        if self.way == "direct":
            return program
        target = named_uid() if named or self.way == "namespace" else DEDICATED_UID
        return [sys.executable, "-I", "-S", str(_LAUNCHER), self.way, str(target), str(os.getpid()), *program]

    def path(self, folder: Path) -> str:
        """`folder` as the program may name it when it is its working folder.

        A dropped user cannot walk through /root, but may stay in a folder it was placed in; /proc/self/cwd is
        that folder's name without the walk.
        """
        if self.way == "drop" and sys.platform == "linux":
            return "/proc/self/cwd"
        return str(folder)


def find_way(home: Path) -> Privileges:
    """The way that works here, tried for real. Raises RootRefused."""
    uid = os.geteuid()
    if uid != 0 and _has_name(uid):
        return Privileges("direct")
    if sys.platform == "linux" and works(Privileges("namespace"), home):
        return Privileges("namespace")
    if uid != 0:
        return Privileges("direct")
    if sys.platform != "linux" and not reachable_by_others(home):
        raise RootRefused(
            f"PostgreSQL cannot run as root, and no other user can enter {home}.",
            "Run as an ordinary user, or choose a folder outside root's home: BLOK_HOME=/usr/local/var/blok.",
        )
    if not works(Privileges("drop"), home):
        raise RootRefused(
            "PostgreSQL cannot run as root, and neither a user namespace nor another user is allowed here.",
            "Run as an ordinary user (docker run --user 1000), or set BLOK_POSTGRES_URL to your own server.",
        )
    return Privileges("drop")


def named_uid() -> int:
    """A user id other than root's that has a name: initdb insists on knowing its user's name."""
    for name in ("daemon", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    named = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not named:
        raise RootRefused(
            "No user but root has a name here (/etc/passwd is missing or empty), so PostgreSQL cannot run.",
            "Install the package base-passwd, or set BLOK_POSTGRES_URL to a server of your own.",
        )
    return named[0]


def reachable_by_others(path: Path) -> bool:
    """Whether any user may walk to `path`: every folder above it can be entered by others."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def reachable_binaries(pginstall: Path, version: str) -> Path:
    """Where a dropped user can execute PostgreSQL from: in place, or a copy outside root's home.

    The libraries are found relative to the programs, so the two folders keep their places to each other.
    """
    if reachable_by_others(pginstall / "bin" / "postgres"):
        return pginstall
    package = pginstall.parent
    for shelf in _BINARY_SHELVES:
        copy = shelf / f"blok-postgresql-{version}"
        if not shelf.is_dir() or not os.access(shelf, os.W_OK):
            continue
        if not copy.exists():
            draft = copy.with_name(f"{copy.name}.{os.getpid()}")
            for part in ("bin", "lib", "share"):
                shutil.copytree(pginstall / part, draft / package.name / pginstall.name / part, symlinks=True)
            for libraries in package.parent.glob(f"{package.name}.libs"):
                shutil.copytree(libraries, draft / libraries.name, symlinks=True)
            _open_to_others(draft)
            draft.rename(copy)
        return copy / package.name / pginstall.name
    raise RootRefused(
        f"PostgreSQL's programs are in {pginstall}, which no user but root can enter.",
        "Put the clone outside root's home, or set BLOK_POSTGRES_URL to a server of your own.",
    )


def give(folder: Path, owner: int) -> None:
    """Make `owner` the owner of `folder` and all in it. The folder goes last: a crash is made good."""
    if os.geteuid() != 0 or folder.stat().st_uid == owner:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, owner, owner, follow_symlinks=False)
    os.chown(folder, owner, owner)


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def works(privileges: Privileges, home: Path) -> bool:
    """Whether a process can change identity this way; `home` is a folder of ours."""
    trial = privileges.command([sys.executable, "--try"])
    return subprocess.run(trial, cwd=home, capture_output=True, check=False).returncode == 0  # noqa: S603


def _open_to_others(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
