"""Send an event to the caller of a stream."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """The event's name, its data, and what the client does with it."""

    data: Any
    event: NotRequired[str]
    id: NotRequired[str]
    retry: NotRequired[int]


@node(
    name="@blokjs/sse-emit",
    description="Send one server-sent event to the caller of this stream.",
    tags=("streaming",),
    examples=({"inputs": {"event": "tick", "data": 1}, "output": {"sent": True}},),
)
async def sse_emit(ctx: Context, inputs: Inputs) -> dict[str, bool]:
    """Write the event to the stream of this run."""
    if ctx.stream is None:
        raise GlobalError(
            "@blokjs/sse-emit: ctx.stream is undefined. The node only works in a workflow with an sse "
            "trigger; use @blokjs/sse-publish from any other."
        )
    await ctx.stream.write(
        inputs["data"], event=inputs.get("event"), event_id=inputs.get("id"), retry=inputs.get("retry")
    )
    return {"sent": True}
