"""When a schedule is next due."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from blok.nodes.builtin._moments import iso, moment
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """A cron expression of five fields, or six with seconds last; ``after`` is a moment."""

    schedule: Annotated[str, Meta(max_length=200)]
    after: str | int | float
    count: NotRequired[Annotated[int, Meta(ge=1, le=100)]]
    timezone: NotRequired[str]


@node(
    name="@blokjs/cron-next",
    description="The next moments at which a cron schedule is due, in a time zone.",
    tags=("time",),
    examples=(
        {
            "inputs": {"schedule": "0 9 * * 1-5", "after": "2026-11-20T12:00:00Z", "count": 2},
            "output": ["2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z"],
        },
    ),
)
def cron_next(inputs: Inputs) -> list[str]:
    """ISO 8601 moments, the first one first; a malformed or never-due schedule is a 400."""
    from croniter import (  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import
        CroniterBadDateError,
        CroniterError,
        croniter,
    )

    start = moment(inputs["after"], inputs.get("timezone", "UTC"))
    try:
        due = croniter(inputs["schedule"], start, max_years_between_matches=8)
        return [iso(due.get_next(type(start))) for _ in range(inputs.get("count", 1))]
    except CroniterBadDateError:
        raise GlobalError(f"The schedule {inputs['schedule']!r} is never due", code=400) from None
    except (CroniterError, ValueError, KeyError) as error:
        raise GlobalError(
            f"The schedule {inputs['schedule']!r} is no cron expression: {error}", code=400
        ) from None
