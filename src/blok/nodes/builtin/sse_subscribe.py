"""Send the events of channels to the caller of a stream."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """Channels, and how many events to send at most."""

    channels: list[str]
    lastEventId: NotRequired[str]
    eventName: NotRequired[str]
    maxEvents: NotRequired[int]


@node(
    name="@blokjs/sse-subscribe",
    description="Send the events of channels to the caller of this stream until it leaves.",
    tags=("streaming",),
    examples=({"inputs": {"channels": ["orders"], "maxEvents": 10}},),
)
async def sse_subscribe(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    """Forward events; ends after ``maxEvents``, or when the client has gone."""
    from blok.triggers.bus import bus_of  # noqa: PLC0415 - triggers stand above nodes

    stream = ctx.stream
    if stream is None:
        raise GlobalError(
            "@blokjs/sse-subscribe: ctx.stream is undefined. Use it in a workflow with an sse trigger."
        )
    bus = bus_of(ctx.services)
    queue = bus.listen(inputs["channels"], inputs.get("lastEventId") or stream.last_event_id)
    sent, limit = 0, inputs.get("maxEvents")
    try:
        while not stream.closed and (limit is None or sent < limit):
            event = await queue.get()
            await stream.write(event.data, event=event.event or inputs.get("eventName"), event_id=event.id)
            sent += 1
    finally:
        bus.leave(queue)
    reason = "client-disconnected" if stream.closed else "max-events"
    return {"eventsSent": sent, "endedReason": reason, "channels": inputs["channels"]}
