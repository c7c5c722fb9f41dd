"""What can be asked about accounts."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.kernel.errors import NotFound
from blokhub.services.users.storage import accounts, reputation


class ReputationPart(msgspec.Struct, frozen=True):
    """How often something was rewarded, and with how many points in all."""

    cause: str
    count: int
    points: int


class Reputation(msgspec.Struct, frozen=True):
    """A reputation: `total` is the sum of the points of `breakdown`."""

    total: int
    breakdown: list[ReputationPart]


class Profile(msgspec.Struct, frozen=True):
    """What everyone may see of an account."""

    id: str
    handle: str
    display_name: str
    bio: str
    location: str
    website: str
    created_at: datetime
    reputation: Reputation


class OwnProfile(msgspec.Struct, frozen=True):
    """What the account's owner sees of it."""

    id: str
    handle: str
    display_name: str
    bio: str
    location: str
    website: str
    created_at: datetime
    reputation: Reputation
    email: str | None
    roles: list[str]


async def find_profile(connection: AsyncConnection, handle: str) -> Profile:
    """The public profile behind a handle. Raises NotFound."""
    row = await _account(connection, accounts.c.handle == handle.lower())
    if row is None:
        raise NotFound(f"There is no account {handle}.")
    return Profile(**_public(row), reputation=await find_reputation(connection, row["id"]))


async def find_own_profile(connection: AsyncConnection, account_id: str) -> OwnProfile:
    """The whole of one's own account. Raises NotFound."""
    row = await _account(connection, accounts.c.id == account_id)
    if row is None:
        raise NotFound("This account is gone.")
    found = await find_reputation(connection, account_id)
    return OwnProfile(**_public(row), reputation=found, email=row["email"], roles=list(row["roles"]))


async def find_reputation(connection: AsyncConnection, account_id: str) -> Reputation:
    """The reputation of an account, and what it is made of."""
    query = (
        sa.select(reputation.c.cause, sa.func.count(), sa.func.sum(reputation.c.points))
        .where(reputation.c.account_id == account_id)
        .group_by(reputation.c.cause)
        .order_by(reputation.c.cause)
    )
    parts = [ReputationPart(*row) for row in (await connection.execute(query)).all()]
    return Reputation(total=sum(part.points for part in parts), breakdown=parts)


async def _account(connection: AsyncConnection, condition: sa.ColumnElement[bool]) -> sa.RowMapping | None:
    query = sa.select(accounts).where(condition, accounts.c.erased_at.is_(None))
    return (await connection.execute(query)).mappings().first()


def _public(row: sa.RowMapping) -> dict[str, Any]:
    names = ("id", "handle", "display_name", "bio", "location", "website", "created_at")
    return {name: row[name] for name in names}
