"""What can be asked about stars."""

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.kernel.context import Actor
from blokhub.services.community.storage import stars


class PackageCommunity(msgspec.Struct, frozen=True):
    """What people say of a package; `starred` tells whether the reader is one of them."""

    stars: int
    starred: bool


async def find_community(
    connection: AsyncConnection, package_id: str, actor: Actor | None
) -> PackageCommunity:
    """How many have starred a package, and whether `actor` has."""
    own = sa.func.coalesce(sa.func.bool_or(stars.c.account_id == (actor.id if actor else "")), sa.false())
    query = sa.select(sa.func.count(), own).where(stars.c.package_id == package_id)
    row = (await connection.execute(query)).one()
    return PackageCommunity(row[0], row[1])
