"""One request to an application, in this process, with no server between."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from blok.server import AsgiApp


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """Parsed JSON when it parses, else the text."""
        try:
            return json.loads(self.raw)
        except ValueError:
            return self.raw.decode("utf-8", "replace")


async def send(app: AsgiApp, request: dict[str, Any]) -> Answer:
    """Send a request of the cases' shape and read the whole answer."""
    url = urlsplit(request["path"])
    query = "&".join(
        part for part in (url.query, urlencode(request.get("query") or {}, quote_via=quote)) if part
    )
    headers = {
        "host": "localhost",
        **{key.lower(): value for key, value in (request.get("headers") or {}).items()},
    }
    body = b""
    if "body" in request:
        if isinstance(request["body"], str):
            body = request["body"].encode()
        else:
            body = json.dumps(request["body"]).encode()
            headers.setdefault("content-type", "application/json")
    return await call(app, request["method"], url.path, query, headers, body)


async def call(  # noqa: PLR0917 - one place calls it
    app: AsgiApp, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> Answer:
    """The ASGI conversation of one request."""
    from urllib.parse import unquote

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def collect(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, collect)
    raw = b"".join(message.get("body", b"") for message in sent[1:])
    answered = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], answered, raw)
