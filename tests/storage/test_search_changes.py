"""The change numbers by which every replica of the index follows the rows."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.hub import own_database

import blokhub.services.search
from blokhub.infra.database import Database, service_url
from blokhub.infra.migrate import migrate
from blokhub.infra.settings import Settings
from blokhub.kernel import clock
from blokhub.kernel.ids import new_id
from blokhub.services.content.contract import Metadata
from blokhub.services.search import queries
from blokhub.services.search.domain import PackageEntry
from blokhub.services.search.storage import PostgresEntries

MIGRATIONS = Path(blokhub.services.search.__file__).parent / "migrations"


@pytest.fixture
async def search(settings: Settings) -> AsyncIterator[Database]:
    """The tables of search, in a database of their own."""
    postgres = own_database(settings.postgres_url, "search_changes")
    own = dataclasses.replace(settings, postgres_url=postgres)
    migrate(own, postgres, {"search": MIGRATIONS})
    opened = Database("search", service_url(postgres, own.secret_key(), "search"), own)
    yield opened
    await opened.close()


def entry(name: str) -> PackageEntry:
    metadata = Metadata(name.title(), "", "", "other", [], "MIT", "public")
    return PackageEntry(new_id(), "ann", name, "workflow", metadata, "1.0.0", [], 1, [], clock.now())


async def test_a_change_that_commits_late_is_not_passed_over(search: Database) -> None:
    async def follow(after: int) -> tuple[list[str], int]:
        async with search.read() as connection:
            entries, _, seen = await queries.read_changes(connection, after, 100, {})
        return [each.name for each in entries], seen

    _, start = await follow(0)
    async with search.write() as slow:
        await PostgresEntries(slow).put(entry("first"))

        async def put_second() -> None:
            async with search.write() as quick:
                await PostgresEntries(quick).put(entry("second"))

        waiting = asyncio.create_task(put_second())
        await asyncio.sleep(0.2)
        names, seen = await follow(start)
    await waiting
    more, _ = await follow(seen)
    assert names + more == ["first", "second"]
