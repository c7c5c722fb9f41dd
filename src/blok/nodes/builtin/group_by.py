"""Group and count."""

from __future__ import annotations

import math
from typing import Any, NotRequired, TypedDict

import msgspec

from blok.nodes.builtin._paths import pick
from blok.nodes.contract import node


class Inputs(TypedDict):
    """``by`` and ``value`` are paths such as ``customer.country``; ``keepItems`` is off."""

    items: list[Any]
    by: str
    value: NotRequired[str]
    keepItems: NotRequired[bool]


@node(
    name="@blokjs/group-by",
    description="Group a list by a field, with the count, sum, average, minimum and maximum of another.",
    tags=("data", "analytics"),
    examples=(
        {
            "inputs": {
                "items": [{"c": "PT", "v": 2}, {"c": "DE", "v": 5}, {"c": "PT", "v": 4}],
                "by": "c",
                "value": "v",
            },
            "output": [
                {"key": "PT", "count": 2, "sum": 6, "average": 3, "min": 2, "max": 4},
                {"key": "DE", "count": 1, "sum": 5, "average": 5, "min": 5, "max": 5},
            ],
        },
    ),
)
def group_by(inputs: Inputs) -> list[dict[str, Any]]:
    """Groups in the order of their first item; what has no such field is grouped under null."""
    groups: dict[Any, tuple[Any, list[Any]]] = {}
    for item in inputs["items"]:
        key = pick(item, inputs["by"])
        # 1, 1.0 and true are one key to Python and three to JSON.
        groups.setdefault(msgspec.json.encode(key), (key, []))[1].append(item)
    return [_summary(key, items, inputs) for key, items in groups.values()]


def _summary(key: Any, items: list[Any], inputs: Inputs) -> dict[str, Any]:
    summary: dict[str, Any] = {"key": key, "count": len(items)}
    if "value" in inputs:
        found = (pick(item, inputs["value"]) for item in items)
        numbers = [each for each in found if isinstance(each, int | float) and not isinstance(each, bool)]
        # fsum adds decimals as people do: ten times 0.1 is 1.
        total = _plain(math.fsum(numbers))
        summary |= {"sum": total, "average": _plain(total / len(numbers)) if numbers else None}
        summary |= {"min": min(numbers, default=None), "max": max(numbers, default=None)}
    if inputs.get("keepItems"):
        summary["items"] = items
    return summary


def _plain(number: float) -> int | float:
    return int(number) if math.isfinite(number) and number == int(number) else number
