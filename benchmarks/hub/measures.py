"""The measurements, one function each."""

import asyncio
import itertools
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.hub.load import Measured, load, percentile
from benchmarks.hub.process import HubProcess
from benchmarks.hub.seed import WORDS, Seeded
from benchmarks.hub.services import database, keep_from_relay, pending
from blokhub.infra import eventstore
from blokhub.infra.unit_of_work import unit_of_work
from blokhub.kernel.context import Context
from blokhub.services.content import contract
from blokhub.services.content.contract import Metadata
from blokhub.services.content.domain import PACKAGE
from blokhub.services.users.contract import SessionStarted

CONNECTIONS = (1, 16)
EVENTS = 10_000
_GREETING = {
    "name": "Greeting",
    "version": "1.0.0",
    "description": "Greets whoever asks.",
    "trigger": {"http": {"method": "GET", "path": "/"}},
    "steps": [{"id": "greet", "use": "@blokjs/respond", "inputs": {"body": {"ok": True}}}],
}


def starts(hub: HubProcess, again: int = 3) -> tuple[float, list[float]]:
    """Seconds to the first answer: on an empty data folder, and then on one that is there. It runs after."""
    first = hub.start()
    following = []
    for _ in range(again):
        hub.stop()
        following.append(hub.start())
    return first, following


def publishing(client: httpx.Client, handle: str, count: int) -> list[float]:
    """Seconds from asking for a publication to the first search that finds it, one after the other."""
    delays = []
    for number in range(count):
        word = f"zq{number:03}x"
        title = {"kind": "workflow", "name": f"published-{number}", "title": f"Published {word}"}
        client.post("/api/packages", json=title).raise_for_status()
        began = time.perf_counter()
        body = {"version": "1.0.0", "definition": _GREETING}
        address = f"/api/packages/{handle}/published-{number}/versions"
        client.post(address, json=body).raise_for_status()
        while not _found(client, word):
            time.sleep(0.005)
            if time.perf_counter() - began > 60:
                raise RuntimeError("it was never found")
        delays.append(time.perf_counter() - began)
    return delays


def _found(client: httpx.Client, word: str) -> bool:
    answer = client.get("/api/search", params={"q": f"{word} "}).json()
    return bool(answer["total"]) and not answer["relaxed"]  # the word of the package before is a near one


def requests(hub: HubProcess, seeded: list[Seeded], token: str, seconds: int) -> dict[str, list[Measured]]:
    """Requests per second by what is asked for, at each number of connections."""
    pages = [f"/api/pages/package/{each.owner}/{each.name}" for each in seeded[:: max(1, len(seeded) // 200)]]
    words = [f"/api/search?q={first}+{second}" for first, second in itertools.pairwise(WORDS)]
    narrow = [f"/api/search?q={word}&tag=email&category=automation" for word in WORDS]
    asked = {
        "package page, from the cache": (pages, ""),
        "package page, composed anew": (pages, token),
        "search: two words": (words, ""),
        "search: a word, a tag, a category": (narrow, ""),
    }
    found: dict[str, list[Measured]] = {}
    for name, (paths, who) in asked.items():
        warm_up(hub, paths, who)
        found[name] = [load(hub.url, paths, connections, seconds, who) for connections in CONNECTIONS]
    return found


def warm_up(hub: HubProcess, paths: list[str], token: str = "") -> None:
    """Ask for every path once."""
    with httpx.Client(
        base_url=hub.url, headers={"authorization": f"Bearer {token}"} if token else {}
    ) as client:
        for path in paths:
            client.get(path).raise_for_status()


async def relayed(home: Path) -> float:
    """Events a second from the commit of 10,000 events until the broker has acknowledged all of them."""
    async with database(home, "users") as users:
        while await pending(users):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        occurred = [SessionStarted(account_id="bench", session_id=str(number)) for number in range(EVENTS)]
        async with unit_of_work(users, Context.of_system(), ()) as work:
            await work.record("session-bench", *occurred)
        began = time.perf_counter()
        while await pending(users):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        return EVENTS / (time.perf_counter() - began)


async def loading(home: Path) -> dict[str, list[float]]:
    """Milliseconds to load a package with 10,000 events: at its snapshot, far from it, and without one."""
    stream_id = "bench"
    async with database(home, "content") as content:

        async def append(count: int) -> None:
            async with unit_of_work(content, Context.of_system(), ()) as work:
                before = await work.load(PACKAGE, stream_id)
                added = await work.append(
                    PACKAGE, before, [_changed(n, before.version) for n in range(count)]
                )
                await keep_from_relay(work, [each.position for each in added])

        async def time_loads(count: int, *, whole: bool = False) -> list[float]:
            times = []
            for _ in range(count):
                async with content.read() as connection:
                    began = time.perf_counter()
                    if whole:
                        past = await eventstore.read_stream(connection, PACKAGE.stream(stream_id))
                        PACKAGE.fold(None, (each.event for each in past))
                    else:
                        await eventstore.load(connection, PACKAGE, stream_id)
                    times.append((time.perf_counter() - began) * 1000)
            return times

        for _ in range(EVENTS // 200):
            await append(200)
        found = {"its snapshot is fresh": await time_loads(50)}
        await append(199)
        found["199 events after its snapshot, the worst case"] = await time_loads(50)
        found["without a snapshot"] = await time_loads(3, whole=True)
        return found


def _changed(number: int, version: int) -> Any:
    metadata = Metadata(f"Title {number}", "A summary.", "A readme. " * 20, "other", [], "MIT", "public")
    if version == 0 and number == 0:
        return contract.PackageCreated(
            package_id="bench", owner_id="1", owner="bench", kind="workflow", name="bench", metadata=metadata
        )
    return contract.PackageUpdated(package_id="bench", owner="bench", name="bench", metadata=metadata)


def milliseconds(values: list[float]) -> str:
    """p50 and p95 of some seconds, in milliseconds."""
    return f"{percentile(values, 50) * 1000:,.0f} / {percentile(values, 95) * 1000:,.0f} ms"
