"""A hub of its own: a process on a fresh data folder and a free port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from blokhub.engines.addresses import free_port

PASSWORD = "correct horse battery"
FIRST_PAGE = "/api/pages/home"


class HubProcess:
    """`blok hub up` with the embedded engines, without the starter catalogue."""

    def __init__(self, home: Path) -> None:
        # Below the ports that the system gives to outgoing connections: some above this one are needed, too.
        self.port = free_port()
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.with_suffix(".log")
        own = {name: value for name, value in os.environ.items() if not name.startswith("BLOK_")}
        self.environment = {
            **own,
            "BLOK_HOME": str(home),
            "BLOK_PORT": str(self.port),
            "BLOK_STARTER": "false",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, seconds: float = 120) -> float:
        """Start it; returns the seconds to its first page, or with --apart until every process is ready."""
        wanted = "/health/ready" if options else FIRST_PAGE
        began = time.perf_counter()
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "blok.cli.main", "hub", "up", *options]
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"the hub ended:\n{self.log.read_text()[-3000:]}")
            try:
                answer = httpx.get(self.url + wanted, timeout=5)
                if answer.status_code == 200 and answer.json().get("state", "ready") == "ready":
                    return time.perf_counter() - began
            except httpx.HTTPError:
                pass
            time.sleep(0.005)
            if time.perf_counter() - began > seconds:
                raise RuntimeError("the hub did not answer in time")

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    def register(self, handle: str) -> tuple[str, httpx.Client]:
        """An account; returns its id and a client that is signed in."""
        client = httpx.Client(base_url=self.url, timeout=30)
        account = {"handle": handle, "email": f"{handle}@example.org", "password": PASSWORD}
        made = _checked(client.post("/api/users", json=account))
        tokens = _checked(client.post("/api/auth/login", json={"login": handle, "password": PASSWORD}))
        client.headers["authorization"] = f"Bearer {tokens['access_token']}"
        return str(made["id"]), client


def _checked(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:500]}")
    return answer.json()
