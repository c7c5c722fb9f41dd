"""`python -m benchmarks.hub`: the figures of the hub, and their section of BENCHMARKS.md.

It starts a hub of its own on a fresh data folder and a free port, and takes less than six minutes.
BENCH_PACKAGES, BENCH_PUBLICATIONS and BENCH_SECONDS make it shorter.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx

from benchmarks.hub import machine, measures
from benchmarks.hub.load import GENERATOR, percentile, replace_section
from benchmarks.hub.process import HubProcess
from benchmarks.hub.seed import Seeded, seed
from benchmarks.hub.services import database
from blokhub.kernel.context import Actor

PACKAGES = int(os.environ.get("BENCH_PACKAGES", "2000"))
PUBLICATIONS = int(os.environ.get("BENCH_PUBLICATIONS", "50"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
FILE = Path(__file__).parents[2] / "BENCHMARKS.md"


def main() -> None:
    """Measure everything, print the section and keep it."""
    busy = [machine.busy()]
    with tempfile.TemporaryDirectory() as folder:
        hub = HubProcess(Path(folder) / "home")
        try:
            rows = _measure(hub, _tell_time())
        finally:
            hub.stop()
    busy.append(machine.busy())
    section = _section(rows, busy)
    print(section)
    replace_section(FILE, "hub", section)


def _tell_time() -> Callable[[str], None]:
    began = time.perf_counter()

    def tell(what: str) -> None:
        print(f"{time.perf_counter() - began:5.0f} s  {what}", file=sys.stderr, flush=True)

    return tell


def _measure(hub: HubProcess, tell: Callable[[str], None]) -> list[str]:
    tell("starting")
    first, following = measures.starts(hub)
    rows = [
        "| measured | figure |",
        "|---|---|",
        f"| first start, from the command to the first answer | {first:.1f} s |",
        f"| later starts (median of {len(following)}) | {median(following):.1f} s |",
    ]
    owners, client = _accounts(hub)
    tell(f"publishing {PUBLICATIONS} packages one after the other")
    delays = measures.publishing(client, owners[0].handle, PUBLICATIONS)
    rows.append(
        f"| from `publish` to being found, p50 / p95 of {len(delays)} | {measures.milliseconds(delays)} |"
    )
    tell(f"seeding {PACKAGES} packages")
    seeded = asyncio.run(_seed(hub, owners))
    tell("relaying")
    rates = [asyncio.run(measures.relayed(hub.home)) for _ in range(3)]
    rows.append(f"| events through the relay (10,000 at once, median of 3) | {median(rates):,.0f} a second |")
    tell("loading an aggregate of 10,000 events")
    for name, times in asyncio.run(measures.loading(hub.home)).items():
        figure = f"{percentile(times, 50):.1f} / {percentile(times, 99):.1f} ms"
        rows.append(f"| a package of 10,000 events loaded, {name}, p50 / p99 | {figure} |")
    tell("requests")
    token = client.headers["authorization"].removeprefix("Bearer ")
    rows += ["", "| requests a second · p50/p99 ms | 1 connection | 16 connections |", "|---|---|---|"]
    for name, found in measures.requests(hub, seeded, token, SECONDS).items():
        rows.append(f"| {name} | {' | '.join(map(str, found))} |")
    tell("done")
    return rows


def _accounts(hub: HubProcess) -> tuple[list[Actor], httpx.Client]:
    made = [(f"author-{number}", *hub.register(f"author-{number}")) for number in range(10)]
    return [Actor(account_id, handle) for handle, account_id, _ in made], made[0][2]


async def _seed(hub: HubProcess, owners: list[Actor]) -> list[Seeded]:
    async with database(hub.home, "content") as content:
        seeded = await seed(content, owners, PACKAGES)
    async with httpx.AsyncClient(base_url=hub.url) as client, asyncio.timeout(120):
        while (await client.get("/api/search")).json()["total"] < PACKAGES + PUBLICATIONS:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return seeded


def _section(rows: list[str], busy: list[float]) -> str:
    return f"""## The hub

    python -m benchmarks.hub      # BENCH_PACKAGES, BENCH_PUBLICATIONS and BENCH_SECONDS make it shorter

The whole hub in one process, with the embedded PostgreSQL, Valkey and NATS and the load generator
({GENERATOR}) on the same machine. {PACKAGES:,} packages of ten authors, published through the same unit of
work, events, relay and index as any other. Package pages are those of 200 packages in turns: without a
name they come from the cache; for someone who is signed in they are put together from five answers of two
services.

Taken on {datetime.now(UTC):%Y-%m-%d}: {machine.facts()}.
Other work went on at the same time (load average {busy[0]:.1f} before, {busy[1]:.1f} after): two runs differ
by a third and more, and a quiet machine does better.

{chr(10).join(rows)}
"""


if __name__ == "__main__":
    main()
