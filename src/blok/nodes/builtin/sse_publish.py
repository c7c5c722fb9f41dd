"""Publish an event to a channel."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node


class Inputs(TypedDict):
    """The channel and the event."""

    channel: str
    data: Any
    event: NotRequired[str]
    id: NotRequired[str]


@node(
    name="@blokjs/sse-publish",
    description="Publish an event to a channel; every stream that listens to it gets it.",
    tags=("streaming",),
    examples=({"inputs": {"channel": "orders", "event": "created", "data": {"id": 1}}},),
)
def sse_publish(ctx: Context, inputs: Inputs) -> dict[str, str]:
    """Tell every listener of this process."""
    from blok.triggers.bus import bus_of  # noqa: PLC0415 - triggers stand above nodes

    made = bus_of(ctx.services).publish(
        inputs["channel"], inputs["data"], event=inputs.get("event"), event_id=inputs.get("id")
    )
    return {"channel": made.channel, "id": made.id}
