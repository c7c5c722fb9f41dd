"""Apply a partial update."""

from __future__ import annotations

from typing import Any, TypedDict

from blok.nodes.contract import node


class Inputs(TypedDict):
    """What there is, and what to change of it."""

    target: Any
    patch: Any


@node(
    name="@blokjs/merge-patch",
    description="Apply a JSON Merge Patch (RFC 7396): fields replace, objects merge, null removes.",
    tags=("data",),
    examples=(
        {
            "inputs": {"target": {"a": {"b": 1, "c": 2}, "d": 3}, "patch": {"a": {"c": None}, "d": 4}},
            "output": {"a": {"b": 1}, "d": 4},
        },
    ),
)
def merge_patch(inputs: Inputs) -> Any:
    """The new value; the old one stays as it is."""
    return _merged(inputs["target"], inputs["patch"])


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result
