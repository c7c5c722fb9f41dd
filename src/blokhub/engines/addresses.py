"""Ports and passwords of the engines we start: chosen once per data folder, kept in a private file."""

import contextlib
import json
import logging
import os
import random
import secrets
import socket
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from blokhub.engines.errors import PortTaken

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# Below the ephemeral ranges of Linux (32768 up) and macOS (49152 up): no outgoing connection takes one.
PORT_RANGE = range(20_000, 32_000)


@dataclass(frozen=True)
class Address:
    """Where an engine that we start listens. `fresh` is true until it has been stored."""

    port: int
    password: str
    fresh: bool = False


class AddressBook:
    """The addresses of one data folder, in `engines.json` with mode 0600."""

    def __init__(self, home: Path) -> None:
        self._file = home / "engines.json"
        self._addresses: dict[str, Address] = {}

    def load(self) -> None:
        """Read the file. An unreadable one is set aside: every engine can be given a new password."""
        try:
            self._addresses = self.read()
        except ValueError:
            aside = self._file.with_suffix(".unreadable")
            self._file.replace(aside)
            logger.warning("%s cannot be read; moved to %s, new passwords follow", self._file, aside.name)

    def read(self) -> dict[str, Address]:
        """What the file says, by engine. Raises ValueError when it is damaged."""
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
            return {
                name: Address(int(entry["port"]), str(entry["password"])) for name, entry in stored.items()
            }
        except FileNotFoundError:
            return {}
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{self._file} does not have the expected shape") from error

    def get(self, engine: str) -> Address | None:
        """The stored address of `engine`."""
        return self._addresses.get(engine)

    def usable(self, engine: str) -> Address:
        """The address to start `engine` on: the stored one, on another port if that is taken."""
        known = self._addresses.get(engine)
        if known is None:
            return Address(free_port(), secrets.token_urlsafe(24), fresh=True)
        if is_free(known.port):
            return known
        moved = replace(known, port=free_port())
        logger.warning("port %d of %s is taken by another program; using %d", known.port, engine, moved.port)
        return moved

    def store(self, engine: str, address: Address) -> None:
        """Remember `address`. The file is replaced in one step, so a crash leaves the old or the new one."""
        if self._addresses.get(engine) == replace(address, fresh=False):
            return
        self._addresses[engine] = replace(address, fresh=False)
        content = {name: {"port": a.port, "password": a.password} for name, a in self._addresses.items()}
        write_private(self._file, json.dumps(content, indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, readable by the owner alone."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def is_free(port: int) -> bool:
    """Whether nothing listens on `port` of the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free_port(port: int, variable: str) -> None:
    """Raise PortTaken, naming who listens there, unless `port` is free. `variable` chooses another."""
    if is_free(port):
        return
    raise PortTaken(
        f"Port {port} is taken{_listener(port)}.",
        f"Stop that program, or choose another port: {variable}={port + 1}.",
    )


def _listener(port: int) -> str:
    with contextlib.suppress(psutil.Error, StopIteration):
        listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        pid = next(c.pid for c in listening if c.pid and getattr(c.laddr, "port", None) == port)
        return f" by {psutil.Process(pid).name()} (process {pid})"
    return " by another program"


def free_port() -> int:
    """A port of the loopback address that nothing listens on."""
    return next(port for port in random.sample(PORT_RANGE, len(PORT_RANGE)) if is_free(port))
