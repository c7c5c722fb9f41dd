"""How the platform stands: services, health, metrics, dead letters, audit."""

import asyncio
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from blokhub.gateway.state import TheGateway
from blokhub.infra.clients import Answer
from blokhub.infra.dependencies import TheContext
from blokhub.infra.problems import ProblemPage, known_problems
from blokhub.kernel.context import SYSTEM, Context
from blokhub.kernel.errors import NotFound, ProblemError

_SECONDS = 2.0


@get("/health/live", summary="Whether this process runs", sync_to_thread=False)
def live() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"state": "live"}


@get("/health/ready", summary="Whether requests can be answered, and what is missing")
async def ready(gateway: TheGateway) -> Response[dict[str, Any]]:
    """503 while a service of this process cannot do its work, or no service at all can.

    A service that is down elsewhere does not take the gateway away from the others: then it is `degraded`.
    """
    names = gateway.clients.names()
    found = await asyncio.gather(*(_status(gateway, name) for name in names))
    missing = {each["name"] for each in found if each["state"] in {"unready", "unreachable"}}
    unready = len(missing) == len(names) or any(gateway.clients.local(name) is not None for name in missing)
    state = "not ready" if unready else "degraded" if missing else "ready"
    problems = {each["name"]: each["problems"] for each in found if each["problems"]}
    return Response({"state": state, "problems": problems}, status_code=503 if unready else 200)


@get("/metrics", summary="Measurements in the form of Prometheus", sync_to_thread=False)
def metrics() -> Response[bytes]:
    """Counters, gauges and histograms of this process."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@get("/api/system/services", summary="Every service: its version, health, and what it owns")
async def services(gateway: TheGateway) -> list[dict[str, Any]]:
    """The services of this installation, with what each publishes and listens to."""
    return list(await asyncio.gather(*(_status(gateway, name) for name in gateway.clients.names())))


async def _status(gateway: TheGateway, name: str) -> dict[str, Any]:
    try:
        async with asyncio.timeout(_SECONDS):
            answer = await gateway.clients.call(name, "GET", "/internal/status", Context(actor=SYSTEM))
    except (ProblemError, TimeoutError):
        return {"name": name, "state": "unreachable", "problems": ["It does not answer."]}
    status: dict[str, Any] = answer.json()
    return status | {"metrics": "/metrics"}


@get("/api/system/services/{service:str}/dead-letters", summary="Events that a service could not handle")
async def dead_letters(gateway: TheGateway, context: TheContext, service: FromPath[str]) -> Response[bytes]:
    """For administrators."""
    return _pass(await _ask(gateway, context, service, "GET", "/internal/dead-letters"))


@post(
    "/api/system/services/{service:str}/dead-letters/{event_id:uuid}/replay",
    summary="Handle a dead letter again",
)
async def replay(
    gateway: TheGateway, context: TheContext, service: FromPath[str], event_id: FromPath[Any]
) -> Response[bytes]:
    """For administrators. Those of the same stream that waited behind it are handled, too."""
    return _pass(await _ask(gateway, context, service, "POST", f"/internal/dead-letters/{event_id}/replay"))


@get("/api/system/services/{service:str}/audit/{stream:str}", summary="Everything that happened in a stream")
async def audit(
    gateway: TheGateway, context: TheContext, service: FromPath[str], stream: FromPath[str]
) -> Response[bytes]:
    """For administrators: the events of a stream, and whether their hash chain holds."""
    return _pass(await _ask(gateway, context, service, "GET", f"/internal/audit/{stream}"))


async def _ask(gateway: TheGateway, context: TheContext, service: str, method: str, target: str) -> Answer:
    context.require_role("administrator")
    if service not in gateway.clients.names():
        raise NotFound(f"There is no service {service}.")
    return await gateway.clients.call(service, method, target, context)


def _pass(answer: Answer) -> Response[bytes]:
    return Response(
        answer.body, status_code=answer.status, media_type=answer.headers.get("content-type", "text/plain")
    )


@get("/problems/{name:str}", summary="What an error name stands for")
async def problem(gateway: TheGateway, name: FromPath[str]) -> ProblemPage:
    """The page behind the `type` of a problem document."""
    known = known_problems()
    for page in [*known, *await _problems_of_services(gateway, name, known)]:
        if page.name == name:
            return page
    raise NotFound(f"No error is named {name}.")


async def _problems_of_services(
    gateway: TheGateway, name: str, known: list[ProblemPage]
) -> list[ProblemPage]:
    """The errors that only services know, when `name` is none of ours; those in this process add nothing."""
    if any(page.name == name for page in known):
        return []
    remote = [service for service in gateway.clients.names() if gateway.clients.local(service) is None]
    calls = (
        gateway.clients.call(each, "GET", "/internal/problems", Context(actor=SYSTEM)) for each in remote
    )
    answers = await asyncio.gather(*calls, return_exceptions=True)
    return [
        page
        for answer in answers
        if isinstance(answer, Answer) and answer.ok
        for page in msgspec.json.decode(answer.body, type=list[ProblemPage])
    ]


ROUTES = [live, ready, metrics, services, dead_letters, replay, audit, problem]
