"""The run inspector: its files, and the plan of a run that its graph is drawn from."""

import asyncio
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.client import send

from blok.nodes import node
from blok.server import Application, AsgiApp, build_application
from blok.server.inspector import FILES


def say(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "use": "mapper", "inputs": {"model": {"v": name}}, **more}


EVERY_KIND = [
    say("plain", retry={"maxAttempts": 3}),
    {"id": "choice", "branch": {"when": "1 === 1", "then": [say("yes")], "else": [say("no")]}},
    {"id": "each", "forEach": {"in": [1, 2], "as": "one", "do": [say("inside")]}},
    {"id": "again", "loop": {"while": "false", "do": [say("never")]}},
    {
        "id": "which",
        "switch": {
            "on": "js/'b'",
            "cases": [{"when": "a", "do": [say("first")]}, {"when": ["b", "c"], "do": [say("second")]}],
            "default": [say("other")],
        },
    },
    {
        "id": "careful",
        "tryCatch": {
            "try": [{"id": "breaks", "use": "@blokjs/throw", "inputs": {"message": "no"}}],
            "catch": [say("caught")],
            "finally": [say("at-last")],
        },
    },
    {"id": "pause", "wait": {"for": 0}},
    {"id": "child", "subworkflow": "helper"},
    say("left-out", active=False),
    {"id": "answer", "use": "@blokjs/respond", "inputs": {"status": 201, "body": {"ok": True}}},
]


def write(root: Path, name: str, steps: list[Any]) -> None:
    file = root / "workflows" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    trigger = {"http": {"method": "GET", "path": "/"}}
    file.write_text(json.dumps({"name": name, "version": "1.0.0", "trigger": trigger, "steps": steps}))


@pytest.fixture
def application(tmp_path: Path) -> Application:
    write(tmp_path, "every", EVERY_KIND)
    write(tmp_path, "helper", [say("help")])
    return build_application(tmp_path, environment={"NODE_ENV": "test"}, durable=False)


async def get(application: Application, path: str) -> Any:
    return await send(AsgiApp(application), {"method": "GET", "path": path})


async def run_every(application: Application) -> dict[str, Any]:
    """The record of one run of the workflow with every kind of step."""
    assert (await get(application, "/every")).status == 201
    (row,) = (await get(application, "/__blok/runs?workflow=every")).body["runs"]
    found: dict[str, Any] = (await get(application, f"/__blok/runs/{row['id']}")).body
    return found


