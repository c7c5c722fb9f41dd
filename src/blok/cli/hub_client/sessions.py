"""Who is signed in where: tokens in a file that only its owner can read, shared by all terminals."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from blok.cli.hub_client.reference import normal_address

DEFAULT_HUB = "http://localhost:4000"
# A token is renewed this long before it ends, so that it does not end on the way.
_MARGIN_SECONDS = 30.0


@dataclass(frozen=True)
class Session:
    """The tokens of one account on one hub. `expires_at` is in seconds since 1970."""

    handle: str
    access_token: str
    refresh_token: str
    expires_at: float

    @property
    def is_fresh(self) -> bool:
        """Whether the access token can still be sent."""
        return time.time() < self.expires_at - _MARGIN_SECONDS


def config_folder() -> Path:
    """Where the client keeps what it must remember: `~/.config/blok`, or below XDG_CONFIG_HOME."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "blok"


class Sessions:
    """The sessions of this user, by hub."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or config_folder()
        self._file = self._folder / "sessions.json"

    def hub(self, option: str | None) -> str:
        """The hub to talk to: the option, BLOK_HUB, the one last signed in to, or one on this machine."""
        chosen = option or os.environ.get("BLOK_HUB") or self._read().get("default") or DEFAULT_HUB
        return normal_address(chosen)

    def get(self, hub: str) -> Session | None:
        """The session on `hub`."""
        stored = self._read().get("hubs", {}).get(hub)
        try:
            return Session(**stored) if stored else None
        except TypeError:
            return None

    def put(self, hub: str, session: Session, *, make_default: bool = False) -> None:
        """Remember a session. Call it with the lock held."""
        content = self._read()
        content.setdefault("hubs", {})[hub] = asdict(session)
        if make_default:
            content["default"] = hub
        self._write(content)

    def remove(self, hub: str) -> None:
        """Forget the session on `hub`. Call it with the lock held."""
        content = self._read()
        if content.get("hubs", {}).pop(hub, None):
            self._write(content)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other terminals out: a refresh token works once, and a second use ends the session."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "sessions.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._file.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, content: dict[str, Any]) -> None:
        draft = self._file.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._file)
