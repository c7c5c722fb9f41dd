"""Compute a value with an expression."""

from __future__ import annotations

from typing import Any, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node


class Inputs(TypedDict):
    """A JavaScript expression without the ``js/`` prefix."""

    expression: str


@node(
    name="@blokjs/expr",
    description="Evaluate a JavaScript expression with ctx, data (the previous result) and vars in scope.",
    tags=("data",),
    examples=({"inputs": {"expression": "({ total: 2 * 21 })"}, "output": {"total": 42}},),
)
def expr(ctx: Context, inputs: Inputs) -> Any:
    """The value of the expression."""
    return ctx.evaluate(inputs["expression"], ctx.input_data)
