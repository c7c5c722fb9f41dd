"""The port of a process that runs apart: health, measurements, and requests that the hub has signed.

The port is for the gateway and the other services. It answers nobody else, not even as it would answer a
visitor without a name: what the gateway refuses is to be refused here as well.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from blokhub.infra.clients import NOT_HANDLED
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Context
from blokhub.kernel.errors import NotFound, ProblemError, Unavailable

_log = structlog.get_logger("access")
_CONTEXT = HEADER.encode()
_JSON = "application/json"

# How a process stands (healthy, degraded or unready), and what keeps it from its work.
Readiness = Callable[[], Awaitable[tuple[str, list[str]]]]


class NotSigned(ProblemError):
    """A service was asked directly. Only the gateway and the other services may: they sign who asks."""

    status = 403
    name = "not_signed"
    title = "Ask at the gateway"


class Door:
    """The ASGI application of a process that runs apart; without `app` there is nothing behind it."""

    def __init__(self, app: Any | None, signer: ContextSigner, readiness: Readiness) -> None:
        self._app = app
        self._signer = signer
        self._readiness = readiness
        self._closing = False

    def close(self) -> None:
        """Take nothing new: who comes now is sent to another replica."""
        self._closing = True

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        match scope["path"]:
            case "/health/live":
                await _answer(send, 200, _JSON, msgspec.json.encode({"state": "live"}))
            case "/health/ready":
                await self._ready(send)
            case "/metrics":
                await _answer(send, 200, CONTENT_TYPE_LATEST, generate_latest())
            case _:
                await self._serve(scope, receive, send)

    async def _ready(self, send: Any) -> None:
        state, problems = ("unready", ["It is about to stop."]) if self._closing else await self._readiness()
        body = msgspec.json.encode({"state": state, "problems": problems})
        await _answer(send, 503 if state == "unready" else 200, _JSON, body)

    async def _serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._closing:
            stopping = Unavailable("This replica is about to stop; another one answers.", retry_after=1)
            await _refuse(send, stopping, scope["path"], (NOT_HANDLED.encode(), b"1"))
            return
        context = self._context(scope)
        if context is None:
            error = NotSigned("This port is for the hub itself. Send the request to the hub's own address.")
            await _refuse(send, error, scope["path"])
            return
        if self._app is None:
            await _refuse(send, NotFound("There is nothing here."), scope["path"])
            return
        await self._pass(context, scope, receive, send)

    def _context(self, scope: dict[str, Any]) -> Context | None:
        signed = [value for name, value in scope["headers"] if name == _CONTEXT]
        return self._signer.read(signed[0].decode("latin-1")) if len(signed) == 1 else None

    async def _pass(self, context: Context, scope: dict[str, Any], receive: Any, send: Any) -> None:
        assert self._app is not None
        started = time.perf_counter()
        status = 0

        async def note(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=context.correlation)
        try:
            await self._app(scope, receive, note)
        finally:
            elapsed = round((time.perf_counter() - started) * 1000, 2)
            _log.info("request", method=scope["method"], path=scope["path"], status=status, ms=elapsed)


async def _answer(send: Any, status: int, media: str, body: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", media.encode()), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Any, error: ProblemError, path: str, *more: tuple[bytes, bytes]) -> None:
    body = msgspec.json.encode(error.as_problem(path))
    await _answer(send, error.status, "application/problem+json", body, *more)
