"""A hub as its users meet it: a process with a port."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg

from blokhub.engines import EngineUrls

SECRET = "a secret of the tests, long enough for every check"
PASSWORD = "correct horse battery"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_range() -> int:
    """A port that nobody listens on, with room above it for every process of a hub that runs apart."""
    for base in random.sample(range(20_000, 31_000), 1000):
        if all(_is_free(port) for port in (base, *range(base + 100, base + 180))):
            return base
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def own_database(url: str, database: str) -> str:
    """The URL of a database of one's own on the same server, which is made if it is not there."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
    return urlsplit(url)._replace(path=f"/{database}").geturl()


class Hub:
    """One hub process on the engines of the tests; with `database` it shares nothing with the others.

    With `options` such as --apart it starts more processes.
    """

    def __init__(
        self,
        urls: EngineUrls,
        home: Path,
        database: str = "",
        options: Sequence[str] = (),
        **environment: str,
    ) -> None:
        postgres = own_database(urls.postgres, database) if database else urls.postgres
        self.options = options
        self.port = free_range() if options else free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / f"hub-{self.port}.log"
        self.environment = {
            **os.environ,
            "BLOK_HOME": str(home),
            "BLOK_PORT": str(self.port),
            "BLOK_POSTGRES_URL": postgres,
            "BLOK_VALKEY_URL": urls.valkey,
            "BLOK_NATS_URL": urls.nats,
            "BLOK_SECRET": SECRET,
            "BLOK_STARTER": "false",
            "BLOK_NAMESPACE": database or "blok",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True, **environment: str) -> "Hub":
        """Start the process; returns when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "blok.cli.main", "hub", "up", *self.options],
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until every service is ready."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise AssertionError(f"the hub ended:\n{self.log.read_text()[-3000:]}")
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=5).json()["state"] == "ready":
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the hub was not ready in time:\n{self.log.read_text()[-3000:]}")

    def wait_dead(self, seconds: float = 60) -> None:
        """Wait until the process has ended."""
        assert self.process is not None
        self.process.wait(seconds)

    def kill(self) -> None:
        """End the process as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)

    def stop(self) -> int:
        """End the process as Ctrl-C would; returns its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def client(self) -> httpx.Client:
        """A client without a name."""
        return httpx.Client(base_url=self.url, timeout=30)

    def newcomer(self, handle: str) -> "Person":
        """Someone who has just registered and signed in."""
        person = Person(self.client(), handle)
        person.register()
        return person


class Person:
    """A person with an account, and what they do."""

    def __init__(self, client: httpx.Client, handle: str) -> None:
        self.http = client
        self.handle = handle
        self.tokens: dict[str, Any] = {}

    def register(self) -> None:
        """Register and sign in."""
        body = {"handle": self.handle, "email": f"{self.handle}@example.org", "password": PASSWORD}
        answer = self.http.post("/api/users", json=body)
        assert answer.status_code == 201, answer.text
        self.sign_in()

    def sign_in(self) -> None:
        """Get tokens."""
        answer = self.http.post("/api/auth/login", json={"login": self.handle, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()
        self.http.headers["authorization"] = f"Bearer {self.tokens['access_token']}"

    def create(self, name: str, **fields: Any) -> dict[str, Any]:
        """Make a package."""
        body = {"kind": "workflow", "name": name, "title": name.replace("-", " ").title(), **fields}
        answer = self.http.post("/api/packages", json=body)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def submit(self, name: str, version: str, definition: Any | None = None) -> httpx.Response:
        """Ask for a version to be published."""
        body: dict[str, Any] = {"version": version}
        if definition is not None:
            body["definition"] = definition
        return self.http.post(f"/api/packages/{self.handle}/{name}/versions", json=body)

    def publish(self, name: str, version: str, definition: Any | None = None) -> dict[str, Any]:
        """Publish a version and wait for its saga."""
        answer = self.submit(name, version, definition)
        assert answer.status_code == 202, answer.text
        saga = self.wait_for_saga(answer.json()["saga_id"])
        assert saga["state"] == "completed", saga
        return saga

    def wait_for_saga(self, saga_id: str, seconds: float = 60) -> dict[str, Any]:
        """The saga, once it is over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                answer = self.http.get(f"/api/sagas/{saga_id}")
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 401:
                self.sign_in()
                continue
            assert answer.status_code == 200, answer.text
            saga: dict[str, Any] = answer.json()
            if saga["state"] != "running":
                return saga
            time.sleep(0.02)
        raise AssertionError(f"the saga {saga_id} did not end: {saga}")


def greeting(text: str = "Hello ${ctx.request.query.name}") -> dict[str, Any]:
    """A workflow that greets."""
    return {
        "name": "Greeting",
        "version": "1.0.0",
        "description": "Greets whoever asks.",
        "trigger": {"http": {"method": "GET", "path": "/"}},
        "steps": [{"id": "greet", "use": "@blokjs/respond", "inputs": {"body": {"message": text}}}],
    }


def eventually(check: Any, seconds: float = 10) -> Any:
    """What `check` returns, once that is true; an assertion error when it never is."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)
