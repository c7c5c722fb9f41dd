"""Workflows that start without a plain HTTP request."""

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.client import send

from blok.nodes import Context, Node, node
from blok.server import Application, AsgiApp, build_application
from blok.triggers.bus import Bus
from blok.triggers.cron import InvalidScheduleError, cron_request, next_time
from blok.triggers.host import TriggerHost
from blok.triggers.worker import queues_of


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def application(
    root: Path, *nodes: Node, trigger: dict[str, Any], steps: list[dict[str, Any]], **env: str
) -> Application:
    (root / "workflows").mkdir(exist_ok=True)
    document = {"name": "case", "version": "1.0.0", "trigger": trigger, "steps": steps}
    (root / "workflows" / "case.json").write_text(json.dumps(document))
    return build_application(
        root,
        environment={"NODE_ENV": "test", **env},
        nodes={item.name: item for item in nodes},
        durable=False,
    )


class TestCron:
    def test_the_next_moment_follows_the_time_zone(self) -> None:
        assert next_time("0 9 * * *", "Europe/Berlin", at("2026-01-01T00:00:00")) == at("2026-01-01T08:00:00")

    def test_six_fields_start_with_the_seconds(self) -> None:
        assert next_time("*/10 * * * * *", "UTC", at("2026-01-01T00:00:01")) == at("2026-01-01T00:00:10")

    @pytest.mark.parametrize(
        ("schedule", "zone"), [("often", "UTC"), ("* * * *", "UTC"), ("* * * * *", "Mars/Base")]
    )
    def test_a_schedule_that_cannot_be_read_says_so(self, schedule: str, zone: str) -> None:
        with pytest.raises(InvalidScheduleError, match="cannot be read"):
            next_time(schedule, zone, 0)

    async def test_a_tick_runs_the_workflow_with_its_schedule(self, tmp_path: Path) -> None:
        block = {"schedule": "0 0 * * *"}
        step = {
            "id": "a",
            "use": "@blokjs/expr",
            "inputs": {"expression": "({b: ctx.request.body.schedule, s: ctx.state._cron_context.jobId})"},
        }
        app = application(tmp_path, trigger={"cron": block}, steps=[step])
        plan = app.engine.workflows["case"]
        request, state = cron_request(plan, block, at("2026-01-01T00:00:00"))
        outcome = await app.engine.run(plan, request, trigger="cron", state=state)
        assert outcome.data == {"b": "0 0 * * *", "s": "case:0 0 * * *"}


class TestWorker:
    async def test_a_job_is_retried_and_then_laid_aside(self, tmp_path: Path) -> None:
        attempts: list[str] = []

        @node(name="work")
        def work(ctx: Context, _inputs: dict[str, Any]) -> None:
            attempts.append(ctx.request.params["attempt"])
            raise RuntimeError("no")

        block = {"queue": "mail", "retries": 2, "delay": 1, "deadLetterQueue": "dead"}
        app = application(
            tmp_path, work, trigger={"worker": block}, steps=[{"id": "a", "use": "work", "inputs": {}}]
        )
        host = TriggerHost(app.project)
        host.refresh()
        queues = queues_of(app.engine)
        queues.publish("mail", {"to": "ada"})
        dead = await asyncio.wait_for(queues.queue("dead").get(), 5)
        host.stop()
        assert (attempts, dead.payload) == (["1", "2"], {"to": "ada"})

    async def test_jobs_come_by_priority_and_once_per_id(self, tmp_path: Path) -> None:
        seen: list[Any] = []

        @node(name="work")
        def work(ctx: Context, _inputs: dict[str, Any]) -> None:
            seen.append(ctx.request.body)

        steps = [{"id": "a", "use": "work", "inputs": {}}]
        app = application(tmp_path, work, trigger={"worker": {"queue": "q"}}, steps=steps)
        queues = queues_of(app.engine)
        for payload, priority in (("low", 0), ("high", 9)):
            queues.publish("q", payload, priority=priority, dedup_id=payload)
        queues.publish("q", "low", dedup_id="low")
        host = TriggerHost(app.project)
        host.refresh()
        for _ in range(100):
            await asyncio.sleep(0.005)
            if len(seen) >= 2:
                break
        host.stop()
        assert seen == ["high", "low"]


