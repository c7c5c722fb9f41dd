"""The hash chain over a stream: a changed or missing event is noticed."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from blokhub.kernel.events import JSONObject, RecordedEvent

_canonical = msgspec.json.Encoder(order="deterministic")


def link(
    previous: str,
    *,
    id: str,  # noqa: A002
    stream: str,
    version: int,
    type: str,  # noqa: A002
    schema_version: int,
    data: JSONObject,
    actor: str,
    occurred_at: datetime,
) -> str:
    """The hash (sha-256, hexadecimal) of an event that follows one with the hash `previous`."""
    moment = occurred_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields: list[Any] = [previous, id, stream, version, type, schema_version, data, actor, moment]
    return hashlib.sha256(_canonical.encode(fields)).hexdigest()


def first_broken(events: Iterable[RecordedEvent]) -> RecordedEvent | None:
    """The first event of a whole stream whose hash does not follow, or None when the chain holds."""
    previous = ""
    for version, event in enumerate(events, start=1):
        expected = link(
            previous,
            id=event.id,
            stream=event.stream,
            version=version,
            type=event.type,
            schema_version=event.schema_version,
            data=event.data,
            actor=event.actor,
            occurred_at=event.occurred_at,
        )
        if expected != event.hash:
            return event
        previous = event.hash
    return None
