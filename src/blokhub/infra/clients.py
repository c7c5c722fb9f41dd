"""How a service asks another one: in this process when it lives here, over HTTP when it does not."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Context
from blokhub.kernel.errors import Unavailable

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """What another service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON values."""
        return msgspec.json.decode(self.body) if self.body else None

    @property
    def ok(self) -> bool:
        """Whether the status tells of success."""
        return 200 <= self.status < 300


class Clients:
    """The services that this process can reach."""

    def __init__(self, signer: ContextSigner, remote: Mapping[str, str]) -> None:
        self._signer = signer
        self._local: dict[str, Any] = {}
        self._remote = {name: itertools.cycle(urls.split("|")) for name, urls in remote.items()}
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(30, connect=2)) if remote else None

    def add_local(self, name: str, app: Any) -> None:
        """A service whose ASGI application is in this process."""
        self._local[name] = app

    def local(self, name: str) -> Any | None:
        """The application of a service of this process, or None."""
        return self._local.get(name)

    def names(self) -> list[str]:
        """Every service that can be reached."""
        return sorted({*self._local, *self._remote})

    async def call(
        self,
        service: str,
        method: str,
        target: str,
        context: Context,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request on behalf of `context`; `target` is a path with its query.

        Raises Unavailable when the service cannot be reached.
        """
        raw = b"" if body is None else msgspec.json.encode(body)
        lines: Headers = [(HEADER.encode(), self._signer.sign(context).encode())]
        lines += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        if raw:
            lines += [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
        return await self.send(service, method, target, lines, raw)

    async def send(self, service: str, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        """Send a request that is ready but for its way."""
        app = self._local.get(service)
        if app is not None:
            return await call_asgi(app, method, target, headers, body)
        urls = self._remote.get(service)
        if urls is None or self._http is None:
            raise Unavailable(f"The service {service} is not part of this installation.")
        try:
            response = await self._http.request(method, next(urls) + target, headers=headers, content=body)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"The service {service} does not answer. Try again in a moment.", retry_after=2
            ) from error
        return Answer(response.status_code, dict(response.headers), response.content)

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()


async def call_asgi(app: Any, method: str, target: str, headers: Headers, body: bytes) -> Answer:
    """Ask an ASGI application of this process."""
    parts = urlsplit(target)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": quote(parts.path, safe="/%:@!$&'()*+,;=-._~").encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("localhost", 80),
        "state": {},
    }
    status = 500
    answered: dict[str, str] = {}
    chunks: list[bytes] = []
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            answered.update((name.decode().lower(), value.decode()) for name, value in message["headers"])
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, answered, b"".join(chunks))
