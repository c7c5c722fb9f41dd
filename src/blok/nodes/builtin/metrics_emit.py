"""Count something of one's own."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node


class Inputs(TypedDict):
    """What is counted, and how much of it."""

    event: str
    value: NotRequired[int | float]
    attrs: NotRequired[dict[str, Any]]


@node(
    name="@blokjs/metrics-emit",
    description="Add to the counter blok_event_total.",
    tags=("observability",),
    examples=({"inputs": {"event": "signup"}, "output": {"event": "signup", "value": 1}},),
)
def metrics_emit(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    """Count the event and hand back how much was added."""
    counters: dict[str, float] = ctx.services.setdefault("event-counters", {})
    value = inputs.get("value", 1)
    counters[inputs["event"]] = counters.get(inputs["event"], 0) + value
    return {"event": inputs["event"], "value": value}
