"""The HTTP application of one service: its routes, and what every service answers alike."""

import asyncio
import time
from typing import Any

import msgspec
import sqlalchemy as sa
import structlog
from litestar import Litestar, Request, Response, get, post
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath
from prometheus_client import Counter, Histogram

from blokhub.infra import dead_letters, eventstore, signing
from blokhub.infra.dead_letters import DeadLetter
from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.host import Host, Service
from blokhub.infra.problems import HANDLERS, ProblemPage, known_problems
from blokhub.infra.reactions import Reactions
from blokhub.infra.tables import inbox
from blokhub.kernel import chain, position, text
from blokhub.kernel.context import Context
from blokhub.kernel.errors import InvalidInput, NotFound
from blokhub.kernel.events import RecordedEvent
from blokhub.kernel.ids import new_id

_seconds = Histogram("blok_http_seconds", "Time to answer.", ["service", "method", "route", "status"])
_timeouts = Counter("blok_position_timeouts_total", "Reads that did not see a write in time.", ["service"])

POSITION_SECONDS = 3.0
MAX_BODY = 2 * 1024 * 1024


class ServiceStatus(msgspec.Struct, frozen=True):
    """How a service stands."""

    name: str
    version: str
    summary: str
    state: str
    problems: list[str]
    owns: list[str]
    publishes: list[str]
    listens_to: list[str]
    dead_letters: int


class Audit(msgspec.Struct, frozen=True):
    """Everything that happened in a stream, and whether its hash chain holds (or where it breaks)."""

    stream: str
    intact: bool
    broken_at: int | None
    events: list[RecordedEvent]


def build_app(host: Host, service: Service) -> Litestar:
    """The ASGI application of `service`, running as `host`."""
    return Litestar(
        route_handlers=[*service.routes, *_common_routes(service)],
        dependencies={
            "host": Provide(lambda: host, sync_to_thread=False),
            "context": Provide(_context_of, sync_to_thread=False),
        },
        exception_handlers=HANDLERS,
        middleware=[_measured(service.name)],
        before_request=_before_request(host, service),
        openapi_config=OpenAPIConfig(
            title=f"Blok {service.name}",
            version=service.version,
            use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin()],
        ),
        logging_config=None,
        request_max_body_size=MAX_BODY,
    )


def _context_of(request: Request[Any, Any, Any], host: TheHost) -> Context:
    signed = request.headers.get(signing.HEADER)
    context = host.signer.read(signed) if signed else None
    return context or Context(correlation=new_id())


def _before_request(host: Host, service: Service) -> Any:
    """Refuse text that no store can hold; let a read wait for the writes that it is to see."""
    wait = _waits_for_positions(host, service)

    async def before(request: Request[Any, Any, Any]) -> None:
        await _refuse_nul(request)
        await wait(request)

    return before


async def _refuse_nul(request: Request[Any, Any, Any]) -> None:
    if "\0" in request.scope["path"]:
        raise NotFound("No address has the character NUL in it.")
    if b"%00" in request.scope["query_string"]:
        raise InvalidInput("The query may not have the character NUL in it.", pointer="/query")
    if request.method not in {"GET", "HEAD"} and text.has_nul(await request.body()):
        raise InvalidInput("No text may have the character NUL in it.", pointer="")


def _waits_for_positions(host: Host, service: Service) -> Any:
    """Hold a read that carries position tokens until their events have had their effect here."""
    sources = service.reactions.sources() if service.reactions else []

    async def wait(request: Request[Any, Any, Any]) -> None:
        token = request.headers.get(position.HEADER)
        if not token or request.method != "GET" or not sources:
            return
        wanted = [event for name, event in position.parse_positions(token).items() if name in sources]
        if wanted and not await _handled(host, wanted):
            _timeouts.labels(service.name).inc()

    return wait


async def _handled(host: Host, event_ids: list[str]) -> bool:
    deadline = time.monotonic() + POSITION_SECONDS
    query = sa.select(sa.func.count()).where(inbox.c.event_id.in_(event_ids))
    while True:
        async with host.read() as connection:
            if (await connection.execute(query)).scalar_one() == len(set(event_ids)):
                return True
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)


def _measured(service: str) -> Any:
    """Middleware that measures each answer, and gives every log line of a request its id."""

    def middleware(app: Any) -> Any:
        async def measure(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            started = time.perf_counter()
            status = 500

            async def note(message: Any) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            structlog.contextvars.bind_contextvars(service=service)
            try:
                await app(scope, receive, note)
            finally:
                route = scope.get("path_template") or "unknown"
                labels = (service, scope["method"], route, str(status))
                _seconds.labels(*labels).observe(time.perf_counter() - started)

        return measure

    return middleware


def _common_routes(service: Service) -> list[Any]:
    """What a service answers besides its own routes; none of it is reachable through the gateway as such."""
    reactions = service.reactions or Reactions()

    @get("/internal/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"state": "live"}

    @get("/internal/ready", include_in_schema=False)
    async def ready(host: TheHost) -> Response[dict[str, Any]]:
        state, problems = await find_problems(host)
        body = {"state": state, "problems": problems}
        return Response(body, status_code=503 if state == "unready" else 200)

    @get("/internal/status", include_in_schema=False)
    async def status(host: TheHost) -> ServiceStatus:
        state, problems = await find_problems(host)
        letters = [] if state == "unready" else await dead_letters.list_dead_letters(host)
        return ServiceStatus(
            name=service.name,
            version=service.version,
            summary=service.summary,
            state=state,
            problems=problems,
            owns=list(service.owns),
            publishes=sorted(cls.event_name for cls in service.events),
            listens_to=sorted(reactions.by_event),
            dead_letters=len(letters),
        )

    @get("/internal/dead-letters", include_in_schema=False)
    async def letters(host: TheHost, context: TheContext) -> list[DeadLetter]:
        context.require_role("administrator")
        return await dead_letters.list_dead_letters(host)

    @post("/internal/dead-letters/{event_id:str}/replay", include_in_schema=False, status_code=200)
    async def replay(host: TheHost, context: TheContext, event_id: FromPath[str]) -> dict[str, int]:
        context.require_role("administrator")
        return {"handled": await dead_letters.replay(host, reactions, event_id)}

    @get("/internal/audit/{stream:str}", include_in_schema=False)
    async def audit(host: TheHost, context: TheContext, stream: FromPath[str]) -> Audit:
        context.require_role("administrator")
        async with host.read() as connection:
            events = await eventstore.read_stream(connection, stream)
        broken = chain.first_broken(events)
        return Audit(stream, broken is None, broken.version if broken else None, events)

    @get("/internal/openapi.json", include_in_schema=False, sync_to_thread=False)
    def openapi(request: Request[Any, Any, Any]) -> dict[str, Any]:
        schema: dict[str, Any] = request.app.openapi_schema.to_schema()
        return schema

    @get("/internal/problems", include_in_schema=False, sync_to_thread=False)
    def problems() -> list[ProblemPage]:
        return known_problems()

    return [live, ready, status, letters, replay, audit, openapi, problems]


async def find_problems(host: Host) -> tuple[str, list[str]]:
    """How the service stands (healthy, degraded or unready), and what keeps it from its work.

    Without the database nothing can be answered; without cache or broker answers are slower or events wait.
    """
    try:
        await host.database.ping()
    except Exception:
        return "unready", ["The database does not answer."]
    problems = []
    try:
        await host.cache.ping()
    except Exception:
        problems.append("The cache does not answer; answers come from the database.")
    if not host.broker.connected:
        problems.append("The broker does not answer; events wait in the outbox.")
    return ("degraded" if problems else "healthy"), problems
