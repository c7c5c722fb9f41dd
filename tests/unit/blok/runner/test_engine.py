"""Runs: deferring, resuming, cancelling, remembering, and what the trace says."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from blok.nodes import Context, NodeRegistry, node
from blok.runner import DurableStore, Engine, Outcome, Settings
from blok.workflow import normalise

REQUEST: dict[str, Any] = {
    "body": {},
    "headers": {},
    "params": {},
    "query": {},
    "method": "GET",
    "path": "/t",
}


def step(name: str, model: Any, **more: Any) -> dict[str, Any]:
    return {"id": name, "use": "mapper", "inputs": {"model": {"v": model}}, **more}


def definition(steps: list[dict[str, Any]], **http: Any) -> dict[str, Any]:
    return {"name": "case", "version": "1.0.0", "trigger": {"http": {"path": "/t", **http}}, "steps": steps}


def make_engine(*nodes: Any, store: DurableStore | None = None) -> Engine:
    return Engine(
        NodeRegistry({item.name: item for item in nodes}), settings=Settings(environment="test"), store=store
    )


async def start(engine: Engine, steps: list[dict[str, Any]], **http: Any) -> Outcome:
    plan = engine.compile(normalise(definition(steps, **http)))
    engine.workflows[plan.name] = plan
    return await engine.run(plan, dict(REQUEST))


async def finished(engine: Engine, run_id: str) -> Any:
    for _ in range(200):
        run = engine.traces.find(run_id)
        if run is not None and run.status in {"completed", "failed"}:
            return run
        await asyncio.sleep(0.01)
    raise AssertionError("the run never finished")


class TestDeferredWait:
    async def test_the_run_goes_on_after_the_wait_without_repeating_steps(self) -> None:
        calls: list[str] = []

        @node(name="count")
        def count(inputs: dict[str, Any]) -> int:
            calls.append(inputs["as"])
            return len(calls)

        engine = make_engine(count)
        steps = [
            {"id": "a", "use": "count", "inputs": {"as": "a"}},
            {"id": "w", "wait": {"for": 50}},
            {"id": "b", "use": "count", "inputs": {"as": "b"}},
        ]
        outcome = await start(engine, steps)
        assert outcome.status == "delayed"
        run = await finished(engine, outcome.run.id)
        assert (calls, run.response["data"]) == (["a", "b"], 2)

    async def test_it_survives_a_restart(self, tmp_path: Path) -> None:
        file = tmp_path / "runs.db"
        steps = [step("a", 1), {"id": "w", "wait": {"for": 80}}, step("z", "js/ctx.state.a.v + 1")]
        before = make_engine(store=DurableStore(file))
        outcome = await start(before, steps)
        await before.close()

        after = make_engine(store=DurableStore(file))
        plan = after.compile(normalise(definition(steps)))
        after.workflows[plan.name] = plan
        after.watch()
        run = await finished(after, outcome.run.id)
        assert run.response["data"] == {"v": 2}

    async def test_a_wait_inside_for_each_goes_on_with_the_right_item(self) -> None:
        engine = make_engine()
        inner = [
            step("first", "js/ctx.state.n * 10"),
            {"id": "w", "wait": {"for": "js/ctx.state.n === 2 ? 30 : 0"}},
            step("last", "js/ctx.state.first.v + ctx.state.nIndex"),
        ]
        outcome = await start(engine, [{"id": "l", "forEach": {"in": [1, 2, 3], "as": "n", "do": inner}}])
        run = await finished(engine, outcome.run.id)
        assert run.response == [{"v": 10}, {"v": 21}, {"v": 32}]

    async def test_a_deferred_run_can_be_cancelled(self) -> None:
        engine = make_engine()
        outcome = await start(engine, [{"id": "w", "wait": {"for": "1h"}}, step("a", 1)])
        assert engine.cancel(outcome.run.id)
        assert engine.store.deferred() == []

    async def test_secret_headers_are_never_stored(self) -> None:
        engine = make_engine()
        plan = engine.compile(normalise(definition([{"id": "w", "wait": {"for": "1h"}}, step("a", 1)])))
        engine.workflows[plan.name] = plan
        await engine.run(plan, {**REQUEST, "headers": {"authorization": "Bearer x", "x-a": "1"}})
        (kept,) = engine.store.deferred()
        assert kept.content()["request"]["headers"] == {"x-a": "1"}


class TestReliability:
    async def test_remembered_results_survive_a_restart(self, tmp_path: Path) -> None:
        calls: list[int] = []

        @node(name="count")
        def count(_inputs: dict[str, Any]) -> dict[str, int]:
            calls.append(1)
            return {"n": len(calls)}

        steps = [{"id": "a", "use": "count", "inputs": {}, "idempotencyKey": "k"}]
        for _ in range(2):
            engine = make_engine(count, store=DurableStore(tmp_path / "runs.db"))
            outcome = await start(engine, steps)
            await engine.close()
            assert outcome.data == {"n": 1}
        assert len(calls) == 1

    async def test_a_second_run_of_a_key_is_throttled_while_the_first_is_under_way(self) -> None:
        release = asyncio.Event()

        @node(name="hold")
        async def hold(_inputs: dict[str, Any]) -> int:
            await release.wait()
            return 1

        engine = make_engine(hold)
        plan = engine.compile(
            normalise(definition([{"id": "a", "use": "hold", "inputs": {}}], concurrencyKey="k"))
        )
        first = asyncio.create_task(engine.run(plan, dict(REQUEST)))
        await asyncio.sleep(0)
        second = await engine.run(plan, dict(REQUEST))
        release.set()
        assert (second.status, (await first).status) == ("throttled", "completed")
        assert (await engine.run(plan, dict(REQUEST))).status == "completed"

    async def test_a_time_limit_holds_against_a_blocking_function(self) -> None:
        import time

        @node(name="slow")
        def slow(_inputs: dict[str, Any]) -> int:
            time.sleep(0.3)
            return 1

        outcome = await start(
            make_engine(slow), [{"id": "s", "use": "slow", "inputs": {}, "maxDuration": 20}]
        )
        assert outcome.status == "timedOut"
        assert "exceeded maxDuration of 20ms" in str(outcome.error)

    async def test_a_cancelled_run_stops_before_its_next_step(self) -> None:
        engine = make_engine()

        @node(name="stop-me")
        def stop_me(ctx: Context, _inputs: dict[str, Any]) -> int:
            ctx._run.cancel()
            return 1

        engine.nodes.add(stop_me)
        inner = {
            "tryCatch": {
                "try": [{"id": "x", "use": "stop-me", "inputs": {}}, step("y", 1)],
                "catch": [step("c", 1)],
            }
        }
        outcome = await start(engine, [{"id": "t", **inner}])
        assert outcome.status == "cancelled"
        assert [row["step"] for row in outcome.run.record()["nodes"]] == ["x"]


class TestIsolation:
    async def test_two_runs_do_not_see_each_other(self) -> None:
        seen: list[list[str]] = []

        @node(name="look")
        async def look(ctx: Context, inputs: dict[str, Any]) -> None:
            ctx.publish(inputs["mine"], 1)
            await asyncio.sleep(0.01)
            seen.append(sorted(ctx.state))

        engine = make_engine(look)
        plan = engine.compile(
            normalise(definition([{"id": "a", "use": "look", "inputs": {"mine": "js/ctx.request.body"}}]))
        )
        await asyncio.gather(*(engine.run(plan, {**REQUEST, "body": name}) for name in ("one", "two")))
        assert sorted(seen) == [["one"], ["two"]]

    async def test_constant_inputs_cannot_be_changed_for_the_next_run(self) -> None:
        @node(name="spoil")
        def spoil(inputs: dict[str, Any]) -> Any:
            inputs["list"].append(1)
            return inputs["list"]

        engine = make_engine(spoil)
        plan = engine.compile(normalise(definition([{"id": "a", "use": "spoil", "inputs": {"list": []}}])))
        results = [(await engine.run(plan, dict(REQUEST))).data for _ in range(2)]
        assert results == [[1], [1]]


class TestTrace:
    async def test_every_step_is_recorded_with_depth_and_iteration(self) -> None:
        steps = [
            {"id": "l", "forEach": {"in": [5, 6], "as": "n", "do": [step("a", "js/ctx.state.n")]}},
            step("z", 1),
        ]
        rows = (await start(make_engine(), steps)).run.record()["nodes"]
        found = [(row["step"], row["depth"], row.get("iteration"), row["output"]) for row in rows]
        assert found == [
            ("l", 0, None, [{"v": 5}, {"v": 6}]),
            ("a", 1, 0, {"v": 5}),
            ("a", 1, 1, {"v": 6}),
            ("z", 0, None, {"v": 1}),
        ]

    async def test_parallel_iterations_keep_their_numbers(self) -> None:
        loop = {"in": [1, 2, 3], "as": "n", "mode": "parallel", "do": [step("a", "js/ctx.state.n")]}
        rows = (await start(make_engine(), [{"id": "l", "forEach": loop}])).run.record()["nodes"]
        assert sorted((row["iteration"], row["output"]["v"]) for row in rows if row["step"] == "a") == [
            (0, 1),
            (1, 2),
            (2, 3),
        ]

    async def test_a_failing_step_is_recorded_with_its_inputs_and_error(self) -> None:
        steps = [{"id": "x", "use": "@blokjs/throw", "inputs": {"message": "no", "code": 403}}]
        (row,) = (await start(make_engine(), steps)).run.record()["nodes"]
        assert (row["status"], row["inputs"], row["error"]["message"]) == (
            "failed",
            {"message": "no", "code": 403},
            "no",
        )

    async def test_large_values_are_cut(self) -> None:
        (row,) = (await start(make_engine(), [step("a", "x" * 50_000)])).run.record()["nodes"]
        assert row["output"]["truncated"] is True


@pytest.mark.parametrize("count", [1, 3])
async def test_the_ring_of_runs_forgets_the_oldest(count: int) -> None:
    engine = Engine(settings=Settings(environment="test", trace_size=count))
    outcomes = [await start(engine, [step("a", 1)]) for _ in range(count + 2)]
    assert [run.id for run in engine.traces] == [outcome.run.id for outcome in reversed(outcomes[2:])]


async def test_a_long_loop_lets_others_run() -> None:
    engine = make_engine()
    loop = {"while": "true", "maxIterations": 100_000, "do": [step("a", 1)]}
    running = asyncio.create_task(start(engine, [{"id": "l", "loop": loop}]))
    await asyncio.sleep(0.05)
    (run,) = engine.active.values()
    run.cancel()
    assert (await running).status == "cancelled"
