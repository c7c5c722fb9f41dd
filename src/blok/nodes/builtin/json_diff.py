"""Compare two values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypedDict

from blok.nodes.contract import node

MOST_CHANGES = 10_000


class Inputs(TypedDict):
    """Any two JSON values."""

    before: Any
    after: Any


class Difference(TypedDict):
    """Each change has ``op`` (add, remove, replace), ``path`` (RFC 6901), and ``before`` or ``after``."""

    equal: bool
    changes: list[dict[str, Any]]


@node(
    name="@blokjs/json-diff",
    description="What changed between two JSON values, as paths; lists are compared by position.",
    tags=("data",),
    examples=(
        {
            "inputs": {"before": {"a": 1, "b": 2}, "after": {"a": 1, "b": 3}},
            "output": {
                "equal": False,
                "changes": [{"op": "replace", "path": "/b", "before": 2, "after": 3}],
            },
        },
    ),
)
def json_diff(inputs: Inputs) -> Difference:
    """Every change, in the order of the first value's keys and then the new ones."""
    changes: list[dict[str, Any]] = []
    for change in _changes(inputs["before"], inputs["after"], ""):
        changes.append(change)
        if len(changes) == MOST_CHANGES:
            break
    return {"equal": not changes, "changes": changes}


def _changes(before: Any, after: Any, path: str) -> Iterator[dict[str, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = before, after
    elif isinstance(before, list) and isinstance(after, list):
        old, new = dict(enumerate(before)), dict(enumerate(after))
    else:
        same = before == after and isinstance(before, bool) == isinstance(after, bool)
        if not same:
            yield {"op": "replace", "path": path, "before": before, "after": after}
        return
    for key in [*old, *(key for key in new if key not in old)]:
        inner = f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"
        if key not in new:
            yield {"op": "remove", "path": inner, "before": old[key]}
        elif key not in old:
            yield {"op": "add", "path": inner, "after": new[key]}
        else:
            yield from _changes(old[key], new[key], inner)
