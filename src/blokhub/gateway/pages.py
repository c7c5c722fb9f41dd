"""Answers that several services make together, for one page each.

A service that does not answer is named in `degraded`; the rest of the page is there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from blokhub.gateway.state import GatewayState, TheGateway
from blokhub.infra.clients import Answer
from blokhub.infra.dependencies import TheContext
from blokhub.kernel.context import Context
from blokhub.kernel.errors import ProblemError
from blokhub.kernel.position import HEADER as POSITION

_JSON = "application/json"
Composed = tuple[int, bytes, bool]  # the status, the body, and whether every part is there
Version = Annotated[str, QueryParameter(max_length=64, description="The version shown; else the latest.")]


class Subject(NamedTuple):
    """Where the cache keeps a page: an event about `of` makes every page of it be composed anew."""

    of: str
    key: str


class _Composition:
    """Several questions asked at once on behalf of one reader."""

    def __init__(self, gateway: GatewayState, context: Context, request: Request[Any, Any, Any]) -> None:
        self._gateway = gateway
        self._context = context
        token = request.headers.get(POSITION)
        self._headers = {POSITION: token} if token else {}
        self.degraded: list[str] = []

    async def ask(self, service: str, target: str) -> Answer | None:
        """One answer, or None when the service does not give any in time."""
        call = self._gateway.clients.call(service, "GET", target, self._context, headers=self._headers)
        try:
            async with asyncio.timeout(self._gateway.page_seconds):
                answer = await call
        except (ProblemError, TimeoutError):
            answer = None
        if answer is None or answer.status >= 500:
            if service not in self.degraded:
                self.degraded.append(service)
            return None
        return answer

    async def ask_for_json(self, service: str, target: str) -> Any:
        """The JSON of one answer as it is, or None."""
        answer = await self.ask(service, target)
        return msgspec.Raw(answer.body) if answer is not None and answer.ok else None


@get("/api/pages/package/{owner:str}/{name:str}", summary="Everything that a package's page shows")
async def package_page(
    gateway: TheGateway,
    context: TheContext,
    request: Request[Any, Any, Any],
    owner: FromPath[str],
    name: FromPath[str],
    *,
    version: Version = "latest",
) -> Response[bytes]:
    """The package, its versions and lineage, its author, what people say of it, and the definition and
    examples of one version.
    """

    async def compose(reader: Context) -> Composed:
        return await _compose_package(_Composition(gateway, reader, request), owner, name, version)

    own = context.actor is not None and context.actor.handle == owner
    subject = Subject(f"package:{owner}/{name}", f"page of {version}")
    answer = await _shared(gateway, context, request, subject, compose, personal=own)
    if context.actor is None or own or answer.status_code != 200:
        return answer
    page = _Composition(gateway, context, request)
    seen = await page.ask_for_json("community", f"/api/community/packages/{owner}/{name}")
    return answer if seen is None else _with_part(answer, "community", seen)


def _with_part(answer: Response[bytes], name: str, part: msgspec.Raw) -> Response[bytes]:
    """The same page with what one part of it says to this reader."""
    parts = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
    return _response(200, msgspec.json.encode(parts | {name: part}))


async def _compose_package(page: _Composition, owner: str, name: str, version: str) -> Composed:
    base = f"/api/packages/{owner}/{name}"
    shown = f"{base}/versions/{quote(version, safe='')}"
    package, versions, lineage, definition, examples, author, community = await asyncio.gather(
        page.ask("content", base),
        page.ask_for_json("content", f"{base}/versions"),
        page.ask_for_json("content", f"{base}/lineage"),
        page.ask("content", f"{shown}/definition"),
        page.ask_for_json("content", f"{shown}/examples"),
        page.ask_for_json("users", f"/api/users/{owner}"),
        page.ask_for_json("community", f"/api/community/packages/{owner}/{name}"),
    )
    if package is not None and not package.ok:
        return package.status, package.body, False
    if definition is not None and not definition.ok and version != "latest":
        return definition.status, definition.body, False
    parts = {
        "package": msgspec.Raw(package.body) if package else None,
        "versions": versions,
        "lineage": lineage,
        "definition": msgspec.Raw(definition.body) if definition and definition.ok else None,
        "examples": examples,
        "author": author,
        "community": community,
        "degraded": sorted(page.degraded),
    }
    return 200, msgspec.json.encode(parts), not page.degraded


@get("/api/pages/home", summary="Everything that the home page shows")
async def home_page(
    gateway: TheGateway, context: TheContext, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """What is new, what is run most, and what there is by category, kind and node."""

    async def compose(reader: Context) -> Composed:
        page = _Composition(gateway, reader, request)
        newest, trending = await asyncio.gather(
            page.ask("search", "/api/search?sort=updated&per_page=6"),
            page.ask("search", "/api/search?sort=trending&per_page=6"),
        )
        found = newest.json() if newest is not None and newest.ok else {}
        parts = {
            "newest": found.get("hits", []),
            "trending": trending.json()["hits"] if trending is not None and trending.ok else [],
            "facets": found.get("facets", {}),
            "total": found.get("total"),
            "degraded": sorted(page.degraded),
        }
        return 200, msgspec.json.encode(parts), not page.degraded

    return await _shared(gateway, context, request, Subject("home", "page"), compose)


async def _shared(
    gateway: GatewayState,
    context: Context,
    request: Request[Any, Any, Any],
    subject: Subject,
    compose: Callable[[Context], Awaitable[Composed]],
    *,
    personal: bool = False,
) -> Response[bytes]:
    """What everyone sees comes from the cache; one's own page, or one that waits for a write, is made anew.

    A page that is not there for everyone is asked for once more on behalf of who is signed in.
    """
    if personal or request.headers.get(POSITION):
        status, body, _ = await compose(context)
        return _response(status, body)
    nobody = Context(correlation=context.correlation)

    async def load() -> bytes | None:
        status, body, complete = await compose(nobody)
        return body if status == 200 and complete else None

    kept = await gateway.cache.remember(*subject, load)
    if kept is not None:
        return _response(200, kept)
    status, body, _ = await compose(context)
    return _response(status, body)


def _response(status: int, body: bytes) -> Response[bytes]:
    return Response(
        body, status_code=status, media_type=_JSON if status < 400 else "application/problem+json"
    )


ROUTES = [package_page, home_page]
