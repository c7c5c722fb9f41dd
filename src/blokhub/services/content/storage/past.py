"""The past of a package, from its events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra import eventstore
from blokhub.kernel.events import RecordedEvent
from blokhub.services.content.domain import PACKAGE, Package, can_see
from blokhub.services.content.storage.tables import packages


class Change(msgspec.Struct, frozen=True):
    """One event in a package's life: who did what and when, and what it changed (`before`, `after`)."""

    revision: int
    type: str
    actor: str
    at: datetime
    changes: dict[str, dict[str, Any]]


_DRAFT = "content.package.draft_saved"


@dataclass(frozen=True)
class Past:
    """A package as it once was."""

    state: Package
    revision: int
    created_at: datetime
    updated_at: datetime


async def package_at(connection: AsyncConnection, package_id: str, moment: datetime) -> Past | None:
    """The package as it was at `moment`, or None when it did not exist."""
    events = await eventstore.read_stream(connection, PACKAGE.stream(package_id), until=moment)
    state = PACKAGE.fold(None, (each.event for each in events))
    if state is None or state.deleted:
        return None
    return Past(state, events[-1].version, events[0].occurred_at, events[-1].occurred_at)


async def count_forks_at(connection: AsyncConnection, package_id: str, moment: datetime) -> int:
    """How many forks there were at `moment`."""
    parent = packages.c.forked_from["package_id"].astext
    query = sa.select(sa.func.count()).where(parent == package_id, packages.c.created_at <= moment)
    count: int = (await connection.execute(query)).scalar_one()
    return count


async def changes_of(connection: AsyncConnection, package_id: str, *, with_drafts: bool) -> list[Change]:
    """Every change of a package in order, each with the values before and after it."""
    events = await eventstore.read_stream(connection, PACKAGE.stream(package_id))
    return [change for change in _changes(events) if with_drafts or change.type != _DRAFT]


def _changes(events: Sequence[RecordedEvent]) -> list[Change]:
    found = []
    state: Package | None = None
    before: dict[str, Any] = {}
    for recorded in events:
        state = PACKAGE.evolve(state, recorded.event)
        after = _flat(msgspec.to_builtins(state))
        changed = {
            name: {"before": before.get(name), "after": after.get(name)}
            for name in [*after, *(gone for gone in before if gone not in after)]
            if before.get(name) != after.get(name)
        }
        found.append(Change(recorded.version, recorded.type, recorded.actor, recorded.occurred_at, changed))
        before = after
    return found


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The leaves of a state by dotted path; lists count as leaves."""
    flat: dict[str, Any] = {}
    for name, each in value.items():
        if isinstance(each, dict):
            flat |= _flat(each, f"{prefix}{name}.")
        else:
            flat[prefix + name] = each
    return flat


__all__ = ["Change", "can_see", "changes_of", "count_forks_at", "package_at"]
