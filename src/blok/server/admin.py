"""The addresses under ``/__blok``: health, routes, nodes, runs, calling by name, and the run inspector."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from importlib.metadata import version
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from blok.runner.errors import error_message
from blok.runner.reply import Reply, encode_json, error_reply, json_reply, text_reply
from blok.runner.run import Run
from blok.runner.shape import shape
from blok.runner.trace import plain
from blok.server.bodies import parse_query
from blok.server.inspector import FILES, inspector_file
from blok.server.metrics import exposition
from blok.server.request import HttpRequest
from blok.workflow import outline

if TYPE_CHECKING:
    from blok.server.application import Application

_OPEN = frozenset({"/__blok/health", "/__blok/nodes"})


class Admin:
    """Answers for one application. In production a token, or an opt-out, guards what runs contain."""

    def __init__(self, application: Application) -> None:
        self.app = application
        self.engine = application.engine

    def metrics(self) -> Reply:
        """Prometheus text."""
        if str(self.engine.settings.env.get("BLOK_METRICS_DISABLED", "")) in {"1", "true"}:
            return error_reply(404, "Metrics are disabled")
        text = exposition(self.app.project, self.app.started)
        return text_reply(200, text, "text/plain; version=0.0.4; charset=utf-8")

    def refuse(self, path: str, headers: dict[str, str]) -> Reply | None:
        """Why a caller may not look, or None."""
        settings = self.engine.settings
        opt_out = "BLOK_RPC_AUTH_DISABLED" if path.startswith("/__blok/rpc/") else "BLOK_TRACE_AUTH_DISABLED"
        if path in _OPEN or settings.environment != "production" or settings.env.get(opt_out) == "1":
            return None
        token = settings.env.get("BLOK_ADMIN_TOKEN")
        if not token:
            return error_reply(503, f"Set BLOK_ADMIN_TOKEN (or {opt_out}=1) to use {path} in production.")
        if hmac.compare_digest(headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
            return None
        return error_reply(401, "A valid bearer token is needed.", [("www-authenticate", "Bearer")])

    async def handle(self, request: HttpRequest) -> Reply:  # noqa: PLR0911, PLR0912 - one answer per address
        """Answer one request below ``/__blok``."""
        method, path = request.method, request.path
        refusal = self.refuse(path, request.headers)
        if refusal is not None:
            return refusal
        parts = path.removeprefix("/__blok").strip("/").split("/")
        match method, parts:
            case "GET", [""]:
                return inspector_file("inspector.html")
            case "GET", ["inspector", name] if name in FILES:
                return inspector_file(name)
            case "GET", ["health"]:
                uptime = round(time() - self.app.started, 3)
                facts = {
                    "status": "ok",
                    "version": version("blok"),
                    "uptime": uptime,
                    "activeRuns": len(self.engine.active),
                }
                return json_reply(200, facts)
            case "GET", ["routing"]:
                table = self.app.project.table
                facts = {
                    "diagnostics": table.diagnostics,
                    "count": len(table.diagnostics),
                    "now": round(time() * 1_000),
                }
                return json_reply(200, {**facts, "routes": self.app.project.routes()})
            case "GET", ["nodes"]:
                return json_reply(200, node_catalog(self.engine.nodes))
            case "GET", ["workflows"]:
                return json_reply(200, [self._workflow(name) for name in self.engine.workflows])
            case "GET", ["workflows", *name]:
                return self._outline("/".join(name))
            case "POST", ["rpc", *name] if name:
                return await self._call("/".join(name), request)
            case _, ["runs", *rest]:
                return self._runs(method, rest, parse_query(request.query))
            case "GET", ["stream"]:
                return Reply(
                    200,
                    [("content-type", "text/event-stream"), ("cache-control", "no-store")],
                    stream=self._events(),
                )
            case "GET", ["scheduled"]:
                rows = [
                    {
                        "runId": run.id,
                        "workflowName": run.workflow,
                        "status": run.kind,
                        "scheduledAt": round(run.due * 1_000),
                    }
                    for run in self.engine.store.deferred()
                ]
                return json_reply(200, {"scheduled": rows})
            case _:
                return error_reply(404, f"Nothing at {method} {path}")

    def _workflow(self, name: str) -> dict[str, Any]:
        plan = self.engine.workflows[name]
        known = plan.statistics
        return {
            "name": name,
            "path": plan.key,
            "triggerTypes": list(plan.workflow.trigger),
            "totalRuns": known.runs,
            "errorRate": known.errors / known.runs if known.runs else 0,
            "avgDurationMs": round(known.seconds / known.runs * 1_000, 3) if known.runs else 0,
        }

    def _outline(self, name: str) -> Reply:
        plan = self.engine.workflows.get(unquote(name))
        if plan is None:
            return error_reply(404, f"Workflow '{name}' not found")
        return json_reply(200, outline(plan.workflow))

    def _runs(self, method: str, rest: list[str], query: dict[str, str]) -> Reply:  # noqa: PLR0911 - one answer per address
        traces = self.engine.traces
        if not rest:
            if method == "DELETE":
                return json_reply(200, {"deleted": traces.clear()})
            return json_reply(200, self._listed(query))
        run_id = rest[0]
        run = self.engine.active.get(run_id) or traces.find(run_id)
        written = (
            self.engine.journal.find(run_id) if run is None and self.engine.journal is not None else None
        )
        if written is not None and method == "GET":
            if rest[1:] == ["plan"]:
                return self._outline(written["run"]["workflowName"])
            return json_reply(200, written)
        if run is None and self.engine.store.get(run_id) is None:
            return error_reply(404, f"Run '{run_id}' not found")
        match method, rest[1:]:
            case "GET", []:
                return json_reply(200, self._record(run, run_id))
            case "GET", ["plan"]:
                # The plan of the run itself: its file may have changed since.
                if run is not None:
                    return json_reply(200, outline(run.plan.workflow))
                waiting = self.engine.store.get(run_id)
                assert waiting is not None
                return self._outline(waiting.workflow)
            case "GET", ["events"]:
                return json_reply(200, {"events": self._record(run, run_id)["nodes"]})
            case "POST", ["cancel"]:
                before = run.status if run is not None else "delayed"
                if not self.engine.cancel(run_id):
                    return error_reply(400, f"Run '{run_id}' is already {before}")
                told = {
                    "cancelled": True,
                    "runId": run_id,
                    "previousStatus": before,
                    "newStatus": "cancelled",
                }
                return json_reply(200, told)
            case _:
                return error_reply(404, f"Nothing at {method} for a run")

    def _record(self, run: Run | None, run_id: str) -> dict[str, Any]:
        if run is not None:
            return {**run.record(), "request": plain(run.request), "response": plain(run.response)}
        waiting = self.engine.store.get(run_id)
        assert waiting is not None
        facts = {"id": run_id, "workflowName": waiting.workflow, "status": waiting.kind}
        return {"run": {**facts, "scheduledAt": round(waiting.due * 1_000)}, "nodes": [], "logs": []}

    def _listed(self, query: dict[str, str]) -> dict[str, Any]:
        limit = min(int(query.get("limit", "50")) if query.get("limit", "50").isdigit() else 50, 500)
        offset = int(query["offset"]) if query.get("offset", "").isdigit() else 0
        rows = [
            run
            for run in [*reversed(self.engine.active.values()), *self.engine.traces]
            if query.get("workflow") in {None, "", run.plan.name}
            and query.get("status") in {None, "", run.status}
        ]
        page = [run.summary() for run in rows[offset : offset + limit]]
        return {"runs": page, "total": len(rows), "page": offset // limit + 1 if limit else 1}

    async def _call(self, name: str, request: HttpRequest) -> Reply:
        """Run an http-triggered workflow by its name; the body is its input."""
        plan = self.engine.workflows.get(name)
        if plan is None or "http" not in plan.workflow.trigger or plan.workflow.is_middleware:
            return error_reply(404, f'Workflow "{name}" is not registered for RPC.')
        try:
            value = msgspec.json.decode(request.body) if request.body else {}
        except (msgspec.DecodeError, ValueError) as error:
            return error_reply(400, f"The body is not valid JSON: {error_message(error)}")
        scalars = {
            key: encode_json(item).decode() if not isinstance(item, str) else item
            for key, item in (value.items() if isinstance(value, dict) else ())
            if isinstance(item, str | int | float | bool)
        }
        seen = {
            "body": value,
            "rawBody": request.body.decode("utf-8", "replace"),
            "headers": request.headers,
            "params": scalars,
            "query": dict(scalars),
            "method": "POST",
            "path": f"/__blok/rpc/{name}",
            "url": f"/__blok/rpc/{name}",
        }
        return shape(await self.engine.run(plan, seen), plan.profile.generation)

    async def _events(self) -> AsyncIterator[bytes]:
        """Finished runs as they come, as server-sent events."""
        queue: asyncio.Queue[Run] = asyncio.Queue(maxsize=256)

        def listen(run: Run) -> None:
            if not queue.full():
                queue.put_nowait(run)

        self.engine.on_finish.append(listen)
        try:
            yield b"retry: 3000\nevent: connected\ndata: {}\n\n"
            while True:
                try:
                    run = await asyncio.wait_for(queue.get(), 5)
                except TimeoutError:
                    yield b": heartbeat\n\n"
                    continue
                kind = "RUN_COMPLETED" if run.status == "completed" else "RUN_FAILED"
                yield f"event: {kind}\nid: {run.id}\ndata: ".encode() + encode_json(run.summary()) + b"\n\n"
        finally:
            self.engine.on_finish.remove(listen)


def node_catalog(nodes: Any) -> dict[str, Any]:
    """Every node with its JSON Schemas."""
    rows = [
        {
            "name": node.name,
            "ref": node.name,
            "runtime": node.runtime,
            "description": node.description,
            "inputSchema": node.input.schema,
            "outputSchema": node.output.schema,
            "contentType": node.content_type,
            "flow": node.flow,
            "tags": list(node.tags),
        }
        for node in nodes
    ]
    return {"nodes": rows, "count": len(rows)}
