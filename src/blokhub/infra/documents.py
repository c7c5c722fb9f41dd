"""Documents: text bodies by collection and id. Here the embedded twin, on PostgreSQL."""

from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra.tables import documents


class DocumentStore(Protocol):
    """What every store of documents can do; one shared suite of tests holds all of them to it."""

    async def put(self, collection: str, id: str, body: str) -> bool:  # noqa: A002
        """Keep `body` under `id` unless something is there already; returns whether it was new."""
        ...

    async def get(self, collection: str, id: str) -> str | None:  # noqa: A002
        """The body under `id`, or None."""
        ...

    async def delete(self, collection: str, id: str) -> bool:  # noqa: A002
        """Remove what is under `id`; returns whether there was anything."""
        ...


class PostgresDocuments:
    """Documents in a table of the service, on a connection that the caller opened."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, collection: str, id: str, body: str) -> bool:  # noqa: A002
        """Keep `body` under `id` unless something is there already; returns whether it was new."""
        statement = insert(documents).values(collection=collection, id=id, body=body)
        result = await self._connection.execute(statement.on_conflict_do_nothing().returning(documents.c.id))
        return result.first() is not None

    async def get(self, collection: str, id: str) -> str | None:  # noqa: A002
        """The body under `id`, or None."""
        query = sa.select(documents.c.body).where(documents.c.collection == collection, documents.c.id == id)
        body: str | None = (await self._connection.execute(query)).scalar()
        return body

    async def delete(self, collection: str, id: str) -> bool:  # noqa: A002
        """Remove what is under `id`; returns whether there was anything."""
        statement = sa.delete(documents).where(documents.c.collection == collection, documents.c.id == id)
        result = await self._connection.execute(statement.returning(documents.c.id))
        return result.first() is not None
