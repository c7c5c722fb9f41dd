"""The small world of the storage tests, on the real engines."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable

import pytest
from tests.support.hub import SECRET
from tests.support.ledger import World, prepare

from blokhub.engines import EngineUrls
from blokhub.infra.settings import Settings

Part = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def settings(engines: EngineUrls, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that lead to the engines of the tests, whose database has the small world's tables."""
    found = Settings(
        home=str(tmp_path_factory.mktemp("settings")),
        postgres_url=engines.postgres,
        valkey_url=engines.valkey,
        nats_url=engines.nats,
        secret=SECRET,
    )
    prepare(found)
    return found


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """Ledger and mirror."""
    opened = World(settings)
    yield opened
    await opened.close()


@pytest.fixture
def part(settings: Settings) -> Part:
    """Run a part of the world in a process of its own; `fault` names the place where it is killed."""

    def run(command: str, argument: str = "", fault: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "BLOK_HOME": settings.home,
            "BLOK_POSTGRES_URL": settings.postgres_url,
            "BLOK_VALKEY_URL": settings.valkey_url,
            "BLOK_NATS_URL": settings.nats_url,
            "BLOK_SECRET": SECRET,
            "BLOK_FAULT": fault,
        }
        return subprocess.run(
            [sys.executable, "-m", "tests.support.ledger", command, argument],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
