"""A hub that runs apart, every process of it started by hand, so that a test can kill each of them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from blokhub.apps.addresses import GATEWAY, PROCESSES, port_of, with_service_urls
from blokhub.engines import EngineUrls
from blokhub.infra.settings import Settings
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Context
from tests.support.hub import SECRET, Hub, free_range


class Part:
    """One process, `blok hub serve NAME`."""

    def __init__(self, name: str, port: int, environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / f"{name}-{port}.log"
        self.environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> "Part":
        """Start it; returns when it is ready."""
        command = [sys.executable, "-m", "blok.cli.main", "hub", "serve", self.name, f"--port={self.port}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until it can answer."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, f"{self.name} ended:\n{self.log.read_text()[-3000:]}"
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{self.name} was not ready in time:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def pause(self) -> None:
        """Let it hang: it takes connections and says nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it hang no more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """End it as a platform would; returns its exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def answered(self, route: str = "") -> int:
        """How many requests this process has answered, by its own measurements."""
        text = httpx.get(f"{self.url}/metrics", timeout=5).text
        counts = re.findall(r'^blok_http_seconds_count\{.*route="([^"]*)".*\} ([\d.]+)$', text, re.MULTILINE)
        return int(sum(float(count) for path, count in counts if not route or path == route))

    def ask(self, target: str, context: Context | None = None) -> Any:
        """Ask this process itself, as the gateway would."""
        signed = ContextSigner(SECRET).sign(context or Context(correlation="test"))
        answer = httpx.get(f"{self.url}{target}", headers={HEADER: signed}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()


class ApartHub(Hub):
    """All the processes of a hub; `replicas` says of which there are several."""

    def __init__(
        self,
        urls: EngineUrls,
        home: Path,
        database: str,
        replicas: Mapping[str, int],
        **environment: str,
    ) -> None:
        super().__init__(urls, home, database, **environment)
        self.home = home
        self.port = free_range()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = with_service_urls(Settings(port=self.port), replicas)
        self.environment |= {
            "BLOK_PORT": str(self.port),
            "BLOK_SERVICE_URLS": self.settings.service_urls,
        }
        self.parts = {
            name: [self.part(name, number) for number in range(1, replicas.get(name, 1) + 1)]
            for name in PROCESSES
        }

    def part(self, name: str, replica: int = 1, **environment: str) -> Part:
        """A process that can be started; those of `parts` are by `start_all`."""
        port = port_of(self.settings, name, replica)
        known = {**self.environment, **environment}
        if name == GATEWAY:  # it does without
            del known["BLOK_POSTGRES_URL"]
        return Part(name, port, known, self.home)

    def start_all(self) -> "ApartHub":
        """Start every process at the same moment, on a database that may be empty."""
        parts = [part for group in self.parts.values() for part in group]
        for part in parts:
            part.start(wait=False)
        for part in parts:
            part.wait_ready()
        return self

    def stop_all(self) -> None:
        """Stop every process."""
        for group in self.parts.values():
            for part in group:
                part.stop()


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
