"""How a service asks another one: in this process when it lives here, over HTTP when it does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp
import msgspec
import structlog
from prometheus_client import Counter
from yarl import URL

from blokhub.infra.replicas import Canary, Replicas
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Context
from blokhub.kernel.errors import Unavailable

_log = structlog.get_logger("clients")
_ejected = Counter("blok_replica_ejected_total", "Times that a replica could not be reached.", ["service"])

Headers = list[tuple[bytes, bytes]]

# A service that is about to stop refuses what it has not begun with this header: ask another replica.
NOT_HANDLED = "blok-not-handled"
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_CONNECT_SECONDS = 1.0
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
# What stands in a target that is ready; anything else, such as the end of a line, is escaped.
_URL_CHARACTERS = "/%:@!$&'()*+,;=-._~?"


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
    """The services that this process can reach.

    `remote` names the base addresses of each service's replicas; `canaries` the address of a version on
    trial with its share of the calls (0 to 1); `seconds` is how long an answer may take.
    """

    def __init__(
        self,
        signer: ContextSigner,
        remote: Mapping[str, Sequence[str]],
        canaries: Mapping[str, tuple[str, float]] | None = None,
        seconds: float = 60.0,
    ) -> None:
        self._signer = signer
        self._local: dict[str, Any] = {}
        self._remote = {name: Replicas(urls) for name, urls in remote.items() if urls}
        for name, (url, share) in (canaries or {}).items():
            if name in self._remote:
                self._remote[name].canary = Canary(url, share)
        self._seconds = seconds
        self._http: aiohttp.ClientSession | None = None

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
        """Send a request that is ready but for its way: to the next replica, and on to another one when that
        cannot have begun with it, or when doing it twice is the same as doing it once.

        Raises Unavailable when no replica answers.
        """
        app = self._local.get(service)
        if app is not None:
            return await call_asgi(app, method, target, headers, body)
        replicas = self._remote.get(service)
        if replicas is None:
            raise Unavailable(f"The service {service} is not part of this installation.")
        for url in replicas.candidates():
            try:
                answer = await self._ask(url, method, target, headers, body)
            except _NOT_SENT as error:
                _leave_out(replicas, service, url, error)
            except TimeoutError as error:
                raise Unavailable(f"The service {service} took too long.", retry_after=5) from error
            except aiohttp.ClientError as error:
                _leave_out(replicas, service, url, error)
                if method not in _REPEATABLE:
                    raise Unavailable(
                        f"The service {service} went away in the middle. See whether it was done before you "
                        "try again.",
                        retry_after=2,
                    ) from error
            else:
                if NOT_HANDLED not in answer.headers:
                    replicas.restore(url)
                    return answer
                replicas.eject(url)
        raise Unavailable(f"The service {service} does not answer. Try again in a moment.", retry_after=2)

    async def _ask(self, url: str, method: str, target: str, headers: Headers, body: bytes) -> Answer:
        if self._http is None:
            self._http = _open_session(self._seconds)
        lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        address = URL(url + quote(target, safe=_URL_CHARACTERS), encoded=True)
        async with self._http.request(
            method, address, headers=lines, data=body or None, allow_redirects=False
        ) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, await response.read())

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()


def _leave_out(replicas: Replicas, service: str, url: str, error: Exception) -> None:
    """Eject a replica. That is worth a warning once, when it had answered: others are just not there yet."""
    tell = _log.warning if replicas.eject(url) else _log.info
    _ejected.labels(service).inc()
    tell("a replica cannot be reached", service=service, url=url, error=str(error))


def _open_session(seconds: float) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS),
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=100, keepalive_timeout=15),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


async def call_asgi(app: Any, method: str, target: str, headers: Headers, body: bytes) -> Answer:
    """Ask an ASGI application of this process."""
    parts = urlsplit(target)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(parts.path),
        "raw_path": quote(parts.path, safe=_URL_CHARACTERS).encode(),
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
