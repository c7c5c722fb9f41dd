"""RSGI: Granian's own interface, about a third faster than ASGI for small answers."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

from blok.runner.reply import error_reply
from blok.server.application import Application
from blok.server.asgi import MAX_BODY
from blok.server.background import Background
from blok.server.request import HttpRequest


class RsgiApp:
    """One application behind the RSGI interface."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.background = Background(application)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the server when a worker has its event loop."""
        loop.call_soon(self.background.start)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the server when a worker stops."""
        if not loop.is_closed() and not loop.is_running():
            loop.run_until_complete(self.background.stop())

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        if scope.proto != "http":
            protocol.close(403)
            return
        method, path = scope.method, scope.path
        headers = dict(scope.headers.items())
        body = b""
        if method not in {"GET", "HEAD"}:
            if int(headers.get("content-length") or 0) > MAX_BODY:
                reply = error_reply(413, f"The body is larger than {MAX_BODY // 1024 // 1024} MiB.")
                protocol.response_bytes(reply.status, reply.headers, reply.body)
                return
            body = await protocol()
        decoded = unquote(path) if "%" in path else path
        request = HttpRequest(method, decoded, path, scope.query_string, headers, body)
        reply = await self.application.handle(request)
        if reply.stream is not None:
            transport = protocol.response_stream(reply.status, reply.headers)
            async for part in reply.stream:
                await transport.send_bytes(part)
        elif reply.body and method != "HEAD":
            protocol.response_bytes(reply.status, reply.headers, reply.body)
        else:
            protocol.response_empty(reply.status, reply.headers)