def walked(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for step in steps:
        inner = [arm["steps"] for arm in step.get("arms", [])] + [step.get("body", [])]
        found += [step, *(each for nested in inner for each in walked(nested))]
    return found


class TestThePlanOfAWorkflow:
    async def test_it_is_a_tree_of_every_kind_of_step(self, application: Application) -> None:
        plan = (await get(application, "/__blok/workflows/every")).body
        assert {step["name"]: step["kind"] for step in plan["steps"]} == {
            "plain": "node",
            "choice": "branch",
            "each": "forEach",
            "again": "loop",
            "which": "switch",
            "careful": "tryCatch",
            "pause": "wait",
            "child": "subworkflow",
            "left-out": "node",
            "answer": "node",
        }
        assert plan["trigger"] == {"http": {"method": "GET", "path": "/"}}

    async def test_arms_and_bodies_hold_their_steps(self, application: Application) -> None:
        steps = {
            step["name"]: step for step in (await get(application, "/__blok/workflows/every")).body["steps"]
        }

        def arms(name: str) -> list[tuple[str, list[str]]]:
            return [(arm["label"], [step["name"] for step in arm["steps"]]) for arm in steps[name]["arms"]]

        assert arms("choice") == [("if 1 === 1", ["yes"]), ("else", ["no"])]
        assert arms("which") == [("case a", ["first"]), ("case b or c", ["second"]), ("default", ["other"])]
        assert arms("careful") == [("try", ["breaks"]), ("catch", ["caught"]), ("finally", ["at-last"])]
        assert [step["name"] for step in steps["each"]["body"]] == ["inside"]
        assert [step["name"] for step in steps["again"]["body"]] == ["never"]
        assert "arms" not in steps["plain"]
        assert "body" not in steps["plain"]

    async def test_a_step_says_what_it_is_about(self, application: Application) -> None:
        steps = {
            step["name"]: step for step in (await get(application, "/__blok/workflows/every")).body["steps"]
        }
        assert (steps["plain"]["node"], steps["plain"]["about"]) == ("mapper", "tried up to 3 times")
        assert steps["each"]["about"] == "each one of [1, 2]"
        assert steps["again"]["about"] == "while false"
        assert steps["which"]["about"] == "on 'b'"
        assert steps["pause"]["about"] == "for 0"
        assert steps["child"]["node"] == "helper"
        assert steps["left-out"]["active"] is False

    async def test_every_record_of_a_run_finds_its_step_by_path_and_name(
        self, application: Application
    ) -> None:
        record = await run_every(application)
        plan = (await get(application, f"/__blok/runs/{record['run']['id']}/plan")).body
        places = {(step["path"], step["name"]) for step in walked(plan["steps"])}
        assert {(node["path"], node["step"]) for node in record["nodes"]} <= places

    async def test_a_run_keeps_the_plan_that_it_ran(self, tmp_path: Path, application: Application) -> None:
        record = await run_every(application)
        write(tmp_path, "every", [say("changed")])
        application.project.reload({tmp_path / "workflows" / "every.json"})
        ran = (await get(application, f"/__blok/runs/{record['run']['id']}/plan")).body
        now = (await get(application, "/__blok/workflows/every")).body
        assert ([step["name"] for step in now["steps"]], ran["steps"][0]["name"]) == (["changed"], "plain")

    async def test_an_unknown_workflow_is_not_found(self, application: Application) -> None:
        assert (await get(application, "/__blok/workflows/nobody")).status == 404
        assert (await get(application, "/__blok/runs/nobody/plan")).status == 404


class TestTheListOfRuns:
    async def test_the_newest_comes_first_while_they_run(self, tmp_path: Path) -> None:
        write(tmp_path, "hold", [{"id": "hold", "use": "hold", "inputs": {}}])
        reached, release = asyncio.Semaphore(0), asyncio.Event()

        @node(name="hold")
        async def hold(_inputs: dict[str, Any]) -> None:
            reached.release()
            await release.wait()

        application = build_application(
            tmp_path, environment={"NODE_ENV": "test"}, nodes={"hold": hold}, durable=False
        )
        running = []
        for number in (1, 2):
            running.append(asyncio.create_task(get(application, f"/hold?n={number}")))
            await asyncio.wait_for(reached.acquire(), 10)
        listed = (await get(application, "/__blok/runs")).body["runs"]
        first = (await get(application, f"/__blok/runs/{listed[0]['id']}")).body
        release.set()
        await asyncio.gather(*running)
        assert [run["status"] for run in listed] == ["running", "running"]
        assert first["request"]["query"] == {"n": "2"}


class TestPasses:
    async def test_only_what_is_inside_of_a_loop_belongs_to_a_pass(self, tmp_path: Path) -> None:
        after = {"id": "which", "switch": {"on": 1, "cases": [{"when": 1, "do": [say("in-case")]}]}}
        inner = {"id": "inner", "forEach": {"in": [7], "as": "two", "do": [say("deep")]}}
        outer = {"id": "outer", "forEach": {"in": [1, 2], "as": "one", "do": [inner, say("beside")]}}
        write(tmp_path, "nested", [outer, after])
        application = build_application(tmp_path, environment={"NODE_ENV": "test"}, durable=False)
        await get(application, "/nested")
        (row,) = (await get(application, "/__blok/runs")).body["runs"]
        nodes = (await get(application, f"/__blok/runs/{row['id']}")).body["nodes"]
        passes = [(node["step"], node.get("iteration")) for node in nodes]
        assert sorted(passes, key=str) == [
            ("beside", 0),
            ("beside", 1),
            ("deep", 0),
            ("deep", 0),
            ("in-case", None),
            ("inner", 0),
            ("inner", 1),
            ("outer", None),
            ("which", None),
        ]


class TestThePage:
    @pytest.mark.parametrize("name", sorted(FILES))
    async def test_its_files_are_served_with_their_types(self, application: Application, name: str) -> None:
        reply = await get(application, f"/__blok/inspector/{name}")
        assert reply.status == 200
        assert reply.headers["content-type"] == FILES[name]

    async def test_no_other_file_is(self, application: Application) -> None:
        assert (await get(application, "/__blok/inspector/__init__.py")).status == 404

    def test_what_its_files_name_is_among_them(self) -> None:
        texts = [resources.files("blok.server.inspector").joinpath(name).read_text() for name in FILES]
        named = re.findall(r'from "\./([a-z.]+)"|/__blok/inspector/([a-z.]+)"', "\n".join(texts))
        assert {first or second for first, second in named} == set(FILES) - {"inspector.html"}


class TestTheMarkOfAnAnswer:
    async def test_it_is_not_shown(self, application: Application) -> None:
        record = await run_every(application)
        answer = record["nodes"][-1]
        assert answer["output"] == {"status": 201, "body": {"ok": True}}
        assert answer["state_change"] == {"answer": {"status": 201, "body": {"ok": True}}}
        assert "__blokRespond__" not in json.dumps(record)

    async def test_the_state_of_the_run_keeps_it(self, tmp_path: Path) -> None:
        peek = {"id": "peek", "use": "mapper", "inputs": {"model": {"v": "js/Object.keys(ctx.state.answer)"}}}
        write(tmp_path, "peek", [EVERY_KIND[-1], peek])
        application = build_application(tmp_path, environment={"NODE_ENV": "test"}, durable=False)
        assert "__blokRespond__" in (await get(application, "/peek")).body["v"]
