"""Write a date for people."""

from __future__ import annotations

import re
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from blok.nodes.builtin._moments import moment
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

_DIRECTIVE = re.compile(r"%(.?)")
# Those that mean the same on every platform.
_KNOWN = frozenset("aAbBdfHIjmMpSuUVwWyYzZG%")


class Inputs(TypedDict):
    """``value`` is ISO 8601 or milliseconds since 1970; ``format`` as in strftime (``%Y-%m-%d %H:%M``)."""

    value: str | int | float
    format: NotRequired[Annotated[str, Meta(max_length=200)]]
    timezone: NotRequired[str]


@node(
    name="@blokjs/date-format",
    description="Write a moment as text in a time zone.",
    tags=("data", "time"),
    examples=(
        {
            "inputs": {"value": "2026-07-01T12:00:00Z", "timezone": "Europe/Lisbon"},
            "output": "2026-07-01 13:00",
        },
    ),
)
def date_format(inputs: Inputs) -> str:
    """The text; month and day names are English."""
    pattern = inputs.get("format", "%Y-%m-%d %H:%M")
    wrong = next(
        (found[0] for found in _DIRECTIVE.finditer(pattern) if not found[1] or found[1] not in _KNOWN), None
    )
    if wrong is not None:
        raise GlobalError(f"date-format does not know the directive {wrong}", code=400)
    return moment(inputs["value"], inputs.get("timezone", "UTC")).strftime(pattern)
