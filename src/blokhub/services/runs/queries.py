"""What can be asked about runs."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.rows import plain
from blokhub.kernel.context import Actor
from blokhub.kernel.errors import NotFound
from blokhub.services.runs.storage import runs


class TraceStep(msgspec.Struct, frozen=True):
    """One executed step: what went in, what came out, what it changed in the state, and how long it took."""

    step: str
    node: str
    inputs: Any = None
    output: Any = None
    state_change: Any = None
    duration_ms: float = 0.0
    error: Any = None
    path: str = ""
    status: str = "completed"
    depth: int = 0
    iteration: int | None = None


class RunView(msgspec.Struct, frozen=True):
    """A run and its trace."""

    id: str
    status: str
    package: str | None
    version: str | None
    digest: str
    response: dict[str, Any] | None
    trace: list[TraceStep]
    problem: dict[str, Any] | None
    duration_ms: float
    started_at: datetime


async def find_run(connection: AsyncConnection, run_id: str, actor: Actor | None) -> RunView:
    """A run by its id. One that was signed in for is seen by that account only. Raises NotFound."""
    row = (await connection.execute(sa.select(runs).where(runs.c.id == run_id))).mappings().first()
    if row is None or not _may_see(row["actor_id"], actor):
        raise NotFound("There is no such run, or it is not yours to see. Runs are kept for a few days.")
    values = plain(row) | {"package": row["address"] or None, "version": row["version"] or None}
    return msgspec.convert(values, RunView)


def _may_see(owner_id: str | None, actor: Actor | None) -> bool:
    return owner_id is None or (
        actor is not None and (actor.id == owner_id or "administrator" in actor.roles)
    )
