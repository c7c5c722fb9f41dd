"""A folder of files becomes addresses, and follows its files."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.client import send

from blok.nodes import node
from blok.server import Application, AsgiApp, build_application
from blok.server.environment import parse_env, project_environment
from blok.server.reload import watch_project


def flow(name: str, model: Any, path: str = "/", **more: Any) -> dict[str, Any]:
    steps = [{"id": "a", "use": "mapper", "inputs": {"model": {"v": model}}}]
    return {
        "name": name,
        "version": "1.0.0",
        "trigger": {"http": {"method": "GET", "path": path}},
        "steps": steps,
        **more,
    }


def write(root: Path, name: str, content: Any) -> Path:
    file = root / "workflows" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


def build(root: Path, **environment: str) -> Application:
    return build_application(root, environment={"NODE_ENV": "test", **environment}, durable=False)


async def get(application: Application, path: str, method: str = "GET", **more: Any) -> Any:
    return await send(AsgiApp(application), {"method": method, "path": path, **more})


class TestFilesAreEndpoints:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("json/hello.json", json.dumps(flow("hello", 1))),
            (
                "hello.yaml",
                "name: hello\ntrigger: {http: {method: GET, path: /}}\n"
                "steps: [{id: a, use: mapper, inputs: {model: {v: 1}}}]",
            ),
            (
                "toml/hello.toml",
                'name = "hello"\n[trigger.http]\nmethod = "GET"\npath = "/"\n'
                '[[steps]]\nid = "a"\nuse = "mapper"\n[steps.inputs.model]\nv = 1\n',
            ),
        ],
    )
    async def test_a_file_answers_at_its_name(self, tmp_path: Path, name: str, content: str) -> None:
        write(tmp_path, name, content)
        assert (await get(build(tmp_path), "/hello")).body == {"v": 1}

    async def test_a_wrong_method_is_refused_with_the_right_one(self, tmp_path: Path) -> None:
        write(tmp_path, "a.json", flow("abc", 1, "/abc"))
        answer = await get(build(tmp_path), "/abc", "POST")
        assert (answer.status, answer.headers["allow"]) == (404, "GET")

    async def test_two_workflows_of_one_address_are_reported(self, tmp_path: Path) -> None:
        write(tmp_path, "a.json", flow("one", 1, "/same"))
        write(tmp_path, "b.json", flow("two", 2, "/same"))
        application = build(tmp_path)
        (found,) = (await get(application, "/__blok/routing")).body["diagnostics"]
        assert (found["kind"], found["workflow"]) == ("collision", "two")

    async def test_generation_1_is_chosen_in_the_settings_file(self, tmp_path: Path) -> None:
        (tmp_path / "blok.toml").write_text("generation = 1\n")
        entry = {
            "steps": [{"name": "a", "node": "mapper", "type": "module"}],
            "nodes": {"a": {"inputs": {"model": {"v": "${ctx.none}"}}}},
        }
        write(tmp_path, "json/x.json", {**flow("old", 1), **entry})
        assert (await get(build(tmp_path), "/x")).body == {"v": "undefined"}


class TestReload:
    async def test_changes_are_served_and_a_broken_file_keeps_its_last_good_version(
        self, tmp_path: Path
    ) -> None:
        file = write(tmp_path, "hello.json", flow("hello", 1))
        application = build(tmp_path)
        project = application.project

        write(tmp_path, "hello.json", flow("hello", 2))
        project.reload({file})
        assert (await get(application, "/hello")).body == {"v": 2}

        file.write_text('{"name": "hello",\n  "steps": [}\n')
        (remark,) = project.reload({file})
        assert "hello.json:2:13" in remark
        assert (await get(application, "/hello")).body == {"v": 2}

        write(tmp_path, "hello.json", flow("hello", 3))
        project.reload({file})
        assert (await get(application, "/hello")).body == {"v": 3}
        assert project.broken == {}

    async def test_new_files_appear_and_deleted_ones_are_gone(self, tmp_path: Path) -> None:
        file = write(tmp_path, "a.json", flow("one", 1))
        application = build(tmp_path)
        write(tmp_path, "b.json", flow("two", 2))
        file.unlink()
        application.project.reload({file})
        assert [(await get(application, path)).status for path in ("/a", "/b")] == [404, 200]

    async def test_changed_nodes_are_used_by_the_next_request(self, tmp_path: Path) -> None:
        nodes = tmp_path / "nodes"
        nodes.mkdir()
        code = "from blok.nodes import node\n@node\ndef give(inputs: dict) -> int:\n    return {}\n"
        (nodes / "give.py").write_text(code.format(1))
        steps = [{"id": "a", "use": "give", "inputs": {}}]
        write(tmp_path, "hello.json", {**flow("hello", 0), "steps": steps})
        application = build(tmp_path)
        assert (await get(application, "/hello")).body == 1
        (nodes / "give.py").write_text(code.format("20 + 2"))
        application.project.reload({nodes / "give.py"})
        assert (await get(application, "/hello")).body == 22

    async def test_a_run_in_flight_ends_with_what_it_started_with(self, tmp_path: Path) -> None:
        reached, release = asyncio.Event(), asyncio.Event()

        @node(name="hold")
        async def hold(_inputs: dict[str, Any]) -> None:
            reached.set()
            await release.wait()

        last = {"id": "z", "use": "mapper", "inputs": {"model": {"v": "old"}}}
        file = write(
            tmp_path,
            "hello.json",
            {**flow("hello", 0), "steps": [{"id": "h", "use": "hold", "inputs": {}}, last]},
        )
        application = build_application(
            tmp_path, environment={"NODE_ENV": "test"}, nodes={"hold": hold}, durable=False
        )
        running = asyncio.create_task(get(application, "/hello"))
        await reached.wait()
        write(tmp_path, "hello.json", flow("hello", "new"))
        application.project.reload({file})
        release.set()
        assert (await running).body == {"v": "old"}
        assert (await get(application, "/hello")).body == {"v": "new"}

    async def test_the_watcher_notices_a_changed_file(self, tmp_path: Path) -> None:
        write(tmp_path, "hello.json", flow("hello", 1))
        application = build(tmp_path)
        stop, heard = asyncio.Event(), asyncio.Queue[str]()
        watching = asyncio.create_task(
            watch_project(application.project, lambda text, _ms: heard.put_nowait(text), stop)
        )
        try:
            for value in range(2, 40):  # until the watcher has started
                write(tmp_path, "hello.json", flow("hello", value))
                try:
                    remark = await asyncio.wait_for(heard.get(), 0.5)
                    break
                except TimeoutError:
                    continue
            assert remark == "workflows/hello.json changed"
        finally:
            stop.set()
            await watching


class TestAdmin:
    async def test_a_run_can_be_looked_at(self, tmp_path: Path) -> None:
        write(tmp_path, "hello.json", flow("hello", 1))
        application = build(tmp_path)
        await get(application, "/hello?x=1")
        (row,) = (await get(application, "/__blok/runs")).body["runs"]
        record = (await get(application, f"/__blok/runs/{row['id']}")).body
        assert (row["status"], record["nodes"][0]["state_change"]) == ("completed", {"a": {"v": 1}})
        assert record["request"]["query"] == {"x": "1"}

    async def test_production_needs_a_token(self, tmp_path: Path) -> None:
        write(tmp_path, "hello.json", flow("hello", 1))
        closed = build(tmp_path, NODE_ENV="production")
        assert (await get(closed, "/__blok/runs")).status == 503
        guarded = build(tmp_path, NODE_ENV="production", BLOK_ADMIN_TOKEN="t")
        assert (await get(guarded, "/__blok/runs")).status == 401
        assert (await get(guarded, "/__blok/runs", headers={"authorization": "Bearer t"})).status == 200

    async def test_metrics_count_runs(self, tmp_path: Path) -> None:
        write(tmp_path, "hello.json", flow("hello", 1))
        application = build(tmp_path)
        await get(application, "/hello")
        text = (await get(application, "/metrics")).raw.decode()
        assert 'blok_workflow_executions_total{workflow_name="hello"' in text

    async def test_the_inspector_needs_nothing_from_elsewhere(self, tmp_path: Path) -> None:
        page = (await get(build(tmp_path), "/__blok")).raw.decode()
        assert "<title>Blok runs</title>" in page
        assert "https://" not in page

    async def test_files_outside_public_cannot_be_fetched(self, tmp_path: Path) -> None:
        (tmp_path / "public").mkdir()
        (tmp_path / "public" / "a.txt").write_text("shown")
        (tmp_path / "secret.txt").write_text("hidden")
        application = build(tmp_path)
        assert (await get(application, "/public/a.txt")).raw == b"shown"
        assert (await get(application, "/public/..%2fsecret.txt")).status == 404


class TestEnvironment:
    def test_the_process_wins_over_the_files(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text('A=1\nB="two\\nlines"\nexport C=3 # why\n')
        (tmp_path / ".env.local").write_text("A=2\n")
        found = project_environment(tmp_path, {"C": "process"})
        assert found == {"A": "2", "B": "two\nlines", "C": "process"}

    def test_comments_and_nonsense_are_skipped(self) -> None:
        assert parse_env("# A=1\nnonsense\nB='x # y'\n") == {"B": "x # y"}
