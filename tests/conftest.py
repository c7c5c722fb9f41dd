"""What every test may use."""

import asyncio
from collections.abc import Iterator

import pytest

from blokhub.engines import Engines, EngineUrls


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineUrls]:
    """The real PostgreSQL, Valkey and NATS, started once per run; your own where BLOK_*_URL names them."""
    running = Engines(tmp_path_factory.mktemp("blok-home"))
    urls = asyncio.run(running.start())
    try:
        yield urls
    finally:
        asyncio.run(running.stop())