class TestWebhook:
    SECRET = "s3cret"

    def app(self, root: Path, **more: Any) -> AsgiApp:
        step = {"id": "a", "use": "@blokjs/expr", "inputs": {"expression": "ctx.request.body.n"}}
        trigger = {"webhook": {"provider": "github", "path": "/hook", **more}}
        return AsgiApp(application(root, trigger=trigger, steps=[step], GITHUB_WEBHOOK_SECRET=self.SECRET))

    async def call(self, app: AsgiApp, body: str, secret: str = SECRET, event: str = "push") -> Any:
        signature = "sha256=" + hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {
            "x-hub-signature-256": signature,
            "x-github-event": event,
            "x-github-delivery": "d1",
            "content-type": "application/json",
        }
        return await send(app, {"method": "POST", "path": "/hook", "body": body, "headers": headers})

    async def test_a_signed_call_runs_the_workflow(self, tmp_path: Path) -> None:
        answer = await self.call(self.app(tmp_path), '{"n": 5}')
        assert (answer.status, answer.body["status"], answer.body["response"]) == (200, "ok", 5)

    async def test_another_secret_is_refused(self, tmp_path: Path) -> None:
        answer = await self.call(self.app(tmp_path), '{"n": 5}', secret="other")
        assert (answer.status, answer.body["reason"]) == (401, "signature_mismatch")

    async def test_a_repeated_delivery_runs_once(self, tmp_path: Path) -> None:
        app = self.app(tmp_path, idempotencyKey="js/ctx.request.headers['x-github-delivery']")
        first = await self.call(app, '{"n": 5}')
        second = await self.call(app, '{"n": 5}')
        assert (second.body["status"], second.body["firstSeenRunId"]) == ("duplicate", first.body["runId"])

    async def test_an_event_that_is_not_listed_is_ignored(self, tmp_path: Path) -> None:
        answer = await self.call(self.app(tmp_path, events=["pull_request"]), "{}")
        assert answer.body["status"] == "ignored"


class TestStreams:
    async def test_a_stream_carries_the_events_of_its_workflow(self, tmp_path: Path) -> None:
        steps = [
            {"id": "a", "use": "@blokjs/sse-emit", "inputs": {"event": "tick", "data": {"n": 1}, "id": "7"}},
            {"id": "b", "use": "@blokjs/sse-emit", "inputs": {"data": "two\nlines"}},
        ]
        app = application(tmp_path, trigger={"sse": {"path": "/live"}}, steps=steps)
        answer = await send(AsgiApp(app), {"method": "GET", "path": "/live"})
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.raw.decode() == (
            'retry: 3000\n\nevent: tick\nid: 7\ndata: {"n":1}\n\ndata: two\ndata: lines\n\n'
        )

    async def test_published_events_reach_streams_that_listen(self, tmp_path: Path) -> None:
        steps = [
            {"id": "a", "use": "@blokjs/sse-subscribe", "inputs": {"channels": ["news"], "maxEvents": 1}}
        ]
        app = application(tmp_path, trigger={"sse": {"path": "/live"}}, steps=steps)
        listening = asyncio.create_task(send(AsgiApp(app), {"method": "GET", "path": "/live"}))
        await asyncio.sleep(0.02)
        app.engine.services["event-bus"].publish("news", {"n": 1}, event="made")
        assert b'event: made\nid: 1\ndata: {"n":1}' in (await asyncio.wait_for(listening, 5)).raw

    async def test_a_listener_that_comes_back_gets_what_it_missed(self) -> None:
        bus = Bus()
        for number in range(3):
            bus.publish("c", number)
        queue = bus.listen(["c"], last_id="1")
        assert [queue.get_nowait().data for _ in range(queue.qsize())] == [1, 2]


class TestMcp:
    async def rpc(self, app: AsgiApp, method: str, **params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return (await send(app, {"method": "POST", "path": "/mcp", "body": body})).body

    def app(self, root: Path) -> AsgiApp:
        step = {
            "id": "a",
            "use": "@blokjs/expr",
            "inputs": {"expression": "({sum: ctx.request.body.a + ctx.request.body.b})"},
        }
        tool = {"name": "add", "description": "Add two numbers"}
        return AsgiApp(application(root, trigger={"mcp": {"tool": tool}}, steps=[step]))

    async def test_a_workflow_is_a_tool(self, tmp_path: Path) -> None:
        app = self.app(tmp_path)
        assert (await self.rpc(app, "initialize"))["result"]["serverInfo"]["name"] == "blok-mcp"
        (tool,) = (await self.rpc(app, "tools/list"))["result"]["tools"]
        assert tool == {"name": "add", "description": "Add two numbers", "inputSchema": {"type": "object"}}
        result = (await self.rpc(app, "tools/call", name="add", arguments={"a": 2, "b": 3}))["result"]
        assert result["structuredContent"] == {"sum": 5}

    async def test_an_unknown_tool_or_method_is_an_error(self, tmp_path: Path) -> None:
        app = self.app(tmp_path)
        assert (await self.rpc(app, "tools/call", name="none"))["error"]["code"] == -32602
        assert (await self.rpc(app, "other"))["error"]["code"] == -32601

    async def test_a_notification_gets_no_answer(self, tmp_path: Path) -> None:
        body = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        answer = await send(self.app(tmp_path), {"method": "POST", "path": "/mcp", "body": body})
        assert (answer.status, answer.raw) == (202, b"")
