"""An aggregate's state is its events, folded; and what the small words of time and pages mean."""

from datetime import UTC, datetime

import msgspec
import pytest

from blokhub.kernel.aggregates import Aggregate
from blokhub.kernel.clock import now, parse_moment
from blokhub.kernel.events import Event
from blokhub.kernel.paging import Page


class Added(Event, frozen=True):
    """An amount was added."""

    amount: int


class Sum(msgspec.Struct, frozen=True):
    """What was added so far."""

    total: int = 0


def _evolve(state: Sum | None, event: Event) -> Sum:
    assert isinstance(event, Added)
    return Sum((state or Sum()).total + event.amount)


SUM = Aggregate("sum", Sum, _evolve)


def test_the_state_is_the_fold_of_the_events() -> None:
    events = [Added(amount=n) for n in range(5)]
    assert SUM.fold(None, events) == Sum(10)
    assert SUM.fold(SUM.fold(None, events[:2]), events[2:]) == Sum(10)
    assert SUM.fold(None, []) is None


def test_the_stream_is_named_by_category_and_id() -> None:
    assert SUM.stream("7") == "sum-7"


def test_a_moment_without_an_offset_is_in_utc() -> None:
    expected = datetime(2026, 1, 31, 12, tzinfo=UTC)
    for text in ("2026-01-31T12:00:00", "2026-01-31T12:00Z", "2026-01-31T13:00+01:00"):
        assert parse_moment(text) == expected
    assert now().tzinfo is UTC


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "12:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_moment(text)


def test_a_page_shows_its_items_and_how_many_there_are() -> None:
    page = Page(["a", "b"], total=7, page=2, per_page=2)
    assert msgspec.to_builtins(page) == {"items": ["a", "b"], "total": 7, "page": 2, "per_page": 2}
