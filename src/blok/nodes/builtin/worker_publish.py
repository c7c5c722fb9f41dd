"""Put a job into a queue."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """The queue, the job's data, and how to treat it."""

    queue: str
    payload: Any
    provider: NotRequired[str]
    priority: NotRequired[int]
    delayMs: NotRequired[int | float]
    retries: NotRequired[int]
    dedupId: NotRequired[str]


@node(
    name="@blokjs/worker-publish",
    description="Put a job into a queue of this process, for a workflow with a worker trigger.",
    tags=("messaging",),
    examples=({"inputs": {"queue": "mail", "payload": {"to": "ada@example.com"}}},),
)
def worker_publish(ctx: Context, inputs: Inputs) -> dict[str, str]:
    """Publish the job and give its id."""
    from blok.triggers.worker import queues_of  # noqa: PLC0415 - triggers stand above nodes

    provider = inputs.get("provider", "in-memory")
    if provider != "in-memory":
        raise GlobalError(
            f'worker-publish: the provider "{provider}" is not available here; use "in-memory".'
        )
    job = queues_of(ctx.engine).publish(
        inputs["queue"],
        inputs["payload"],
        priority=inputs.get("priority", 0),
        delay_ms=inputs.get("delayMs", 0),
        retries=inputs.get("retries"),
        dedup_id=inputs.get("dedupId"),
    )
    return {"jobId": job, "provider": provider, "queue": inputs["queue"]}
