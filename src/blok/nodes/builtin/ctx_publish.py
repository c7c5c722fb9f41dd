"""Put one value into state."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node


class Inputs(TypedDict):
    """The key in state and its value."""

    name: str
    value: NotRequired[Any]


@node(
    name="@blokjs/ctx-publish",
    description="Put a value into state under a name of its own.",
    tags=("state",),
    examples=({"inputs": {"name": "who", "value": "Ada"}, "output": {"name": "who", "value": "Ada"}},),
)
def ctx_publish(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    """Write the value and hand it back."""
    value = inputs.get("value")
    ctx.publish(inputs["name"], value)
    return {"name": inputs["name"], "value": value}
