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


@asynccontextmanager
async def leadership(url: sa.URL, task: str) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    """Wait until this process leads `task`; yields the connection that holds the lock.

    The lock is lost with the connection, so another replica takes over as soon as this process ends.
    """
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await psycopg.AsyncConnection.connect(
        text, autocommit=True, connect_timeout=5, keepalives_idle=5, keepalives_interval=2, keepalives_count=3
    )
    try:
        key = zlib.crc32(task.encode())
        while True:
            cursor = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (0x_B10C, key - 2**31))
            row = await cursor.fetchone()
            if row and row[0]:
                break
            await asyncio.sleep(_PAUSE)
        _log.debug("leading", task=task)
        yield connection
    finally:
        await connection.close()
