"""What everyone may see of a saga: its steps and how each of them stands."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.database import Database
from blokhub.infra.rows import plain
from blokhub.infra.tables import sagas
from blokhub.kernel import clock


class SagaStep(msgspec.Struct, frozen=True):
    """One step: waiting, running, completed, failed or compensated."""

    name: str
    state: str = "waiting"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: dict[str, Any] | None = None


class SagaView(msgspec.Struct, frozen=True):
    """A saga as it stands: running, completed, or compensated after a failure."""

    id: str
    kind: str
    subject: str
    state: str
    steps: list[SagaStep]
    started_at: datetime
    finished_at: datetime | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


async def open_saga(
    connection: AsyncConnection,
    saga_id: str,
    kind: str,
    steps: list[str],
    *,
    owner: str,
    subject: str,
    result: dict[str, Any],
) -> None:
    """Note a new saga, in the caller's transaction. `owner` is the account that may see it."""
    values = {
        "id": saga_id,
        "kind": kind,
        "owner": owner,
        "subject": subject,
        "state": "running",
        "steps": [msgspec.to_builtins(SagaStep(name)) for name in steps],
        "result": result,
        "started_at": clock.now(),
    }
    await connection.execute(insert(sagas).values(values).on_conflict_do_nothing())


async def mark(
    database: Database, saga_id: str, step: str, state: str, problem: dict[str, Any] | None
) -> None:
    """Note the state of a step."""
    moment = clock.now()
    async with database.write() as connection:
        steps = await _steps(connection, saga_id)
        changed = [
            msgspec.structs.replace(
                each,
                state=state,
                error=problem or each.error,
                started_at=each.started_at or moment,
                finished_at=None if state == "running" else moment,
            )
            if each.name == step
            else each
            for each in steps
        ]
        values = {"steps": msgspec.to_builtins(changed)}
        await connection.execute(sa.update(sagas).where(sagas.c.id == saga_id).values(values))


async def finish(database: Database, saga_id: str, state: str, problem: dict[str, Any] | None) -> None:
    """Note how a saga ended."""
    values = {"state": state, "error": problem, "finished_at": clock.now()}
    async with database.write() as connection:
        await connection.execute(sa.update(sagas).where(sagas.c.id == saga_id).values(values))


async def view(connection: AsyncConnection, saga_id: str) -> tuple[SagaView, str] | None:
    """A saga and the account that owns it."""
    row = (await connection.execute(sa.select(sagas).where(sagas.c.id == saga_id))).mappings().first()
    return (msgspec.convert(plain(row), SagaView), row["owner"]) if row else None


async def _steps(connection: AsyncConnection, saga_id: str) -> list[SagaStep]:
    query = sa.select(sagas.c.steps).where(sagas.c.id == saga_id).with_for_update()
    return msgspec.convert((await connection.execute(query)).scalar() or [], list[SagaStep])
