"""A few answers of a hub on a real port, for behaviour that a whole hub shows only by accident."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any, dict[str, str]]


class Request:
    """What was asked."""

    def __init__(self, method: str, target: str, headers: Any, body: bytes) -> None:
        parts = urlsplit(target)
        self.method = method
        self.path = parts.path
        self.query = parse_qs(parts.query)
        self.headers = headers
        self.json = json.loads(body) if body else None


Handler = Callable[[Request], Answer]


class SmallHub:
    """Answers what it was told to; everything else is a 404 problem."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._handlers: dict[tuple[str, str], Handler] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def on(self, method: str, path: str, handler: Handler) -> None:
        """Answer with what `handler` returns."""
        self._handlers[method, path] = handler

    def answer(self, method: str, path: str, body: Any, status: int = 200, **headers: str) -> None:
        """Answer always the same."""
        self.on(method, path, lambda _: (status, body, headers))

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of a kind, in order."""
        return [each for each in self.requests if (each.method, each.path) == (method, path)]

    def reply(self, request: Request) -> Answer:
        self.requests.append(request)
        handler = self._handlers.get((request.method, request.path))
        return handler(request) if handler else problem(404, "not_found", "There is nothing here")


def problem(status: int, name: str, title: str, **members: Any) -> Answer:
    """A problem document (RFC 9457)."""
    document = {"type": f"/problems/{name}", "name": name, "title": title, "status": status, **members}
    return status, document, {"content-type": "application/problem+json"}


def _handler_of(hub: SmallHub) -> type[BaseHTTPRequestHandler]:
    class Handle(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, content, headers = hub.reply(Request(self.command, self.path, self.headers, body))
            sent = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  http.server calls them so

        def log_message(self, *_: Any) -> None:
            pass

    return Handle
