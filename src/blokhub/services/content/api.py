"""The HTTP routes of packages."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from blokhub.infra import saga_log
from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.responses import check_if_match, last_modified, version_tag, written
from blokhub.infra.saga_log import SagaView
from blokhub.kernel.clock import parse_moment
from blokhub.kernel.errors import InvalidInput, NotFound
from blokhub.kernel.paging import Page
from blokhub.services.content import commands, queries
from blokhub.services.content.contract import (
    Category,
    Kind,
    License,
    Metadata,
    PackageName,
    Readme,
    Summary,
    Tags,
    Title,
    VersionText,
    Visibility,
)
from blokhub.services.content.queries import (
    Change,
    Lineage,
    PackageRecord,
    PackageSummary,
    PackageView,
    VersionView,
)

Encoding = Literal["json", "yaml", "toml"]
_MEDIA_TYPES = {"json": "application/json", "yaml": "application/yaml", "toml": "application/toml"}
Expected = Annotated[int, msgspec.Meta(ge=1, description="The revision that the change is meant for.")] | None
PageNumber = Annotated[int, QueryParameter(ge=1, le=1000)]
PageSize = Annotated[int, QueryParameter(ge=1, le=100)]


class NewPackage(msgspec.Struct, forbid_unknown_fields=True):
    """What it takes to make a package."""

    kind: Kind
    name: PackageName
    title: Title
    summary: Summary = ""
    readme: Readme = ""
    category: Category = "other"
    tags: Tags = []
    license: License = "Apache-2.0"
    visibility: Visibility = "public"


class PackageChange(msgspec.Struct, forbid_unknown_fields=True):
    """Fields to change; absent ones stay as they are."""

    title: Title | msgspec.UnsetType = msgspec.UNSET
    summary: Summary | msgspec.UnsetType = msgspec.UNSET
    readme: Readme | msgspec.UnsetType = msgspec.UNSET
    category: Category | msgspec.UnsetType = msgspec.UNSET
    tags: Tags | msgspec.UnsetType = msgspec.UNSET
    license: License | msgspec.UnsetType = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET
    expected_revision: Expected = None


class DraftBody(msgspec.Struct, forbid_unknown_fields=True):
    """A definition: an object, or the text of a file in `format`."""

    definition: dict[str, Any] | str
    format: Encoding | None = None
    expected_revision: Expected = None


class Draft(msgspec.Struct, frozen=True):
    """The owner's working copy."""

    digest: str
    definition: Any
    revision: int


class NewVersion(msgspec.Struct, forbid_unknown_fields=True):
    """A version to publish: the given definition, or else the draft."""

    version: VersionText
    changelog: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    definition: dict[str, Any] | str | None = None
    format: Encoding | None = None
    expected_revision: Expected = None


class Accepted(msgspec.Struct, frozen=True):
    """A publication has begun; its saga tells how it goes."""

    saga_id: str
    saga: str
    owner: str
    name: str
    version: str


class Reason(msgspec.Struct, forbid_unknown_fields=True):
    """Why a version is yanked."""

    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class Deprecation(msgspec.Struct, forbid_unknown_fields=True):
    """What to use instead; empty takes the deprecation back."""

    message: Annotated[str, msgspec.Meta(max_length=1000)] = "This package is no longer maintained."


class ForkRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The name of the fork (the parent's when absent), and the version to begin with (the latest)."""

    name: PackageName | None = None
    version: VersionText | None = None


@post("/api/packages", status_code=201, summary="Make a package")
async def create_package(
    host: TheHost, context: TheContext, data: JSONBody[NewPackage]
) -> Response[PackageView]:
    """Make a package, still without a version."""
    fields = msgspec.structs.asdict(data)
    kind, name = fields.pop("kind"), fields.pop("name")
    metadata = Metadata(**fields | {"tags": _unique(data.tags)})
    async with host.unit_of_work(context) as work:
        package_id = await commands.create(work, kind, name, metadata)
    record = await _record(host, package_id)
    headers = {"Location": f"/api/packages/{record.view.owner}/{record.view.name}", **_tags(record)}
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
    record = await _visible(host, context, owner, name)
    if at is None:
        return Response(record.view, headers=_tags(record))
    async with host.read() as connection:
        view = await queries.find_package_at(connection, record.view.id, _moment(at), context.actor)
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
    record = await _visible(host, context, owner, name)
    check_if_match(request, record.view.revision)
    fields = msgspec.structs.asdict(data)
    expected = fields.pop("expected_revision") or _guarded(request, record)
    changes = {key: value for key, value in fields.items() if value is not msgspec.UNSET}
    if "tags" in changes:
        changes["tags"] = _unique(changes["tags"])
    async with host.unit_of_work(context) as work:
        await commands.update(work, (owner, name), changes, expected)
    record = await _record(host, record.view.id)
    return written(record.view, work, headers=_tags(record))


@delete("/api/packages/{owner:str}/{name:str}", status_code=204, summary="Delete a package")
async def delete_package(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> Response[None]:
    """Delete a package that has no published public version."""
    async with host.unit_of_work(context) as work:
        await commands.delete(work, (owner, name))
    return written(None, work, status=204)


@put("/api/packages/{owner:str}/{name:str}/draft", summary="Save the draft")
async def save_draft(
    host: TheHost,
    context: TheContext,
    request: Request[Any, Any, Any],
    owner: FromPath[str],
    name: FromPath[str],
    data: JSONBody[DraftBody],
) -> Response[Draft]:
    """Save the working copy. Nothing is published by this."""
    context.require_actor()
    record = await _visible(host, context, owner, name)
    check_if_match(request, record.view.revision)
    definition = commands.read_definition(data.definition, data.format)
    expected = data.expected_revision or _guarded(request, record)
    async with host.unit_of_work(context) as work:
        revision = await commands.save_draft(work, (owner, name), definition, expected)
    draft = Draft(definition.digest, msgspec.Raw(definition.body.encode()), revision)
    return written(draft, work, headers={"ETag": version_tag(revision)})


@get("/api/packages/{owner:str}/{name:str}/draft", summary="The draft")
async def read_draft(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> Response[Draft]:
    """The owner's working copy."""
    actor = context.require_actor()
    record = await _visible(host, context, owner, name)
    if actor.id != record.owner_id and "administrator" not in actor.roles:
        raise NotFound("Drafts are seen by their owner only.")
    async with host.read() as connection:
        digest, body = await queries.find_draft(connection, record.view.id)
    draft = Draft(digest, msgspec.Raw(body.encode()), record.view.revision)
    return Response(draft, headers={"ETag": version_tag(record.view.revision)})


@post("/api/packages/{owner:str}/{name:str}/versions", status_code=202, summary="Publish a version")
async def publish_version(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str], data: JSONBody[NewVersion]
) -> Response[Accepted]:
    """Begin to publish a version: its saga validates it, tries it, publishes it and indexes it."""
    context.require_actor()
    given = data.definition
    definition = commands.read_definition(given, data.format) if given is not None else None
    async with host.unit_of_work(context) as work:
        saga_id = await commands.submit_version(
            work, (owner, name), data.version, data.changelog, definition, expected=data.expected_revision
        )
    saga = f"/api/sagas/{saga_id}"
    accepted = Accepted(saga_id=saga_id, saga=saga, owner=owner, name=name, version=data.version)
    return written(accepted, work, status=202, headers={"Location": saga})


@get("/api/packages/{owner:str}/{name:str}/versions", summary="The versions of a package")
async def read_versions(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> list[VersionView]:
    """The published versions, the newest first; the owner also sees those on their way."""
    record = await _visible(host, context, owner, name)
    own = context.actor is not None and context.actor.id == record.owner_id
    async with host.read() as connection:
        return await queries.list_versions(connection, record.view.id, all_stages=own)


@get("/api/packages/{owner:str}/{name:str}/versions/{version:str}", summary="A version")
async def read_version(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str], version: FromPath[str]
) -> VersionView:
    """A published version; `latest` stands for the one that is meant by default."""
    record = await _visible(host, context, owner, name)
    async with host.read() as connection:
        return await queries.find_version(connection, record.view.id, version)


@get("/api/packages/{owner:str}/{name:str}/versions/{version:str}/definition", summary="A definition")
async def read_definition(
    host: TheHost,
    context: TheContext,
    owner: FromPath[str],
    name: FromPath[str],
    version: FromPath[str],
    encoding: Annotated[Encoding, QueryParameter(name="format")] = "json",
) -> Response[str]:
    """The definition of a published version, as a file in JSON, YAML or TOML."""
    record = await _visible(host, context, owner, name)
    async with host.read() as connection:
        found = await queries.find_version(connection, record.view.id, version)
        body = await queries.find_definition(connection, found.digest)
    headers = {"Blok-Digest": f"sha256:{found.digest}", "Blok-Version": found.version}
    return Response(
        commands.write_definition(body, encoding), media_type=_MEDIA_TYPES[encoding], headers=headers
    )


@post(
    "/api/packages/{owner:str}/{name:str}/versions/{version:str}/yank",
    status_code=200,
    summary="Yank a version",
)
async def yank_version(
    host: TheHost,
    context: TheContext,
    owner: FromPath[str],
    name: FromPath[str],
    version: FromPath[str],
    data: JSONBody[Reason | None] = None,
) -> Response[VersionView]:
    """Take a version off the shelf: it is not offered any more; who has it locked still gets it."""
    reason = data.reason if data else ""
    async with host.unit_of_work(context) as work:
        await commands.yank(work, (owner, name), version, reason)
    async with host.read() as connection:
        package_id = await queries.find_id(connection, owner, name)
        view = await queries.find_version(connection, package_id or "", version)
    return written(view, work)


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
    record = await _visible(host, context, owner, name)
    return written(record.view, work, headers=_tags(record))


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
    record = await _visible(host, context, *address)
    headers = {"Location": f"/api/packages/{address[0]}/{address[1]}", **_tags(record)}
    return written(record.view, work, status=201, headers=headers)


@get("/api/packages/{owner:str}/{name:str}/lineage", summary="Ancestors and forks")
async def read_lineage(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> Lineage:
    """Where a package comes from, and what was made of it."""
    record = await _visible(host, context, owner, name)
    async with host.read() as connection:
        return await queries.find_lineage(connection, record.view.id, context.actor)


@get("/api/packages/{owner:str}/{name:str}/history", summary="Every change")
async def read_history(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> list[Change]:
    """Every change with who, when, before and after; changes of drafts are shown to the owner only."""
    record = await _visible(host, context, owner, name)
    own = context.actor is not None and context.actor.id == record.owner_id
    async with host.read() as connection:
        return await queries.changes_of(connection, record.view.id, with_drafts=own)


@get("/api/sagas/{saga_id:uuid}", summary="A saga and its steps")
async def read_saga(host: TheHost, context: TheContext, saga_id: FromPath[Any]) -> SagaView:
    """How a publication goes. Its owner may see it."""
    actor = context.require_actor()
    async with host.read() as connection:
        found = await saga_log.view(connection, str(saga_id))
    if found is None or (found[1] != actor.id and "administrator" not in actor.roles):
        raise NotFound("There is no such saga, or it is not yours.")
    return found[0]


@get("/internal/definitions/{digest:str}", include_in_schema=False)
async def read_any_definition(host: TheHost, context: TheContext, digest: FromPath[str]) -> Response[str]:
    """A definition by its digest, for other services."""
    context.require_role("administrator")
    async with host.read() as connection:
        return Response(await queries.find_definition(connection, digest), media_type="application/json")


async def _record(host: TheHost, package_id: str) -> PackageRecord:
    """A package by its id, from the cache if it is there. Raises NotFound."""

    async def load() -> bytes | None:
        async with host.read() as connection:
            record = await queries.find_record(connection, package_id)
        return msgspec.json.encode(record) if record else None

    kept = await host.cache.remember(f"package:{package_id}", "record", load)
    if kept is None:
        raise NotFound("There is no such package, or it is not yours to see.")
    return msgspec.json.decode(kept, type=PackageRecord)


async def _visible(host: TheHost, context: TheContext, owner: str, name: str) -> PackageRecord:
    """A package by its address. Raises NotFound when the caller may not know of it."""

    async def load() -> bytes | None:
        async with host.read() as connection:
            found = await queries.find_id(connection, owner, name)
        return found.encode() if found else None

    package_id = await host.cache.remember(f"address:{owner}/{name}", "id", load)
    if package_id is None:
        raise NotFound(f"There is no package {owner}/{name}, or it is not yours to see.")
    record = await _record(host, package_id.decode())
    if not record.visible_to(context.actor):
        raise NotFound(f"There is no package {owner}/{name}, or it is not yours to see.")
    return record


def _tags(record: PackageRecord) -> dict[str, str]:
    view = record.view
    return {"ETag": version_tag(view.revision), "Last-Modified": last_modified(view.updated_at)}


def _guarded(request: Request[Any, Any, Any], record: PackageRecord) -> int | None:
    """With `If-Match`, the revision that the change is meant for; so a race ends in an error, too."""
    return record.view.revision if request.headers.get("if-match") else None


def _moment(text: str) -> Any:
    try:
        return parse_moment(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidInput("`at` is a moment such as 2026-01-31T12:00:00Z.", pointer="/query/at") from error


def _unique(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(tags))


ROUTES = [
    create_package,
    list_packages,
    read_package,
    change_package,
    delete_package,
    save_draft,
    read_draft,
    publish_version,
    read_versions,
    read_version,
    read_definition,
    yank_version,
    deprecate_package,
    fork_package,
    read_lineage,
    read_history,
    read_saga,
    read_any_definition,
]
