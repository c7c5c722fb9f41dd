"""Take a moment apart in a time zone."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from blok.nodes.builtin._moments import iso, moment
from blok.nodes.contract import node


class Inputs(TypedDict):
    """``value`` is ISO 8601 or milliseconds since 1970."""

    value: str | int | float
    timezone: NotRequired[str]


class Parts(TypedDict):
    """``weekday`` is 1 for Monday to 7 for Sunday; ``minuteOfDay`` counts from local midnight."""

    iso: str
    date: str
    time: str
    year: int
    month: int
    day: int
    hour: int
    minute: int
    weekday: int
    week: int
    minuteOfDay: int
    epochMs: int


@node(
    name="@blokjs/date-parts",
    description="The year, month, day, hour, weekday and so on of a moment in a time zone.",
    tags=("data", "time"),
    examples=(
        {
            "inputs": {"value": "2026-11-23T22:30:00Z", "timezone": "Asia/Tokyo"},
            "output": {
                "iso": "2026-11-24T07:30:00+09:00",
                "date": "2026-11-24",
                "time": "07:30",
                "year": 2026,
                "month": 11,
                "day": 24,
                "hour": 7,
                "minute": 30,
                "weekday": 2,
                "week": 48,
                "minuteOfDay": 450,
                "epochMs": 1795473000000,
            },
        },
    ),
)
def date_parts(inputs: Inputs) -> Parts:
    """Everything that schedules, opening hours and reports ask of a moment."""
    found = moment(inputs["value"], inputs.get("timezone", "UTC"))
    return {
        "iso": iso(found),
        "date": found.strftime("%Y-%m-%d"),
        "time": found.strftime("%H:%M"),
        "year": found.year,
        "month": found.month,
        "day": found.day,
        "hour": found.hour,
        "minute": found.minute,
        "weekday": found.isoweekday(),
        "week": found.isocalendar().week,
        "minuteOfDay": found.hour * 60 + found.minute,
        "epochMs": round(found.timestamp() * 1000),
    }
