"""The terminal in a folder and with a memory of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.unit.blok.cli.hub_client.small_hub import SmallHub

from blok.cli.hub_client.sessions import Session, Sessions
from blok.cli.main import build_app


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


Terminal = Callable[..., Said]


@pytest.fixture
def small_hub() -> Iterator[SmallHub]:
    hub = SmallHub()
    yield hub
    hub.stop()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current folder; nobody is signed in anywhere."""
    folder = tmp_path / "project"
    (folder / "workflows" / "json").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("BLOK_HUB", "BLOK_TOKEN", "BLOK_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def blok(project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Run a command as the shell would."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: Any) -> Said:
        code = 0
        try:
            build_app()([str(word) for word in words])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        captured = capfd.readouterr()
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def signed_in(project: Path, small_hub: SmallHub) -> Sessions:
    """Ada is signed in to the small hub."""
    sessions = Sessions()
    with sessions.locked():
        session = Session("ada", "access-1", "refresh-1", expires_at=4e9)
        sessions.put(small_hub.url, session, make_default=True)
    return sessions
