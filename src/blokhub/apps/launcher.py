"""Every process of a hub on one machine: started together, watched, stopped together."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
import structlog

from blokhub.apps.addresses import GATEWAY, PROCESSES, port_of
from blokhub.apps.serve import check_port
from blokhub.engines.urls import VARIABLES
from blokhub.infra.settings import SettingError, Settings
from blokhub.kernel.errors import Unavailable

_log = structlog.get_logger("launcher")
_LOOPBACK = "127.0.0.1"
_START_SECONDS = 120.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 30.0
_CALM_AFTER = 60.0


@dataclass
class Child:
    """One process of the hub."""

    name: str
    replica: int
    host: str
    port: int
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        host = _LOOPBACK if self.host in {"", "0.0.0.0", "::"} else self.host  # noqa: S104 — all of ours
        return f"http://{host}:{self.port}"

    def __str__(self) -> str:
        return self.name if self.replica == 1 else f"{self.name} {self.replica}"


class Launcher:
    """Starts every service, the relay and the gateway as processes, and starts again what ends by itself."""

    def __init__(self, settings: Settings, replicas: Mapping[str, int]) -> None:
        self._settings = settings
        self._watching: list[asyncio.Task[None]] = []
        self.children = [
            Child(
                name,
                number,
                settings.host if name == GATEWAY else _LOOPBACK,
                port_of(settings, name, number),
            )
            for name in PROCESSES
            for number in range(1, replicas.get(name, 1) + 1)
        ]

    async def start(self) -> None:
        """Start all of them; returns when every one is ready. Raises PortTaken or Unavailable."""
        for child in self.children:
            check_port(child.host, child.port, f"BLOK_PORT={self._settings.port + 1000} make run-apart")
        for child in self.children:
            await self._spawn(child)
        try:
            async with asyncio.timeout(_START_SECONDS), httpx.AsyncClient(timeout=5) as http:
                await asyncio.gather(*(_until_ready(http, child) for child in self.children))
            self._watching = [asyncio.create_task(self._watch(child)) for child in self.children]
        except TimeoutError:
            raise Unavailable(
                f"Not every process was ready within {_START_SECONDS:g} s; what they say above tells why."
            ) from None

    async def stop(self) -> None:
        """Stop all of them: first the gateway, so that nobody is sent to a service that is gone."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        front = [child for child in self.children if child.name == GATEWAY]
        rest = [child for child in self.children if child.name != GATEWAY]
        for group in (front, rest):
            await asyncio.gather(*(self._end(child) for child in group))

    async def _spawn(self, child: Child) -> None:
        child.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "blok.cli.main",
            "hub",
            "serve",
            child.name,
            f"--port={child.port}",
            "--attached",
            # It ends with its standard input, and so with this process, even when that is killed.
            stdin=asyncio.subprocess.PIPE,
            # Ctrl-C is for this process alone, which then stops the others in order.
            start_new_session=True,
            env=self._environment(child),
        )

    def _environment(self, child: Child) -> dict[str, str]:
        settings = self._settings
        return {
            **os.environ,
            VARIABLES["postgres"]: "" if child.name == GATEWAY else settings.postgres_url,
            VARIABLES["valkey"]: settings.valkey_url,
            VARIABLES["nats"]: settings.nats_url,
            "BLOK_HOME": settings.home,
            "BLOK_HOST": child.host,
            "BLOK_PORT": str(settings.port),
            "BLOK_SECRET": settings.shared_secret(),
            "BLOK_SERVICE_URLS": settings.service_urls,
        }

    async def _watch(self, child: Child) -> None:
        pause, started = _FIRST_PAUSE, time.monotonic()
        while True:
            assert child.process is not None
            code = await child.process.wait()
            if time.monotonic() - started > _CALM_AFTER:
                pause = _FIRST_PAUSE
            _log.warning("a process ended; starting it again", process=str(child), code=code, seconds=pause)
            await asyncio.sleep(pause)
            pause, started = min(pause * 2, _LONGEST_PAUSE), time.monotonic()
            await self._spawn(child)

    async def _end(self, child: Child) -> None:
        process = child.process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self._settings.shutdown_seconds + 5):
                await process.wait()
        except TimeoutError:
            _log.warning("a process did not stop in time", process=str(child))
            process.kill()
            await process.wait()


async def _until_ready(http: httpx.AsyncClient, child: Child) -> None:
    assert child.process is not None
    while child.process.returncode is None:
        try:
            if (await http.get(f"{child.url}/health/ready")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    raise Unavailable(f"The process {child} ended while it was starting; what it said above tells why.")


def read_replicas(text: str) -> dict[str, int]:
    """How many processes each service is to have, from `content=3,search=2`. Raises SettingError."""
    found = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, number = part.partition("=")
        if name not in PROCESSES or name == GATEWAY or not number.isdecimal() or not 1 <= int(number) <= 16:
            raise SettingError(f"--replicas {part!r} cannot be read: write it like content=3,search=2.")
        found[name] = int(number)
    return found
