"""What the cache promises: fewer questions to the database, and no stale answers."""

import asyncio
import re
import time

import pytest
from tests.support.hub import Hub, free_port

from blokhub.infra.cache import Cache
from blokhub.infra.settings import Settings


class Loading:
    """A loader that counts how often it is asked, and can be held back."""

    def __init__(self, value: bytes | None = b"loaded") -> None:
        self.value = value
        self.count = 0
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self) -> bytes | None:
        self.count += 1
        value = self.value
        self.begun.set()
        await self.go_on.wait()
        return value


def _cache(settings: Settings, name: str, ttl: float = 60) -> Cache:
    return Cache(f"{name}:test", settings.valkey_url, ttl)


async def test_the_second_read_does_not_reach_the_loader(settings: Settings, name: str) -> None:
    cache, load = _cache(settings, name), Loading()
    assert await cache.remember("subject", "key", load) == b"loaded"
    load.value = b"changed meanwhile"
    assert await cache.remember("subject", "key", load) == b"loaded"
    assert load.count == 1
    await cache.close()


async def test_other_keys_and_other_services_are_loaded_on_their_own(settings: Settings, name: str) -> None:
    cache, other = _cache(settings, name), Cache(f"{name}:other", settings.valkey_url, 60)
    assert await cache.remember("subject", "key", Loading(b"1")) == b"1"
    assert await cache.remember("subject", "another key", Loading(b"2")) == b"2"
    assert await cache.remember("another subject", "key", Loading(b"3")) == b"3"
    assert await other.remember("subject", "key", Loading(b"4")) == b"4"
    await cache.close()
    await other.close()


async def test_what_is_forgotten_is_loaded_afresh_on_every_replica(settings: Settings, name: str) -> None:
    one, two = _cache(settings, name), _cache(settings, name)
    load = Loading(b"old")
    await one.remember("subject", "key", load)
    assert await two.remember("subject", "key", load) == b"old"
    load.value = b"new"
    await one.forget("subject")
    assert await two.remember("subject", "key", load) == b"new"
    assert load.count == 2
    await one.close()
    await two.close()


async def test_forgetting_one_subject_leaves_the_others(settings: Settings, name: str) -> None:
    cache, load = _cache(settings, name), Loading()
    await cache.remember("kept", "key", load)
    await cache.forget("another")
    await cache.remember("kept", "key", load)
    assert load.count == 1
    await cache.close()


async def test_a_hundred_readers_that_miss_together_load_once(settings: Settings, name: str) -> None:
    cache, load = _cache(settings, name), Loading()
    await cache.remember("subject", "warm", Loading())  # the subject has its generation
    load.go_on.clear()
    readers = [asyncio.create_task(cache.remember("subject", "key", load)) for _ in range(100)]
    await load.begun.wait()
    await asyncio.sleep(0.2)
    load.go_on.set()
    assert set(await asyncio.gather(*readers)) == {b"loaded"}
    assert load.count == 1
    await cache.close()


async def test_a_hundred_readers_of_a_new_subject_load_once(settings: Settings, name: str) -> None:
    cache, load = _cache(settings, name), Loading()
    load.go_on.clear()
    readers = [asyncio.create_task(cache.remember("subject", "key", load)) for _ in range(100)]
    await load.begun.wait()
    await asyncio.sleep(0.2)
    load.go_on.set()
    assert set(await asyncio.gather(*readers)) == {b"loaded"}
    assert load.count == 1
    await cache.close()


async def test_a_reader_that_was_overtaken_by_a_change_does_not_bring_the_old_state_back(
    settings: Settings, name: str
) -> None:
    cache, load = _cache(settings, name), Loading(b"old")
    load.go_on.clear()
    slow = asyncio.create_task(cache.remember("subject", "key", load))
    await load.begun.wait()
    load.value = b"new"
    await cache.forget("subject")
    load.go_on.set()
    assert await slow == b"old"
    assert await cache.remember("subject", "key", load) == b"new"
    assert await cache.remember("subject", "key", load) == b"new"
    await cache.close()


async def test_nothing_is_not_kept(settings: Settings, name: str) -> None:
    cache, load = _cache(settings, name), Loading(None)
    assert await cache.remember("subject", "key", load) is None
    load.value = b"now there"
    assert await cache.remember("subject", "key", load) == b"now there"
    await cache.close()


async def test_a_loader_that_fails_tells_everyone_who_waited_and_is_asked_again(
    settings: Settings, name: str
) -> None:
    cache, begun = _cache(settings, name), asyncio.Event()

    async def fail() -> bytes | None:
        begun.set()
        await asyncio.sleep(0.2)
        raise LookupError("the database is away")

    await cache.remember("subject", "warm", Loading())
    readers = [asyncio.create_task(cache.remember("subject", "key", fail)) for _ in range(5)]
    found = await asyncio.gather(*readers, return_exceptions=True)
    assert [type(each) for each in found] == [LookupError] * 5
    assert await cache.remember("subject", "key", Loading()) == b"loaded"
    await cache.close()


async def test_a_reader_that_goes_away_does_not_take_the_others_with_it(
    settings: Settings, name: str
) -> None:
    cache, load = _cache(settings, name), Loading()
    await cache.remember("subject", "warm", Loading())
    load.go_on.clear()
    first = asyncio.create_task(cache.remember("subject", "key", load))
    await load.begun.wait()
    second = asyncio.create_task(cache.remember("subject", "key", load))
    await asyncio.sleep(0.1)
    first.cancel()
    await asyncio.sleep(0)
    load.go_on.set()
    assert await second == b"loaded"
    await cache.close()


@pytest.mark.parametrize("subject_known", [True, False])
async def test_without_valkey_the_loader_is_asked(name: str, subject_known: bool) -> None:
    cache, load = Cache(f"{name}:test", f"redis://127.0.0.1:{free_port()}", 60), Loading()
    if subject_known:
        await cache.forget("subject")
    assert await cache.remember("subject", "key", load) == b"loaded"
    load.value = b"newer"
    assert await cache.remember("subject", "key", load) == b"newer"
    with pytest.raises(Exception):  # noqa: B017 - whatever it is: readiness only asks whether it raised
        await cache.ping()
    await cache.close()


def _statements(hub: Hub, service: str) -> float:
    text = hub.client().get("/metrics").text
    found = re.search(rf'^blok_database_statements_total{{service="{service}"}} (\S+)$', text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def _quiet(hub: Hub, service: str) -> float:
    """The count of statements once background work has come to rest."""
    before = _statements(hub, service)
    while True:
        time.sleep(0.3)
        now = _statements(hub, service)
        if now == before:
            return now
        before = now


def test_the_second_read_of_a_package_does_not_reach_the_database(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("cached")
    reader, path = hub.client(), f"/api/packages/{name}/cached"
    first = reader.get(path)
    before = _quiet(hub, "content")
    for _ in range(5):
        again = reader.get(path)
        assert (again.status_code, again.content) == (200, first.content)
    assert _statements(hub, "content") == before


def test_a_change_is_seen_by_the_next_read(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("cached")
    reader, path = hub.client(), f"/api/packages/{name}/cached"
    for title in ("First", "Second", "Third"):
        assert ann.http.patch(path, json={"title": title}).status_code == 200
        assert [reader.get(path).json()["title"] for _ in range(2)] == [title, title]
