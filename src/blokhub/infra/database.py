"""PostgreSQL for one service: its own role, its own schema, a bounded pool that is measured."""

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from blokhub.infra.settings import Settings
from blokhub.kernel.errors import Unavailable

_wait = Histogram(
    "blok_database_pool_wait_seconds",
    "Time until a connection was free.",
    ["service"],
    buckets=(0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3),
)
_in_use = Gauge("blok_database_pool_in_use", "Connections in use.", ["service"])
_idle = Gauge("blok_database_pool_idle", "Connections open and free.", ["service"])
_opened = Counter("blok_database_connections_opened_total", "Connections opened.", ["service"])
_statements = Counter("blok_database_statements_total", "Statements sent.", ["service"])


def service_role(database: str, service: str) -> str:
    """The role that a service logs in with: one per database and service."""
    return f"{database}_{service}"


def service_password(secret: str, role: str) -> str:
    """The role's password, derived from the installation's secret so that no process has to be told it."""
    return hmac.new(secret.encode(), f"database:{role}".encode(), hashlib.sha256).hexdigest()


def async_url(postgres_url: str) -> sa.URL:
    """The same server, reached through psycopg 3."""
    return sa.make_url(postgres_url).set(drivername="postgresql+psycopg")


def service_url(postgres_url: str, secret: str, service: str) -> sa.URL:
    """How `service` reaches its schema on the server of `postgres_url`."""
    url = async_url(postgres_url)
    role = service_role(url.database or "postgres", service)
    return url.set(username=role, password=service_password(secret, role))


class Database:
    """The pool of one service. `read()` and `write()` are the only ways in."""

    def __init__(self, service: str, url: sa.URL, settings: Settings) -> None:
        self.service = service
        self.url = url
        self.statement_count = 0
        milliseconds = int(settings.statement_timeout * 1000)
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=settings.pool_timeout,
            pool_pre_ping=True,
            pool_recycle=1800,
            connect_args={
                "connect_timeout": 5,
                "application_name": f"blok-{service}",
                "options": f"-c statement_timeout={milliseconds} "
                "-c idle_in_transaction_session_timeout=60000",
            },
        )
        self._measure()

    def _measure(self) -> None:
        pool: Any = self.engine.sync_engine.pool
        _in_use.labels(self.service).set_function(pool.checkedout)
        _idle.labels(self.service).set_function(pool.checkedin)
        opened, statements = _opened.labels(self.service), _statements.labels(self.service)

        def count_statement(*_: Any) -> None:
            self.statement_count += 1
            statements.inc()

        sa.event.listen(self.engine.sync_engine, "connect", lambda *_: opened.inc())
        sa.event.listen(self.engine.sync_engine, "before_cursor_execute", count_statement)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection in autocommit for queries. Raises Unavailable when none is free in time."""
        async with self._connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction: committed at the end, rolled back by any exception."""
        async with self._connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[AsyncConnection]:
        started = time.perf_counter()
        try:
            connection = await self.engine.connect()
        except PoolTimeout as error:
            raise Unavailable(
                "All database connections are busy. Try again in a moment.", retry_after=1
            ) from error
        except (OperationalError, InterfaceError, OSError) as error:
            raise Unavailable(
                "The database does not answer. Try again in a moment.", retry_after=2
            ) from error
        _wait.labels(self.service).observe(time.perf_counter() - started)
        try:
            yield connection
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("The database went away. Try again in a moment.", retry_after=2) from error
            raise
        finally:
            await connection.close()

    async def ping(self) -> None:
        """One round trip; raises Unavailable when the database does not answer."""
        async with self.read() as connection:
            await connection.execute(sa.text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
