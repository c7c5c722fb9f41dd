"""The SSE trigger: one run per connection, writing events until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from blok.runner.engine import Engine
from blok.runner.plan import Plan
from blok.runner.reply import Reply, encode_json, error_reply
from blok.runner.run import Run
from blok.server.request import HttpRequest, context_request_v2

HEADERS = [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")]


class Stream:
    """What nodes write to: ``ctx.stream``."""

    def __init__(self, stream_id: str, last_event_id: str | None) -> None:
        self.id = stream_id
        self.last_event_id = last_event_id
        self.closed = False
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue(256)

    async def write(
        self,
        data: Any,
        *,
        event: str | None = None,
        event_id: str | None = None,
        retry: int | None = None,
    ) -> None:
        """Send one event; does nothing when the client has gone."""
        if self.closed:
            return
        text = data if isinstance(data, str) else encode_json(data).decode()
        lines = [
            f"{name}: {_one_line(value)}"
            for name, value in (("event", event), ("id", event_id), ("retry", retry))
            if value is not None
        ]
        lines += [f"data: {line}" for line in text.splitlines() or [""]]
        await self._parts.put(("\n".join(lines) + "\n\n").encode())

    async def comment(self, text: str) -> None:
        """Send a comment, which keeps the connection alive."""
        if not self.closed:
            await self._parts.put(f": {_one_line(text)}\n\n".encode())

    async def end(self) -> None:
        """No more events will come."""
        await self._parts.put(None)

    async def parts(self, heartbeat: float, retry: int) -> AsyncIterator[bytes]:
        """The bytes to send, with a heartbeat in silence."""
        yield f"retry: {retry}\n\n".encode()
        while True:
            try:
                part = await asyncio.wait_for(self._parts.get(), heartbeat)
            except TimeoutError:
                yield b": heartbeat\n\n"
                continue
            if part is None:
                return
            yield part


def _one_line(value: object) -> str:
    return str(value).replace("\r", " ").replace("\n", " ")


async def answer_sse(engine: Engine, plan: Plan, request: HttpRequest, params: dict[str, str]) -> Reply:
    """Open a stream and run the workflow into it."""
    block = plan.workflow.trigger["sse"]
    open_streams: dict[str, int] = engine.services.setdefault("sse-connections", {})
    if open_streams.get(plan.name, 0) >= int(block.get("maxConnections") or 10_000):
        return error_reply(503, "Too many open streams.")
    seen, request_id = context_request_v2(request, request.path, params)
    run = Run(engine, plan, "sse", seen)
    stream = run.stream = Stream(run.id, request.headers.get("last-event-id"))
    open_streams[plan.name] = open_streams.get(plan.name, 0) + 1

    async def work() -> None:
        try:
            outcome = await engine.run_prepared(run, engine.make_ctx(plan, seen, request_id))
            if outcome.error is not None:
                await stream.write({"error": str(outcome.error)}, event="error")
        finally:
            await stream.end()

    async def parts() -> AsyncIterator[bytes]:
        task = engine.spawn(work())
        try:
            async for part in stream.parts(
                float(block.get("heartbeatInterval") or 15_000) / 1_000,
                int(block.get("retryInterval") or 3_000),
            ):
                yield part
        finally:
            stream.closed = True
            run.cancel()
            task.cancel()
            open_streams[plan.name] -= 1

    return Reply(200, HEADERS, stream=parts())
