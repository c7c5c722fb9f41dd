"""Keep a record of who did what."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import Any, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node

KEPT = 1_000


class Inputs(TypedDict):
    """The event and what belongs to it."""

    event: str
    attrs: NotRequired[dict[str, Any]]


@node(
    name="@blokjs/audit-log",
    description="Keep an audit event (the last thousand stay in memory).",
    tags=("observability", "security"),
    examples=({"inputs": {"event": "user.login", "attrs": {"user": "ada"}}},),
)
def audit_log(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    """Append the event and hand back what was kept."""
    kept: deque[dict[str, Any]] = ctx.services.setdefault("audit-log", deque(maxlen=KEPT))
    event = {
        "event": inputs["event"],
        "attrs": inputs.get("attrs", {}),
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestId": ctx.id,
    }
    kept.append(event)
    return event
