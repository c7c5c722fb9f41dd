"""Which package a request is about, who may see it, and in which state it is."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Request

from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.responses import last_modified, version_tag
from blokhub.kernel.clock import parse_moment
from blokhub.kernel.errors import InvalidInput, NotFound
from blokhub.services.content import queries
from blokhub.services.content.queries import (
    PackageRecord,
)


async def record_of(host: TheHost, package_id: str) -> PackageRecord:
    """A package by its id, from the cache if it is there. Raises NotFound."""

    async def load() -> bytes | None:
        async with host.read() as connection:
            record = await queries.find_record(connection, package_id)
        return msgspec.json.encode(record) if record else None

    kept = await host.cache.remember(f"package:{package_id}", "record", load)
    if kept is None:
        raise NotFound("There is no such package, or it is not yours to see.")
    return msgspec.json.decode(kept, type=PackageRecord)


async def visible(host: TheHost, context: TheContext, owner: str, name: str) -> PackageRecord:
    """A package by its address. Raises NotFound when the caller may not know of it."""

    async def load() -> bytes | None:
        async with host.read() as connection:
            found = await queries.find_id(connection, owner, name)
        return found.encode() if found else None

    package_id = await host.cache.remember(f"address:{owner}/{name}", "id", load)
    if package_id is None:
        raise NotFound(f"There is no package {owner}/{name}, or it is not yours to see.")
    record = await record_of(host, package_id.decode())
    if not record.visible_to(context.actor):
        raise NotFound(f"There is no package {owner}/{name}, or it is not yours to see.")
    return record


def entity_headers(record: PackageRecord) -> dict[str, str]:
    """The headers that tell which state an answer shows."""
    view = record.view
    return {"ETag": version_tag(view.revision), "Last-Modified": last_modified(view.updated_at)}


def guarded(request: Request[Any, Any, Any], record: PackageRecord) -> int | None:
    """With `If-Match`, the revision that the change is meant for; so a race ends in an error, too."""
    return record.view.revision if request.headers.get("if-match") else None


def moment_of(text: str) -> datetime:
    """The moment that a reader asks about. Raises InvalidInput."""
    try:
        return parse_moment(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidInput("`at` is a moment such as 2026-01-31T12:00:00Z.", pointer="/query/at") from error


def unique(tags: list[str]) -> list[str]:
    """The tags without repetitions, in their order."""
    return list(dict.fromkeys(tags))
