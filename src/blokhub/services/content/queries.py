"""What can be asked about packages."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.documents import PostgresDocuments
from blokhub.infra.rows import plain
from blokhub.kernel.context import Actor
from blokhub.kernel.errors import NotFound
from blokhub.services.content.contract import Ancestor, Category, Kind, Outline, Visibility
from blokhub.services.content.storage import (
    DEFINITIONS,
    EXAMPLES,
    Change,
    can_see,
    changes_of,
    count_forks_at,
    package_at,
    packages,
    versions,
)

__all__ = ["Change", "changes_of"]
_PUBLISHED = ("published", "indexed")


class PackageView(msgspec.Struct, frozen=True):
    """A package as a reader sees it."""

    id: str
    owner: str
    name: str
    kind: Kind
    title: str
    summary: str
    readme: str
    category: Category
    tags: list[str]
    license: str
    visibility: Visibility
    latest: str | None
    version_count: int
    fork_count: int
    forked_from: Ancestor | None
    deprecated: str
    outline: Outline | None
    created_at: datetime
    updated_at: datetime
    revision: int


class PackageRecord(msgspec.Struct, frozen=True):
    """A package with what decides who may see it; kept in the cache."""

    owner_id: str
    view: PackageView

    def visible_to(self, actor: Actor | None) -> bool:
        """Whether `actor` may know that it exists."""
        if self.view.visibility != "private":
            return True
        return actor is not None and (actor.id == self.owner_id or "administrator" in actor.roles)


class VersionView(msgspec.Struct, frozen=True):
    """A published version, or for the owner one that is on its way.

    `examples` counts those that answered as recorded, all of them, at the moment `ran_at`.
    """

    version: str
    digest: str
    changelog: str
    state: str
    yanked: str | None
    outline: Outline
    warnings: list[str]
    saga_id: str
    submitted_at: datetime
    published_at: datetime | None
    examples: int
    ran_at: datetime | None


class PackageSummary(msgspec.Struct, frozen=True):
    """A package in a list."""

    owner: str
    name: str
    kind: Kind
    title: str
    summary: str
    category: Category
    tags: list[str]
    visibility: Visibility
    latest: str | None
    fork_count: int
    outline: Outline | None
    updated_at: datetime


async def find_id(connection: AsyncConnection, owner: str, name: str) -> str | None:
    """The id of the package at an address."""
    query = sa.select(packages.c.id).where(packages.c.owner == owner, packages.c.name == name)
    found: str | None = (await connection.execute(query)).scalar()
    return found


async def find_record(connection: AsyncConnection, package_id: str) -> PackageRecord | None:
    """A package by its id."""
    published = sa.select(sa.func.count()).where(
        versions.c.package_id == packages.c.id, versions.c.stage.in_(_PUBLISHED)
    )
    query = sa.select(
        packages, published.scalar_subquery().label("version_count"), _outline_of_latest()
    ).where(packages.c.id == package_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        return None
    values = plain(row) | {"revision": row["stream_version"]}
    return PackageRecord(row["owner_id"], msgspec.convert(values, PackageView))


async def list_packages(
    connection: AsyncConnection, actor: Actor | None, owner: str | None, page: int, per_page: int
) -> tuple[list[PackageSummary], int]:
    """Packages, the ones changed last first, and how many there are. Strangers see published public ones."""
    condition = sa.and_(packages.c.visibility == "public", packages.c.latest.is_not(None))
    if actor is not None:
        condition = sa.or_(condition, packages.c.owner_id == actor.id)
    if owner is not None:
        condition = sa.and_(condition, packages.c.owner == owner)
    total = (await connection.execute(sa.select(sa.func.count()).where(condition))).scalar_one()
    listed = sa.select(packages, _outline_of_latest()).where(condition)
    query = listed.order_by(packages.c.updated_at.desc(), packages.c.id)
    rows = (await connection.execute(query.limit(per_page).offset((page - 1) * per_page))).mappings()
    return [msgspec.convert(plain(row), PackageSummary) for row in rows], total


def _outline_of_latest() -> sa.Label[Any]:
    outline = sa.select(versions.c.outline).where(
        versions.c.package_id == packages.c.id, versions.c.number == packages.c.latest
    )
    return outline.scalar_subquery().label("outline")


async def list_versions(
    connection: AsyncConnection, package_id: str, *, all_stages: bool
) -> list[VersionView]:
    """The versions of a package, the newest first; with `all_stages` those on their way, too."""
    query = sa.select(versions).where(versions.c.package_id == package_id)
    if not all_stages:
        query = query.where(versions.c.stage.in_(_PUBLISHED))
    rows = (await connection.execute(query.order_by(versions.c.submitted_at.desc()))).mappings().all()
    return [_version(row) for row in rows]


async def find_version(connection: AsyncConnection, package_id: str, number: str) -> VersionView:
    """One published version; `latest` names the one that is meant by default. Raises NotFound."""
    query = sa.select(versions).where(versions.c.package_id == package_id, versions.c.stage.in_(_PUBLISHED))
    if number == "latest":
        chosen = sa.select(packages.c.latest).where(packages.c.id == package_id)
        query = query.where(versions.c.number == chosen.scalar_subquery())
    else:
        query = query.where(versions.c.number == number)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound(f"There is no published version {number}.")
    return _version(row)


def _version(row: sa.RowMapping) -> VersionView:
    state = (
        "yanked" if row["yanked"] is not None else "published" if row["stage"] in _PUBLISHED else row["stage"]
    )
    return msgspec.convert(plain(row) | {"version": row["number"], "state": state}, VersionView)


async def find_definition(connection: AsyncConnection, digest: str) -> str:
    """A definition by its digest, as JSON text. Raises NotFound."""
    body = await PostgresDocuments(connection).get(DEFINITIONS, digest)
    if body is None:
        raise NotFound("There is no definition with this digest.")
    return body


async def find_examples(connection: AsyncConnection, package_id: str, number: str) -> str:
    """The examples of a published version, as the JSON text of a list. Raises NotFound."""
    version = await find_version(connection, package_id, number)
    query = sa.select(versions.c.examples_digest).where(
        versions.c.package_id == package_id, versions.c.number == version.version
    )
    digest = (await connection.execute(query)).scalar()
    return await find_examples_by_digest(connection, digest) if digest else "[]"


async def find_examples_by_digest(connection: AsyncConnection, digest: str) -> str:
    """Examples by their digest, as the JSON text of a list. Raises NotFound."""
    body = await PostgresDocuments(connection).get(EXAMPLES, digest)
    if body is None:
        raise NotFound("There are no examples with this digest.")
    return body


async def find_draft(connection: AsyncConnection, package_id: str) -> tuple[str, str]:
    """The digest and the JSON text of the draft. Raises NotFound."""
    query = sa.select(packages.c.draft).where(packages.c.id == package_id)
    digest = (await connection.execute(query)).scalar()
    if digest is None:
        raise NotFound("There is no draft yet. Save one with PUT.")
    return digest, await find_definition(connection, digest)


class Relative(msgspec.Struct, frozen=True):
    """A package in a lineage."""

    owner: str
    name: str
    version: str | None
    title: str | None


class Lineage(msgspec.Struct, frozen=True):
    """Where a package comes from (its parent first, then the parent's parent), and what was made of it."""

    ancestors: list[Relative]
    forks: list[Relative]


async def find_lineage(connection: AsyncConnection, package_id: str, actor: Actor | None) -> Lineage:
    """The ancestors and the forks of a package, without those that `actor` may not see."""
    ancestors: list[Relative] = []
    forked_from = await _parent(connection, package_id)
    while forked_from is not None and len(ancestors) < 100:
        ancestor = msgspec.convert(forked_from, Ancestor)
        title, parent = await _visible_parent(connection, ancestor.package_id, actor)
        ancestors.append(Relative(ancestor.owner, ancestor.name, ancestor.version, title))
        forked_from = parent
    actor_id = actor.id if actor else ""
    forks = (
        sa.select(packages.c.owner, packages.c.name, packages.c.latest, packages.c.title)
        .where(
            packages.c.forked_from["package_id"].astext == package_id,
            sa.or_(
                sa.and_(packages.c.visibility == "public", packages.c.latest.is_not(None)),
                packages.c.owner_id == actor_id,
            ),
        )
        .order_by(packages.c.created_at, packages.c.id)
    )
    found = [Relative(*row) for row in (await connection.execute(forks)).all()]
    return Lineage(ancestors=ancestors, forks=found)


async def _parent(connection: AsyncConnection, package_id: str) -> dict[str, Any] | None:
    query = sa.select(packages.c.forked_from).where(packages.c.id == package_id)
    found: dict[str, Any] | None = (await connection.execute(query)).scalar()
    return found


async def _visible_parent(
    connection: AsyncConnection, package_id: str, actor: Actor | None
) -> tuple[str | None, dict[str, Any] | None]:
    """The title of an ancestor, when it may be seen, and its own parent."""
    record = await find_record(connection, package_id)
    if record is None:
        return None, None
    title = record.view.title if record.visible_to(actor) else None
    return title, await _parent(connection, package_id)


async def find_package_at(
    connection: AsyncConnection, package_id: str, moment: datetime, actor: Actor | None
) -> PackageView:
    """A package as it was at `moment`. Raises NotFound when it did not exist, or was not to be seen."""
    past = await package_at(connection, package_id, moment)
    if past is None or not can_see(past.state, actor):
        raise NotFound("There was no such package at that moment.")
    state = past.state
    latest = state.versions.get(state.latest or "")
    return PackageView(
        id=state.id,
        owner=state.owner,
        name=state.name,
        kind=state.kind,
        latest=state.latest,
        version_count=len(state.published),
        fork_count=await count_forks_at(connection, package_id, moment),
        forked_from=state.forked_from,
        deprecated=state.deprecated,
        outline=latest.outline if latest else None,
        created_at=past.created_at,
        updated_at=past.updated_at,
        revision=past.revision,
        **msgspec.structs.asdict(state.metadata),
    )
