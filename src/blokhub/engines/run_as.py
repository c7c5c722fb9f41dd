"""Become someone other than root, then the given program: run_as.py WAY UID PARENT PROGRAM [ARGUMENT...]

Runs as a script of its own, without the package: after a fork of a threaded process only exec is safe.
With `--try` for the program's first argument, it stops where the program would begin.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000


def enter_namespace(uid: int) -> None:
    """Enter a user namespace in which our user and group go by the number `uid`.

    One line that maps one's own id is what an unprivileged process may write (user_namespaces(7)), and
    setgroups must be given up first.
    """
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outer_uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{uid} {outer_gid} 1", encoding="ascii")
    if os.geteuid() != uid or Path().stat().st_uid != uid:
        raise OSError("the mapping did not take effect")


def drop(uid: int) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def main() -> None:
    """Read the command line, change identity, execute."""
    way, uid, parent, *program = sys.argv[1:]
    enter_namespace(int(uid)) if way == "namespace" else drop(int(uid))
    # Whoever started us is gone: starting an engine now would leave it to nobody.
    if os.getppid() != int(parent):
        sys.exit("the parent process is gone")
    if program[1:] == ["--try"]:
        return
    os.execv(program[0], program)  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
