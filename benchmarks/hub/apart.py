"""`python -m benchmarks.hub.apart`: what it costs to run each service as a process of its own."""

import itertools
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks.hub import machine
from benchmarks.hub.load import GENERATOR, Measured, load, replace_section
from benchmarks.hub.measures import warm_up
from benchmarks.hub.process import HubProcess

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))
CONNECTIONS = (1, 16)
FILE = Path(__file__).parents[2] / "BENCHMARKS.md"
WORDS = ("schedule", "webhook", "order", "price", "text", "report", "alert", "total")


def main() -> None:
    """Measure both ways in turns, twice each, print the section and keep it."""
    busy = [machine.busy()]
    with tempfile.TemporaryDirectory() as folder:
        hub = HubProcess(Path(folder) / "home")
        hub.environment["BLOK_STARTER"] = "true"
        asked = _first_start(hub)
        together, apart = ("in one process", ()), ("one process for each", ("--apart",))
        found: dict[str, dict[str, list[Measured]]] = {}
        for name, options in (together, apart, together, apart):
            hub.start(*options)
            for what, paths in asked.items():
                _keep_the_better(found.setdefault(what, {}), name, lambda c, p=paths: _measure(hub, p, c))  # type: ignore[misc]
            hub.stop()
    busy.append(machine.busy())
    section = _section(found, busy)
    print(section)
    replace_section(FILE, "apart", section)


def _first_start(hub: HubProcess) -> dict[str, list[str]]:
    """Start it once, wait for its catalogue; returns what will be asked for."""
    hub.start()
    with httpx.Client(base_url=hub.url, timeout=30) as client:
        while client.get("/api/search?owner=blok").json()["total"] < 40:
            pass
        hits = client.get("/api/search?owner=blok&per_page=30").json()["hits"]
    hub.stop()
    names = [hit["name"] for hit in hits]
    return {
        "package page, from the gateway's cache": [f"/api/pages/package/blok/{name}" for name in names],
        "history of a package, from the database": [f"/api/packages/blok/{name}/history" for name in names],
        "search: two words": [f"/api/search?q={a}+{b}" for a, b in itertools.pairwise(WORDS)],
    }


def _measure(hub: HubProcess, paths: list[str], connections: int) -> Measured:
    warm_up(hub, paths)
    return load(hub.url, paths, connections, SECONDS)


def _keep_the_better(kept: dict[str, list[Measured]], name: str, measure: Callable[[int], Measured]) -> None:
    """Of two runs the better one counts: the other was disturbed."""
    found = [measure(connections) for connections in CONNECTIONS]
    before = kept.get(name, found)
    kept[name] = [max(pair, key=lambda each: each.rate) for pair in zip(before, found, strict=True)]


def _section(found: dict[str, dict[str, list[Measured]]], busy: list[float]) -> str:
    rows = [
        "| requests a second · p50/p99 ms | processes | 1 connection | 16 connections |",
        "|---|---|---|---|",
    ]
    for what, ways in found.items():
        for name, measured in ways.items():
            rows.append(f"| {what} | {name} | {' | '.join(map(str, measured))} |")
    return f"""## The hub apart

    python -m benchmarks.hub.apart      # BENCH_SECONDS makes it shorter

The same hub, with its starter catalogue, in one process and as one process for each service
([how](docs/how/apart.md)), in turns; the better of two runs each. The load generator ({GENERATOR}) and the
engines are on the same machine, whose cores the processes share.

Taken on {datetime.now(UTC):%Y-%m-%d}: {machine.facts()}.
Load average {busy[0]:.1f} before, {busy[1]:.1f} after.

{chr(10).join(rows)}
"""


if __name__ == "__main__":
    main()
