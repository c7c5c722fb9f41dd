"""The table of stars."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.services.community.domain import Package

metadata = sa.MetaData()

stars = sa.Table(
    "stars",
    metadata,
    sa.Column("package_id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("starred_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
)

TABLES = (stars,)


class PostgresStars:
    """The store of stars, on the connection of a unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, package: Package, account_id: str) -> bool:
        """Keep a star; returns whether it is new."""
        values = {
            "package_id": package.id,
            "account_id": account_id,
            "owner": package.owner,
            "name": package.name,
        }
        statement = insert(stars).values(values).on_conflict_do_nothing().returning(stars.c.package_id)
        return (await self._connection.execute(statement)).first() is not None

    async def remove(self, package_id: str, account_id: str) -> bool:
        """Take a star back; returns whether it was there."""
        chosen = (stars.c.package_id == package_id) & (stars.c.account_id == account_id)
        gone = sa.delete(stars).where(chosen).returning(stars.c.package_id)
        return (await self._connection.execute(gone)).first() is not None

    async def remove_of_account(self, account_id: str) -> list[Package]:
        """Take back all stars of an account; returns what they were on."""
        gone = sa.delete(stars).where(stars.c.account_id == account_id)
        rows = await self._connection.execute(gone.returning(stars.c.package_id, stars.c.owner, stars.c.name))
        return [Package(*row) for row in rows.all()]

    async def remove_of_package(self, package_id: str) -> None:
        """Forget all stars of a package."""
        await self._connection.execute(sa.delete(stars).where(stars.c.package_id == package_id))
