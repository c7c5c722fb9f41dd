"""Work that only one replica may do at a time, held by an advisory lock of PostgreSQL."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import sqlalchemy as sa
import structlog

_log = structlog.get_logger("leadership")
_PAUSE = 1.0


Connection = psycopg.AsyncConnection[tuple[object, ...]]


@asynccontextmanager
async def leadership(url: sa.URL, task: str) -> AsyncIterator[Connection]:
    """Wait until this process leads `task`; yields the connection that holds the lock.

    The lock is lost with the connection, so another replica takes over as soon as this process ends.
    """
    connection = await _connect(url)
    try:
        while not await _lock(connection, task):  # noqa: ASYNC110 — the database tells nobody of a free lock
            await asyncio.sleep(_PAUSE)
        _log.debug("leading", task=task)
        yield connection
    finally:
        await connection.close()


async def try_to_lead(url: sa.URL, task: str) -> Connection | None:
    """The connection that holds the lock of `task` until it is closed, or None when another process leads."""
    connection = await _connect(url)
    try:
        if await _lock(connection, task):
            return connection
    except BaseException:
        await connection.close()
        raise
    await connection.close()
    return None


async def _connect(url: sa.URL) -> Connection:
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await psycopg.AsyncConnection.connect(
        text, autocommit=True, connect_timeout=5, keepalives_idle=5, keepalives_interval=2, keepalives_count=3
    )


async def _lock(connection: Connection, task: str) -> bool:
    key = zlib.crc32(task.encode())
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (0x_B10C, key - 2**31))
    row = await cursor.fetchone()
    return bool(row and row[0])
