"""What every test may use."""

import asyncio
import uuid
from collections.abc import Iterator

import pytest

from blokhub.engines import Engines, EngineUrls
from tests.support.hub import Hub


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUrls]:
    """The real PostgreSQL, Valkey and NATS, started once per run; your own where BLOK_*_URL names them."""
    running = Engines(tmp_path_factory.mktemp("blok-home"))
    urls = asyncio.run(running.start())
    try:
        yield urls
    finally:
        asyncio.run(running.stop())


@pytest.fixture(scope="session")
def hub(engines: EngineUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub process that most tests share; those that kill one start their own."""
    running = Hub(engines, tmp_path_factory.mktemp("hub")).start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"t{uuid.uuid4().hex[:12]}"
