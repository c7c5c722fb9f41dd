"""Apply an expression to every element."""

from __future__ import annotations

from typing import Any, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node


class Inputs(TypedDict):
    """``map`` is a JavaScript expression with ``data`` as the element."""

    array: list[Any]
    map: str


@node(
    name="array-map",
    description="Apply a JavaScript expression to every element of a list.",
    tags=("data",),
    examples=({"inputs": {"array": [1, 2], "map": "data * 2"}, "output": [2, 4]},),
)
def array_map(ctx: Context, inputs: Inputs) -> list[Any]:
    """One result per element, in order."""
    return [ctx.evaluate(inputs["map"], item) for item in inputs["array"]]
