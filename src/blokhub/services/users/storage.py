"""The tables of accounts and sessions."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from blokhub.services.users import domain

metadata = sa.MetaData()
_moment = sa.DateTime(timezone=True)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("handle", sa.Text, nullable=False, unique=True),
    sa.Column("email", sa.Text, unique=True),
    sa.Column("password_hash", sa.Text),
    sa.Column("display_name", sa.Text, nullable=False, server_default=""),
    sa.Column("bio", sa.Text, nullable=False, server_default=""),
    sa.Column("location", sa.Text, nullable=False, server_default=""),
    sa.Column("website", sa.Text, nullable=False, server_default=""),
    sa.Column("roles", ARRAY(sa.Text), nullable=False, server_default="{member}"),
    sa.Column("created_at", _moment, nullable=False),
    sa.Column("updated_at", _moment, nullable=False),
    sa.Column("erased_at", _moment),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("account_id", sa.Uuid(as_uuid=False), sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("device", sa.Text, nullable=False, server_default=""),
    sa.Column("started_at", _moment, nullable=False),
    sa.Column("ended_at", _moment),
    sa.Column("end_reason", sa.Text),
)

refresh_tokens = sa.Table(
    "refresh_tokens",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("session_id", sa.Uuid(as_uuid=False), sa.ForeignKey("sessions.id"), nullable=False, index=True),
    sa.Column("issued_at", _moment, nullable=False),
    sa.Column("expires_at", _moment, nullable=False),
    sa.Column("used_at", _moment),
)

reputation = sa.Table(
    "reputation",
    metadata,
    sa.Column("event_id", sa.Uuid(as_uuid=False), primary_key=True),
    sa.Column("account_id", sa.Uuid(as_uuid=False), nullable=False, index=True),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("at", _moment, nullable=False),
)

TABLES = (accounts, sessions, refresh_tokens, reputation)


class PostgresAccounts:
    """The store of accounts, on the connection of a unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, account: domain.Account, display_name: str, at: datetime) -> None:
        """Keep a new account; raises HandleTaken or EmailTaken."""
        values = {
            "id": account.id,
            "handle": account.handle,
            "email": account.email,
            "password_hash": account.password_hash,
            "roles": list(account.roles),
            "display_name": display_name,
            "created_at": at,
            "updated_at": at,
        }
        try:
            await self._connection.execute(sa.insert(accounts).values(values))
        except IntegrityError as error:
            if "email" in str(error.orig):
                raise domain.EmailTaken("Sign in, or use another address.", pointer="/email") from error
            raise domain.HandleTaken(
                f"The handle {account.handle} is taken. Choose another.", pointer="/handle"
            ) from error

    async def by_login(self, login: str) -> domain.Account | None:
        """The account with this handle or e-mail address."""
        column = accounts.c.email if "@" in login else accounts.c.handle
        return await self._find(column == domain.normalise_email(login))

    async def by_id(self, account_id: str) -> domain.Account | None:
        """The account with this id; erased ones are not found."""
        return await self._find(accounts.c.id == account_id)

    async def _find(self, condition: sa.ColumnElement[bool]) -> domain.Account | None:
        query = sa.select(accounts).where(condition, accounts.c.erased_at.is_(None))
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        return domain.Account(
            row.id, row.handle, row.email, row.password_hash, tuple(row.roles), erased=False
        )

    async def update_profile(self, account_id: str, values: dict[str, str], at: datetime) -> None:
        """Change fields of the public profile."""
        changed = sa.update(accounts).where(accounts.c.id == account_id).values(**values, updated_at=at)
        await self._connection.execute(changed)

    async def grant(self, account_id: str, role: str) -> None:
        """Add a role."""
        missing = sa.not_(accounts.c.roles.any(role))
        changed = sa.update(accounts).where(accounts.c.id == account_id, missing)
        await self._connection.execute(changed.values(roles=sa.func.array_append(accounts.c.roles, role)))

    async def erase(self, account_id: str, at: datetime) -> list[str]:
        """Remove all personal data; returns the ids of the sessions that this ended."""
        nothing = dict.fromkeys(("display_name", "bio", "location", "website"), "")
        await self._connection.execute(
            sa.update(accounts)
            .where(accounts.c.id == account_id)
            .values(email=None, password_hash=None, erased_at=at, updated_at=at, **nothing)
        )
        ended = sa.update(sessions).where(sessions.c.account_id == account_id, sessions.c.ended_at.is_(None))
        ended_rows = await self._connection.execute(
            ended.values(ended_at=at, end_reason="account_erased", device="").returning(sessions.c.id)
        )
        return list(ended_rows.scalars())

    async def add_session(self, session_id: str, account_id: str, device: str, at: datetime) -> None:
        """Keep a new session."""
        values = {"id": session_id, "account_id": account_id, "device": device, "started_at": at}
        await self._connection.execute(sa.insert(sessions).values(values))

    async def end_session(self, session_id: str, reason: str, at: datetime) -> bool:
        """End a session; returns whether it was still open."""
        ended = sa.update(sessions).where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
        result = await self._connection.execute(
            ended.values(ended_at=at, end_reason=reason).returning(sessions.c.id)
        )
        return result.first() is not None

    async def add_refresh_token(self, hash: str, session_id: str, at: datetime, expires_at: datetime) -> None:  # noqa: A002
        """Keep the hash of a new refresh token."""
        values = {"hash": hash, "session_id": session_id, "issued_at": at, "expires_at": expires_at}
        await self._connection.execute(sa.insert(refresh_tokens).values(values))

    async def use_refresh_token(self, hash: str, at: datetime) -> domain.RefreshToken | None:  # noqa: A002
        """Mark a token as used; returns how it was before."""
        query = sa.select(refresh_tokens, sessions.c.account_id, sessions.c.ended_at).join(sessions)
        locked = query.where(refresh_tokens.c.hash == hash).with_for_update(of=refresh_tokens)
        row = (await self._connection.execute(locked)).first()
        if row is None:
            return None
        if row.used_at is None:
            used = sa.update(refresh_tokens).where(refresh_tokens.c.hash == hash).values(used_at=at)
            await self._connection.execute(used)
        return domain.RefreshToken(
            session_id=row.session_id,
            account_id=row.account_id,
            expires_at=row.expires_at,
            used_at=row.used_at,
            session_ended=row.ended_at is not None,
        )

    async def add_reputation(
        self, event_id: str, account_id: str, cause: str, points: int, at: datetime
    ) -> None:
        """Keep points, once for each event."""
        values = {"event_id": event_id, "account_id": account_id, "cause": cause, "points": points, "at": at}
        await self._connection.execute(insert(reputation).values(values).on_conflict_do_nothing())
