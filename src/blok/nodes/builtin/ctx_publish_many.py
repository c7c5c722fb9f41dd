"""Put several values into state."""

from __future__ import annotations

from typing import Any, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node


class Inputs(TypedDict):
    """Keys in state and their values."""

    values: dict[str, Any]


@node(
    name="@blokjs/ctx-publish-many",
    description="Put several values into state at once.",
    tags=("state",),
    examples=({"inputs": {"values": {"a": 1, "b": 2}}, "output": {"count": 2}},),
)
def ctx_publish_many(ctx: Context, inputs: Inputs) -> dict[str, int]:
    """Write every value and say how many there were."""
    for name, value in inputs["values"].items():
        ctx.publish(name, value)
    return {"count": len(inputs["values"])}
