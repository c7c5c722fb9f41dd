"""Count forward or back from a moment."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from blok.nodes.builtin._moments import iso, moment
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

Count = Annotated[int, Meta(ge=-100_000, le=100_000)]
FewDays = Annotated[int, Meta(ge=-5_000, le=5_000)]


class Inputs(TypedDict):
    """What to add; negative counts go back. ``holidays`` are local dates that are no working days."""

    value: str | int | float
    months: NotRequired[Count]
    days: NotRequired[Count]
    workingDays: NotRequired[FewDays]
    hours: NotRequired[Count]
    minutes: NotRequired[Count]
    timezone: NotRequired[str]
    holidays: NotRequired[list[str]]


@node(
    name="@blokjs/date-add",
    description="Add months, days, working days, hours or minutes to a moment in a time zone.",
    tags=("data", "time"),
    examples=(
        {"inputs": {"value": "2026-01-31T09:00:00Z", "months": 1}, "output": "2026-02-28T09:00:00Z"},
        {"inputs": {"value": "2026-11-20T09:00:00Z", "workingDays": 1}, "output": "2026-11-23T09:00:00Z"},
    ),
)
def date_add(inputs: Inputs) -> str:
    """The new moment. Months and days keep the local time of day; hours and minutes are exact."""
    timezone = inputs.get("timezone", "UTC")
    try:
        found = _months(moment(inputs["value"], timezone), inputs.get("months", 0))
        found += timedelta(days=inputs.get("days", 0))
        found = _working_days(found, inputs.get("workingDays", 0), frozenset(inputs.get("holidays", ())))
        exact = found.astimezone(UTC) + timedelta(
            hours=inputs.get("hours", 0), minutes=inputs.get("minutes", 0)
        )
        return iso(exact.astimezone(found.tzinfo))
    except (OverflowError, ValueError):
        raise GlobalError("date-add left the years 1 to 9999", code=400) from None


def _months(found: datetime, count: int) -> datetime:
    """The same day of another month, or its last day."""
    year, month = divmod(found.year * 12 + found.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise ValueError(year)
    day = min(found.day, calendar.monthrange(year, month + 1)[1])
    return found.replace(year=year, month=month + 1, day=day)


def _working_days(found: datetime, count: int, holidays: frozenset[str]) -> datetime:
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        found += step
        left -= found.isoweekday() < 6 and found.strftime("%Y-%m-%d") not in holidays
    return found
