"""What every store of documents can do. Another adapter joins by one line in ADAPTERS."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.ledger import World

from blokhub.infra.documents import DocumentStore, PostgresDocuments

Open = Callable[[], AbstractAsyncContextManager[DocumentStore]]


@asynccontextmanager
async def _postgres(world: World) -> AsyncIterator[DocumentStore]:
    async with world.ledger.write() as connection:
        yield PostgresDocuments(connection)


ADAPTERS = {"postgres": _postgres}


@pytest.mark.parametrize("adapter", ADAPTERS)
class TestDocumentStore:
    """One suite for all of them; leaving a store's block makes its changes last."""

    @pytest.fixture
    def store(self, adapter: str, world: World) -> Open:
        return lambda: ADAPTERS[adapter](world)

    async def test_what_was_put_is_found_again(self, store: Open, name: str) -> None:
        async with store() as documents:
            assert await documents.put(name, "one", "the body") is True
        async with store() as documents:
            assert await documents.get(name, "one") == "the body"

    async def test_what_is_there_stays_as_it_is(self, store: Open, name: str) -> None:
        async with store() as documents:
            await documents.put(name, "one", "first")
            assert await documents.put(name, "one", "second") is False
            assert await documents.get(name, "one") == "first"

    async def test_nothing_is_found_where_nothing_was_put(self, store: Open, name: str) -> None:
        async with store() as documents:
            assert await documents.get(name, "nowhere") is None
            assert await documents.delete(name, "nowhere") is False

    async def test_collections_do_not_see_each_other(self, store: Open, name: str) -> None:
        async with store() as documents:
            await documents.put(f"{name}-a", "one", "of a")
            await documents.put(f"{name}-b", "one", "of b")
            assert await documents.delete(f"{name}-a", "one") is True
            assert await documents.get(f"{name}-a", "one") is None
            assert await documents.get(f"{name}-b", "one") == "of b"

    async def test_a_deleted_place_is_free_again(self, store: Open, name: str) -> None:
        async with store() as documents:
            await documents.put(name, "one", "first")
            assert await documents.delete(name, "one") is True
            assert await documents.put(name, "one", "second") is True
            assert await documents.get(name, "one") == "second"

    async def test_of_two_writers_at_the_same_time_one_is_first(self, store: Open, name: str) -> None:
        async def put(body: str) -> bool:
            async with store() as documents:
                return await documents.put(name, "one", body)

        bodies = [f"body {number}" for number in range(8)]
        new = await asyncio.gather(*map(put, bodies))
        assert sum(new) == 1
        async with store() as documents:
            assert await documents.get(name, "one") == bodies[new.index(True)]

    async def test_a_failure_takes_back_what_was_put(self, store: Open, name: str) -> None:
        with pytest.raises(RuntimeError):
            async with store() as documents:
                await documents.put(name, "one", "never")
                raise RuntimeError
        async with store() as documents:
            assert await documents.get(name, "one") is None

    async def test_a_large_body_comes_back_whole(self, store: Open, name: str) -> None:
        body = "ä€😀" * 200_000
        async with store() as documents:
            await documents.put(name, "large", body)
        async with store() as documents:
            assert await documents.get(name, "large") == body

    def test_any_text_comes_back_as_it_was(self, adapter: str, world: World, name: str) -> None:
        text = st.text(st.characters(exclude_characters="\0", codec="utf-8"))

        @settings(max_examples=50, deadline=None)
        @given(texts=st.dictionaries(text.filter(bool), text, max_size=5))
        def check(texts: dict[str, str]) -> None:
            asyncio.run(comes_back(texts))

        async def comes_back(texts: dict[str, str]) -> None:
            own = World(world.settings)
            async with ADAPTERS[adapter](own) as documents:
                for id, body in texts.items():  # noqa: A001
                    await documents.put(name, id, body)
                assert {id: await documents.get(name, id) for id in texts} == texts  # noqa: A001
                for id in texts:  # noqa: A001
                    await documents.delete(name, id)
            await own.close()

        check()
