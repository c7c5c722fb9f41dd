"""The hash chain notices whatever is done to a stream afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blokhub.kernel.chain import first_broken, link
from blokhub.kernel.events import RecordedEvent
from blokhub.kernel.ids import new_id

MOMENT = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)


def stream(length: int) -> list[RecordedEvent]:
    """A stream whose chain holds."""
    events: list[RecordedEvent] = []
    previous = ""
    for version in range(1, length + 1):
        fields: dict[str, Any] = {
            "id": new_id(),
            "stream": "account-1",
            "version": version,
            "type": "toy.account.credited",
            "schema_version": 1,
            "data": {"amount": version, "note": "ä", "deep": {"b": [1, None], "a": True}},
            "actor": "ann",
            "occurred_at": MOMENT + timedelta(seconds=version),
        }
        previous = link(previous, **fields)
        events.append(
            RecordedEvent(position=version, correlation="c", causation=None, hash=previous, **fields)
        )
    return events


def test_an_untouched_stream_holds() -> None:
    assert first_broken([]) is None
    assert first_broken(stream(20)) is None


CHANGES = {
    "data": {"amount": 1_000_000},
    "actor": "eve",
    "type": "toy.account.debited",
    "id": new_id(),
    "stream": "account-2",
    "schema_version": 2,
    "occurred_at": MOMENT,
    "hash": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
@given(index=st.integers(0, 9))
def test_a_changed_event_is_found(field: str, index: int) -> None:
    events = stream(10)
    events[index] = replace(events[index], **{field: CHANGES[field]})
    broken = first_broken(events)
    assert broken is not None and broken.position == index + 1


@given(index=st.integers(0, 8))
def test_a_missing_event_is_found(index: int) -> None:
    events = stream(10)
    del events[index]
    broken = first_broken(events)
    assert broken is not None and broken.position == index + 2


@given(index=st.integers(0, 8))
def test_events_in_another_order_are_found(index: int) -> None:
    events = stream(10)
    events[index], events[index + 1] = events[index + 1], events[index]
    assert first_broken(events) is not None


def test_neither_the_order_of_keys_nor_the_time_zone_counts() -> None:
    (event,) = stream(1)
    turned = dict(reversed(list(event.data.items())))
    elsewhere = event.occurred_at.astimezone(timezone(timedelta(hours=5)))
    assert first_broken([replace(event, data=turned, occurred_at=elsewhere)]) is None
