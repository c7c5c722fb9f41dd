"""Finished runs reach the disk without the runs paying for it."""

from pathlib import Path
from typing import Any

from blok.runner import DurableStore, Engine, Settings
from blok.runner.journal import RUNS_PER_PAUSE, Journal
from blok.runner.store import DeferredRun
from blok.workflow import normalise

REQUEST: dict[str, Any] = {"body": {}, "headers": {}, "params": {}, "query": {}}


async def test_a_run_can_be_read_back_after_a_restart(tmp_path: Path) -> None:
    engine = Engine(settings=Settings(environment="test"))
    engine.keep_journal(tmp_path / "trace.db")
    steps = [{"id": "a", "use": "mapper", "inputs": {"model": {"v": 1}}}]
    plan = engine.compile(normalise({"name": "case", "steps": steps}))
    run = (await engine.run(plan, dict(REQUEST))).run
    await engine.close()

    journal = Journal(tmp_path / "trace.db")
    record = journal.find(run.id)
    assert record is not None
    assert record["nodes"][0]["output"] == {"v": 1}
    assert [row["id"] for row in journal.latest(5)] == [run.id]


async def test_a_flood_is_thinned_out_but_failures_stay(tmp_path: Path) -> None:
    engine = Engine(settings=Settings(environment="test"))
    engine.keep_journal(tmp_path / "trace.db")
    good = engine.compile(
        normalise({"name": "good", "steps": [{"id": "a", "use": "mapper", "inputs": {"model": {}}}]})
    )
    bad = engine.compile(normalise({"name": "bad", "steps": [{"id": "a", "use": "mapper", "inputs": {}}]}))
    failed = (await engine.run(bad, dict(REQUEST))).run
    for _ in range(RUNS_PER_PAUSE * 2):
        await engine.run(good, dict(REQUEST))
    journal = engine.journal
    assert journal is not None
    assert journal.left_out == RUNS_PER_PAUSE
    await engine.close()
    assert Journal(tmp_path / "trace.db").find(failed.id) is not None


def test_of_two_processes_only_one_gets_a_deferred_run(tmp_path: Path) -> None:
    first = DurableStore(tmp_path / "runs.db")
    first.defer(DeferredRun("run_1", "case", "delayed", 0.0, b"{}"))
    second = DurableStore(tmp_path / "runs.db")
    assert [store.take("run_1") is not None for store in (first, second)] == [True, False]
