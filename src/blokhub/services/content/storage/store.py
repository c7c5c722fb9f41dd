"""The store that commands use."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.infra import saga_log
from blokhub.infra.documents import PostgresDocuments
from blokhub.services.content import contract
from blokhub.services.content.storage.tables import DEFINITIONS, EXAMPLES, packages


class PostgresPackages:
    """The store of packages, on the connection of a unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._documents = PostgresDocuments(connection)

    async def find_id(self, owner: str, name: str) -> str | None:
        """The id of the package at an address."""
        query = sa.select(packages.c.id).where(packages.c.owner == owner, packages.c.name == name)
        found: str | None = (await self._connection.execute(query)).scalar()
        return found

    async def ids_of_owner(self, owner_id: str) -> list[str]:
        """The ids of all packages of an account."""
        query = sa.select(packages.c.id).where(packages.c.owner_id == owner_id).order_by(packages.c.id)
        return list((await self._connection.execute(query)).scalars())

    async def put_definition(self, digest: str, body: str) -> None:
        """Keep a definition under its digest."""
        await self._documents.put(DEFINITIONS, digest, body)

    async def get_definition(self, digest: str) -> str | None:
        """The definition under a digest, as JSON text."""
        return await self._documents.get(DEFINITIONS, digest)

    async def put_examples(self, digest: str, body: str) -> None:
        """Keep examples under their digest."""
        await self._documents.put(EXAMPLES, digest, body)

    async def open_saga(self, saga_id: str, owner_id: str, subject: str, result: dict[str, Any]) -> None:
        """Note a new publishing saga."""
        await saga_log.open_saga(
            self._connection,
            saga_id,
            contract.PUBLISHING,
            list(contract.STEPS),
            owner=owner_id,
            subject=subject,
            result=result,
        )
