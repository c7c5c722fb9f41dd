"""ASGI: for tests, for mounting beside another application, and for any ASGI server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from blok.runner.reply import Reply, error_reply
from blok.server.application import Application
from blok.server.background import Background
from blok.server.request import HttpRequest

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
MAX_BODY = 100 * 1024 * 1024


class AsgiApp:
    """One application behind the ASGI interface."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.background = Background(application)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or take part in the lifespan protocol."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method = scope["method"]
        body = b"" if method in {"GET", "HEAD"} else await _read(receive)
        if body is None:
            reply = error_reply(413, f"The body is larger than {MAX_BODY // 1024 // 1024} MiB.")
        else:
            raw = scope.get("raw_path")
            raw_path = raw.decode("latin-1").partition("?")[0] if raw else quote(scope["path"])
            query = scope["query_string"].decode("latin-1")
            request = HttpRequest(method, scope["path"], raw_path, query, headers, body)
            reply = await self.application.handle(request)
        await _send(reply, method, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.background.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.background.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts, size = [body], len(body)
    while message.get("more_body"):
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


async def _send(reply: Reply, method: str, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("utf-8")) for name, value in reply.headers]
    if reply.stream is None:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.stream is None:
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})
        return
    async for part in reply.stream:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
