"""The routes of drafts, versions and their publication."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from blokhub.infra import saga_log
from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.responses import check_if_match, version_tag, written
from blokhub.infra.saga_log import SagaView
from blokhub.kernel.errors import NotFound
from blokhub.services.content import commands, queries
from blokhub.services.content.api.access import guarded, visible
from blokhub.services.content.api.shapes import Accepted, Draft, DraftBody, Encoding, NewVersion, Reason
from blokhub.services.content.contract import Example
from blokhub.services.content.queries import VersionView

_MEDIA_TYPES = {"json": "application/json", "yaml": "application/yaml", "toml": "application/toml"}


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
    record = await visible(host, context, owner, name)
    check_if_match(request, record.view.revision)
    definition = await asyncio.to_thread(commands.read_definition, data.definition, data.format)
    expected = data.expected_revision or guarded(request, record)
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
    record = await visible(host, context, owner, name)
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
    given, definition = data.definition, None
    if given is not None:  # to read a large one takes a second, which others should not wait for
        definition = await asyncio.to_thread(commands.read_definition, given, data.format)
    examples = commands.read_examples(data.examples or [])
    async with host.unit_of_work(context) as work:
        saga_id = await commands.submit_version(
            work,
            (owner, name),
            data.version,
            data.changelog,
            definition=definition,
            examples=examples,
            expected=data.expected_revision,
        )
    saga = f"/api/sagas/{saga_id}"
    accepted = Accepted(saga_id=saga_id, saga=saga, owner=owner, name=name, version=data.version)
    return written(accepted, work, status=202, headers={"Location": saga})


@get("/api/packages/{owner:str}/{name:str}/versions", summary="The versions of a package")
async def read_versions(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str]
) -> list[VersionView]:
    """The published versions, the newest first; the owner also sees those on their way."""
    record = await visible(host, context, owner, name)
    own = context.actor is not None and context.actor.id == record.owner_id
    async with host.read() as connection:
        return await queries.list_versions(connection, record.view.id, all_stages=own)


@get("/api/packages/{owner:str}/{name:str}/versions/{version:str}", summary="A version")
async def read_version(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str], version: FromPath[str]
) -> VersionView:
    """A published version; `latest` stands for the one that is meant by default."""
    record = await visible(host, context, owner, name)
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
    record = await visible(host, context, owner, name)
    async with host.read() as connection:
        found = await queries.find_version(connection, record.view.id, version)
        body = await queries.find_definition(connection, found.digest)
    headers = {"Blok-Digest": f"sha256:{found.digest}", "Blok-Version": found.version}
    return Response(
        commands.write_definition(body, encoding), media_type=_MEDIA_TYPES[encoding], headers=headers
    )


@get("/api/packages/{owner:str}/{name:str}/versions/{version:str}/examples", summary="Recorded examples")
async def read_examples(
    host: TheHost, context: TheContext, owner: FromPath[str], name: FromPath[str], version: FromPath[str]
) -> list[Example]:
    """The examples that a published version answered as recorded before it was published."""
    record = await visible(host, context, owner, name)
    async with host.read() as connection:
        body = await queries.find_examples(connection, record.view.id, version)
    return msgspec.json.decode(body, type=list[Example])


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


@get("/internal/examples/{digest:str}", include_in_schema=False)
async def read_any_examples(host: TheHost, context: TheContext, digest: FromPath[str]) -> Response[str]:
    """Examples by their digest, for other services."""
    context.require_role("administrator")
    async with host.read() as connection:
        body = await queries.find_examples_by_digest(connection, digest)
    return Response(body, media_type="application/json")


ROUTES = [
    save_draft,
    read_draft,
    publish_version,
    read_versions,
    read_version,
    read_definition,
    read_examples,
    yank_version,
    read_saga,
    read_any_definition,
    read_any_examples,
]
