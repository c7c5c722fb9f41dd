"""The engine alone: no HTTP, traces on."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.runtime.flows import REQUESTS, write_project
from blok.runner.plan import Plan
from blok.server.application import Application
from blok.server.bodies import parse_query
from blok.server.build import build_application

LENGTHS = (10, 100, 1_000)


def _application(root: Path) -> Application:
    application = build_application(
        write_project(root, lengths=LENGTHS), environment={"NODE_ENV": "test"}, durable=False
    )
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    return application


def _request(path: str) -> dict[str, Any]:
    query = parse_query(path.partition("?")[2])
    return {
        "body": {},
        "rawBody": "",
        "headers": {},
        "params": {},
        "query": query,
        "method": "GET",
        "path": path,
        "url": path,
    }


async def _micros(
    application: Application, plan: Plan, request: dict[str, Any], seconds: float = 0.4
) -> float:
    """Processor time of one run, best of five."""
    run = application.engine.run
    await run(plan, request)
    started = time.process_time()
    await run(plan, request)
    count = max(1, int(seconds / 5 / max(time.process_time() - started, 1e-6)))
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(count):
            outcome = await run(plan, request)
        best = min(best, (time.process_time() - started) / count)
    assert outcome.error is None, outcome.error
    return best * 1e6


def without_http() -> dict[str, float]:
    """Microseconds per run of the three flows."""
    with tempfile.TemporaryDirectory() as folder:
        application = _application(Path(folder))
        plans = application.engine.workflows
        return {
            name: asyncio.run(_micros(application, plans[name], _request(path)))
            for name, path in REQUESTS.items()
        }


def per_step() -> dict[int, float]:
    """Microseconds per step, for runs of 10 to 1,000 steps."""
    with tempfile.TemporaryDirectory() as folder:
        application = _application(Path(folder))
        plans = application.engine.workflows
        request = _request("/chain?n=1&name=ann")
        return {
            length: asyncio.run(_micros(application, plans[f"chain{length}"], request)) / length
            for length in LENGTHS
        }
