"""The gateway: an ASGI application in front of the services."""

import re
import time
from typing import Any

import msgspec
import structlog
from prometheus_client import Histogram

from blokhub.gateway.authentication import Authenticator
from blokhub.gateway.conditional import ConditionalSend
from blokhub.gateway.routing import service_for
from blokhub.gateway.web import WebAnswer, WebFiles
from blokhub.infra.clients import Clients
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Context
from blokhub.kernel.errors import NotFound, ProblemError
from blokhub.kernel.ids import new_id

_log = structlog.get_logger("access")
_seconds = Histogram("blok_gateway_seconds", "Time to answer at the gateway.", ["service", "status"])
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_CONTEXT = HEADER.encode()
_MAX_BODY = 2 * 1024 * 1024

_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'")

Scope = dict[str, Any]


class Gateway:
    """Checks who asks, gives the request an id, sends it where it belongs, and guards the answer."""

    def __init__(
        self, own: Any, clients: Clients, signer: ContextSigner, authenticator: Authenticator, web: WebFiles
    ) -> None:
        self._own = own
        self._web = web
        self._clients = clients
        self._signer = signer
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = _request_id(headers.get(b"x-request-id"))
        answer = _Answer(send, request_id, signed_in=b"authorization" in headers)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        service = service_for(scope["path"])
        try:
            context = await self._context(headers, request_id)
            await self._answer(scope, receive, answer, headers=headers, service=service, context=context)
        except ProblemError as error:
            await answer.problem(error, scope["path"])
        except Exception as error:
            _log.error("unhandled error", path=scope["path"], exc_info=error)
            await answer.problem(
                ProblemError("This is a fault of ours. Report it with the request id."), scope["path"]
            )
        finally:
            elapsed = time.perf_counter() - started
            _seconds.labels(service or "gateway", str(answer.status)).observe(elapsed)
            _log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=answer.status,
                ms=round(elapsed * 1000, 2),
                service=service or "gateway",
            )

    async def _context(self, headers: dict[bytes, bytes], request_id: str) -> Context:
        authorization = headers.get(b"authorization")
        if authorization is None:
            return Context(correlation=request_id)
        identity = await self._authenticator.identify(authorization.decode("latin-1"))
        return Context(actor=identity.actor, correlation=request_id, session=identity.session_id)

    async def _answer(
        self,
        scope: Scope,
        receive: Any,
        answer: "_Answer",
        *,
        headers: dict[bytes, bytes],
        service: str | None,
        context: Context,
    ) -> None:
        if scope["path"].startswith("/internal"):
            raise NotFound("There is nothing here.")
        kept = [pair for pair in scope["headers"] if pair[0] not in (_CONTEXT, b"authorization")]
        kept.append((_CONTEXT, self._signer.sign(context).encode()))
        inner = {**scope, "headers": kept}
        send: Any = answer
        if scope["method"] == "GET":
            wanted, since = (_text(headers.get(name)) for name in (b"if-none-match", b"if-modified-since"))
            send = ConditionalSend(answer, wanted, since)
        if service is None:
            found = self._web.find(scope)
            if found is not None:
                await _send_file(send, found, scope["method"])
            else:
                await self._own(inner, receive, send)
            return
        local = self._clients.local(service)
        if local is not None:
            await local(inner, receive, send)
        else:
            await self._forward(inner, receive, send, service)

    async def _forward(self, scope: Scope, receive: Any, send: Any, service: str) -> None:
        """Send a request on to a service that runs in a process of its own."""
        body = await _read_body(receive)
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("utf-8", "replace")
        dropped = (
            b"host",
            b"connection",
            b"upgrade",
            b"expect",
            b"te",
            b"transfer-encoding",
            b"if-none-match",
        )
        headers = [pair for pair in scope["headers"] if pair[0] not in dropped]
        # The service compares the origin of a browser with the address that the browser knows.
        named = {name for name, _ in headers}
        if b"x-forwarded-host" not in named:
            headers += [(b"x-forwarded-host", value) for name, value in scope["headers"] if name == b"host"]
        found = await self._clients.send(service, scope["method"], target, headers, body)
        skipped = {"connection", "keep-alive", "transfer-encoding", "date", "server"}
        passed = [
            (name.encode(), value.encode()) for name, value in found.headers.items() if name not in skipped
        ]
        await send({"type": "http.response.start", "status": found.status, "headers": passed})
        await send({"type": "http.response.body", "body": found.body})


class _Answer:
    """Stands before `send`: notes the status, and adds the headers that every answer carries."""

    def __init__(self, send: Any, request_id: str, *, signed_in: bool) -> None:
        self._send = send
        self._request_id = request_id.encode()
        self._signed_in = signed_in
        self.status = 0

    async def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._with_ours(list(message["headers"]))}
        await self._send(message)

    def _with_ours(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in headers}
        headers += [(b"x-request-id", self._request_id), *_SECURITY]
        if _POLICY[0] not in names:
            headers.append(_POLICY)
        if b"cache-control" not in names:
            headers.append((b"cache-control", b"private, no-cache" if self._signed_in else b"no-cache"))
        headers.append((b"vary", b"Authorization"))
        return headers

    async def problem(self, error: ProblemError, path: str) -> None:
        """Answer with a problem document, unless an answer has begun."""
        if self.status:
            return
        body = msgspec.json.encode(error.as_problem(path))
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
        ]
        if error.status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        if "retry_after" in error.extra:
            headers.append((b"retry-after", str(error.extra["retry_after"]).encode()))
        await self({"type": "http.response.start", "status": error.status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


async def _send_file(send: Any, found: WebAnswer, method: str) -> None:
    await send({"type": "http.response.start", "status": found.status, "headers": list(found.headers)})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else found.body})


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value is not None else None


def _request_id(given: bytes | None) -> str:
    text = given.decode("latin-1") if given else ""
    return text if _REQUEST_ID.match(text) else new_id()


async def _read_body(receive: Any) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > _MAX_BODY:
            raise _TooLarge(f"A body may have {_MAX_BODY // 1024} KiB.")
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


class _TooLarge(ProblemError):
    status = 413
    name = "too_large"
    title = "The body is too large"
