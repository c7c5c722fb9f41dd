"""The projection that fills the read-tables from the events of packages."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.projections import Projection
from blokhub.kernel.events import RecordedEvent
from blokhub.services.content import contract, domain
from blokhub.services.content.storage.tables import TABLES, packages, versions

projection = Projection("packages", TABLES)


async def _change(connection: AsyncConnection, recorded: RecordedEvent, **values: Any) -> None:
    values |= {"stream_version": recorded.version, "updated_at": recorded.occurred_at}
    await connection.execute(sa.update(packages).where(packages.c.id == recorded.subject_id).values(**values))


async def _change_version(
    connection: AsyncConnection, recorded: RecordedEvent, number: str, **values: Any
) -> None:
    chosen = (versions.c.package_id == recorded.subject_id) & (versions.c.number == number)
    await connection.execute(sa.update(versions).where(chosen).values(**values))


@projection.on(contract.PackageCreated)
async def _created(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.PackageCreated
) -> None:
    values = {
        "id": event.package_id,
        "owner_id": event.owner_id,
        "owner": event.owner,
        "name": event.name,
        "kind": event.kind,
        "forked_from": msgspec.to_builtins(event.forked_from) if event.forked_from else sa.null(),
        "stream_version": recorded.version,
        "created_at": recorded.occurred_at,
        "updated_at": recorded.occurred_at,
        **msgspec.structs.asdict(event.metadata),
    }
    try:
        async with connection.begin_nested():
            await connection.execute(sa.insert(packages).values(values))
    except IntegrityError as error:
        address = f"{event.owner}/{event.name}"
        raise domain.NameTaken(f"You have a package {address} already.", pointer="/name") from error


@projection.on(contract.PackageForked)
async def _forked(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.PackageForked
) -> None:
    counted = sa.update(packages).where(packages.c.id == event.parent_id)
    await connection.execute(counted.values(fork_count=packages.c.fork_count + 1))
    await _change(connection, recorded)


@projection.on(contract.PackageUpdated)
async def _updated(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.PackageUpdated
) -> None:
    await _change(connection, recorded, **msgspec.structs.asdict(event.metadata))


@projection.on(contract.PackageDeleted)
async def _deleted(connection: AsyncConnection, recorded: RecordedEvent, _: contract.PackageDeleted) -> None:
    await connection.execute(sa.delete(versions).where(versions.c.package_id == recorded.subject_id))
    await connection.execute(sa.delete(packages).where(packages.c.id == recorded.subject_id))


@projection.on(contract.PackageDeprecated)
async def _deprecated(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.PackageDeprecated
) -> None:
    await _change(connection, recorded, deprecated=event.message)


@projection.on(contract.DraftSaved)
async def _drafted(connection: AsyncConnection, recorded: RecordedEvent, event: contract.DraftSaved) -> None:
    await _change(connection, recorded, draft=event.digest)


@projection.on(contract.VersionSubmitted)
async def _submitted(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.VersionSubmitted
) -> None:
    values = {
        "package_id": event.package_id,
        "number": event.version,
        "digest": event.digest,
        "changelog": event.changelog,
        "examples_digest": event.examples_digest,
        "stage": "submitted",
        "saga_id": event.saga_id,
        "outline": msgspec.to_builtins(contract.Outline()),
        "submitted_at": recorded.occurred_at,
    }
    await connection.execute(sa.insert(versions).values(values))
    await _change(connection, recorded)


@projection.on(contract.VersionValidated)
async def _validated(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.VersionValidated
) -> None:
    outline = msgspec.to_builtins(event.outline)
    values = {"stage": "validated", "outline": outline, "warnings": event.warnings}
    await _change_version(connection, recorded, event.version, **values)
    await _change(connection, recorded)


@projection.on(contract.DryRunRequested, contract.VersionIndexed)
async def _advanced(
    connection: AsyncConnection,
    recorded: RecordedEvent,
    event: contract.DryRunRequested | contract.VersionIndexed,
) -> None:
    stage = "indexed" if isinstance(event, contract.VersionIndexed) else "dry_running"
    await _change_version(connection, recorded, event.version, stage=stage)
    await _change(connection, recorded)


@projection.on(contract.DryRunPassed)
async def _tried(connection: AsyncConnection, recorded: RecordedEvent, event: contract.DryRunPassed) -> None:
    values = {"stage": "dry_run_passed", "examples": event.examples}
    if event.examples:
        values["ran_at"] = recorded.occurred_at
    await _change_version(connection, recorded, event.version, **values)
    await _change(connection, recorded)


@projection.on(contract.VersionPublished)
async def _published(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.VersionPublished
) -> None:
    values = {"stage": "published", "published_at": recorded.occurred_at}
    await _change_version(connection, recorded, event.version, **values)
    await _choose_latest(connection, recorded)


@projection.on(contract.VersionYanked)
async def _yanked(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.VersionYanked
) -> None:
    await _change_version(connection, recorded, event.version, yanked=event.reason)
    await _choose_latest(connection, recorded)


@projection.on(contract.VersionWithdrawn)
async def _withdrawn(
    connection: AsyncConnection, recorded: RecordedEvent, event: contract.VersionWithdrawn
) -> None:
    chosen = (versions.c.package_id == event.package_id) & (versions.c.number == event.version)
    await connection.execute(sa.delete(versions).where(chosen))
    await _choose_latest(connection, recorded)


async def _choose_latest(connection: AsyncConnection, recorded: RecordedEvent) -> None:
    usable = sa.select(versions.c.number).where(
        versions.c.package_id == recorded.subject_id,
        versions.c.stage.in_(("published", "indexed")),
        versions.c.yanked.is_(None),
    )
    numbers = list((await connection.execute(usable)).scalars())
    await _change(connection, recorded, latest=domain.choose_latest(numbers))


def cache_subjects(recorded: RecordedEvent) -> list[str]:
    """What of the cache an event makes stale."""
    subjects = [f"package:{recorded.subject_id}"]
    if recorded.type in (contract.PackageCreated.event_name, contract.PackageDeleted.event_name):
        subjects.append(f"address:{recorded.data['owner']}/{recorded.data['name']}")
    if recorded.type == contract.PackageForked.event_name:
        subjects.append(f"package:{recorded.data['parent_id']}")
    return subjects
