"""The routes of packages as wholes."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.responses import check_if_match, written
from blokhub.kernel.paging import Page
from blokhub.services.content import commands, queries
from blokhub.services.content.api.access import entity_headers, guarded, moment_of, record_of, unique, visible
from blokhub.services.content.api.shapes import Deprecation, ForkRequest, NewPackage, PackageChange
from blokhub.services.content.contract import (
    Metadata,
)
from blokhub.services.content.queries import (
    Change,
    Lineage,
    PackageSummary,
    PackageView,
)

PageNumber = Annotated[int, QueryParameter(ge=1, le=1000)]
PageSize = Annotated[int, QueryParameter(ge=1, le=100)]


@post("/api/packages", status_code=201, summary="Make a package")
async def create_package(
    host: TheHost, context: TheContext, data: JSONBody[NewPackage]
) -> Response[PackageView]:
    """Make a package, still without a version."""
    fields = msgspec.structs.asdict(data)
    kind, name = fields.pop("kind"), fields.pop("name")
    metadata = Metadata(**fields | {"tags": unique(data.tags)})
    async with host.unit_of_work(context) as work:
        package_id = await commands.create(work, kind, name, metadata)
    record = await record_of(host, package_id)
    headers = {"Location": f"/api/packages/{record.view.owner}/{record.view.name}", **entity_headers(record)}
    return written(record.view, work, status=201, headers=headers)


@get("/api/packages", summary="List packages")
async def list_packages(
    host: TheHost,
    context: TheContext,
    owner: FromQuery[str | None] = None,
    page: PageNumber = 1,
    per_page: PageSize = 20,
) -> Page[PackageSummary]:
    """Packages, the ones changed last first; with `owner` those of one account, one's own drafts included."""
    async with host.read() as connection:
        found, total = await queries.list_packages(connection, context.actor, owner, page, per_page)
    return Page(found, total, page, per_page)


@get("/api/packages/{owner:str}/{name:str}", summary="A package")
async def read_package(
    host: TheHost,
    context: TheContext,
    owner: FromPath[str],
    name: FromPath[str],
    at: FromQuery[str | None] = None,
) -> Response[PackageView]:
    """A package as it is, or as it was at the moment `at` (ISO 8601)."""
    record = await visible(host, context, owner, name)
    if at is None:
        return Response(record.view, headers=entity_headers(record))
    async with host.read() as connection:
        view = await queries.find_package_at(connection, record.view.id, moment_of(at), context.actor)
    return Response(view)


@patch("/api/packages/{owner:str}/{name:str}", summary="Change a package")
async def change_package(
    host: TheHost,
    context: TheContext,
    request: Request[Any, Any, Any],
    owner: FromPath[str],
    name: FromPath[str],
    data: JSONBody[PackageChange],
) -> Response[PackageView]:
    """Change what a package says of itself. `If-Match` with its ETag guards against overwriting others."""
    context.require_actor()
    record = await visible(host, context, owner, name)
    check_if_match(request, record.view.revision)
    fields = msgspec.structs.asdict(data)
    expected = fields.pop("expected_revision") or guarded(request, record)
    changes = {key: value for key, value in fields.items() if value is not msgspec.UNSET}
    if "tags" in changes:
        changes["tags"] = unique(changes["tags"])
    async with host.unit_of_work(context) as work:
        await commands.update(work, (owner, name), changes, expected)
    record = await record_of(host, record.view.id)
    return written(record.view, work, headers=entity_headers(record))


@delete("/api/packages/{owner:str}/{name:str}", status_code=204, summary="Delete a package")
async def delete_package(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> Response[None]:
    """Delete a package that has no published public version."""
    async with host.unit_of_work(context) as work:
        await commands.delete(work, (owner, name))
    return written(None, work, status=204)


@post("/api/packages/{owner:str}/{name:str}/deprecate", status_code=200, summary="Deprecate a package")
async def deprecate_package(
    host: TheHost,
    context: TheContext,
    owner: FromPath[str],
    name: FromPath[str],
    data: JSONBody[Deprecation | None] = None,
) -> Response[PackageView]:
    """Warn everyone off a package."""
    async with host.unit_of_work(context) as work:
        await commands.deprecate(work, (owner, name), (data or Deprecation()).message)
    record = await visible(host, context, owner, name)
    return written(record.view, work, headers=entity_headers(record))


@post("/api/packages/{owner:str}/{name:str}/fork", status_code=201, summary="Fork a package")
async def fork_package(
    host: TheHost,
    context: TheContext,
    owner: FromPath[str],
    name: FromPath[str],
    data: JSONBody[ForkRequest | None] = None,
) -> Response[PackageView]:
    """Make a package of one's own from a published version; its draft is that version's definition."""
    wish = data or ForkRequest()
    async with host.unit_of_work(context) as work:
        address = await commands.fork(work, (owner, name), wish.name, wish.version)
    record = await visible(host, context, *address)
    headers = {"Location": f"/api/packages/{address[0]}/{address[1]}", **entity_headers(record)}
    return written(record.view, work, status=201, headers=headers)


@get("/api/packages/{owner:str}/{name:str}/lineage", summary="Ancestors and forks")
async def read_lineage(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> Lineage:
    """Where a package comes from, and what was made of it."""
    record = await visible(host, context, owner, name)
    async with host.read() as connection:
        return await queries.find_lineage(connection, record.view.id, context.actor)


@get("/api/packages/{owner:str}/{name:str}/history", summary="Every change")
async def read_history(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> list[Change]:
    """Every change with who, when, before and after; changes of drafts are shown to the owner only."""
    record = await visible(host, context, owner, name)
    own = context.actor is not None and context.actor.id == record.owner_id
    async with host.read() as connection:
        return await queries.changes_of(connection, record.view.id, with_drafts=own)


ROUTES = [
    create_package,
    list_packages,
    read_package,
    change_package,
    delete_package,
    deprecate_package,
    fork_package,
    read_lineage,
    read_history,
]
