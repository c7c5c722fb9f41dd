"""How a service asks another one: in this process when it lives here, over HTTP when it does not."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp
import msgspec
import structlog
from prometheus_client import Counter
from yarl import URL

from blokhub.infra.replicas import Canary, Replica, Replicas
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Context
from blokhub.kernel.errors import Unavailable

_log = structlog.get_logger("clients")
_left_out = Counter(
    "blok_replica_left_out_total", "Times that a replica was left out for a while.", ["service", "reason"]
)

Headers = list[tuple[bytes, bytes]]

# A service that is about to stop refuses what it has not begun with this header: ask another replica.
NOT_HANDLED = "blok-not-handled"
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_CONNECT_SECONDS = 1.0
# A read is never long; a run may be.
_READ_SECONDS = 10.0
# Who gives up after that long, such as a page that is composed, says that the service was slow.
_PATIENCE_SECONDS = 1.0
_ERROR_ATTEMPTS = 2
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
        trials = {name: Canary(url, share) for name, (url, share) in (canaries or {}).items()}
        self._remote = {name: Replicas(urls, trials.get(name)) for name, urls in remote.items() if urls}
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
        request = _Request(method, target, headers, body)
        with replicas.admit():
            return await self._send_on(service, replicas, request)

    async def _send_on(self, service: str, replicas: Replicas, request: "_Request") -> Answer:
        """Try one replica after the other until one answers, with an error only if two do."""
        failed: list[Answer] = []
        for replica in replicas.candidates():
            answer = await self._attempt(service, replicas, replica, request)
            if answer is None:
                continue
            if answer.status < 500:
                return answer
            failed.append(answer)
            if not request.repeatable or len(failed) == _ERROR_ATTEMPTS:
                break
        if failed:
            return failed[-1]
        raise Unavailable(f"The service {service} does not answer. Try again in a moment.", retry_after=2)

    async def _attempt(
        self, service: str, replicas: Replicas, replica: Replica, request: "_Request"
    ) -> Answer | None:
        """What one replica answers, or None when another one may be asked instead."""
        try:
            with _noting_slowness(service, replicas, replica):
                answer = await self._ask(replica.url, request)
        except _NOT_SENT as error:
            _leave_out(service, replicas, replica, error)
            return None
        except aiohttp.ClientError as error:
            _leave_out(service, replicas, replica, error)
            if request.repeatable:
                return None
            raise Unavailable(
                f"The service {service} went away in the middle. See whether it was done, then try again.",
                retry_after=2,
            ) from error
        if NOT_HANDLED in answer.headers:
            replicas.note_unreachable(replica)
            return None
        if answer.status < 500:
            replicas.note_answer(replica)
        elif replicas.note_error(replica):
            _tell(service, replica, "errors")
        return answer

    async def _ask(self, url: str, request: "_Request") -> Answer:
        if self._http is None:
            self._http = _open_session()
        seconds = min(self._seconds, _READ_SECONDS) if request.method in {"GET", "HEAD"} else self._seconds
        async with self._http.request(
            request.method,
            URL(url + quote(request.target, safe=_URL_CHARACTERS), encoded=True),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers],
            data=request.body or None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS),
        ) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, await response.read())

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()


@dataclass(frozen=True)
class _Request:
    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice is the same as doing it once (RFC 9110, section 9.2.2)."""
        return self.method in _REPEATABLE


@contextmanager
def _noting_slowness(service: str, replicas: Replicas, replica: Replica) -> Iterator[None]:
    """Note a replica that does not answer in time. Raises Unavailable instead of TimeoutError."""
    started = time.monotonic()
    try:
        yield
    except _NOT_SENT:
        raise
    except TimeoutError as error:
        if replicas.note_slow(replica):
            _tell(service, replica, "hangs")
        raise Unavailable(f"The service {service} took too long.", retry_after=5) from error
    except asyncio.CancelledError:
        waited = time.monotonic() - started
        if waited > _PATIENCE_SECONDS and replicas.note_slow(replica):
            _tell(service, replica, "hangs")
        raise


def _leave_out(service: str, replicas: Replicas, replica: Replica, error: Exception) -> None:
    """That a replica cannot be reached is news when it had answered: others are just not there yet."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        replicas.note_slow(replica)
    if replicas.note_unreachable(replica):
        _tell(service, replica, "unreachable", str(error))
    else:
        _log.info("a replica cannot be reached yet", service=service, url=replica.url)


def _tell(service: str, replica: Replica, reason: str, error: str = "") -> None:
    _left_out.labels(service, reason).inc()
    _log.warning("a replica is left out", service=service, url=replica.url, reason=reason, error=error)


def _open_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=15),
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
