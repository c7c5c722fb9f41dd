"""The rules for accounts. Pure: no database, no clock, no hashing."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from blokhub.kernel.errors import Conflict, NotAuthenticated, RuleBroken
from blokhub.services.users import contract

# Handles that could be mistaken for a part of the platform.
RESERVED = frozenset(
    [
        "admin",
        "administrator",
        "api",
        "assets",
        "auth",
        "blok",
        "blokhub",
        "dashboard",
        "help",
        "hub",
        "login",
        "me",
        "moderator",
        "nodes",
        "pages",
        "problems",
        "profile",
        "register",
        "root",
        "search",
        "security",
        "settings",
        "static",
        "support",
        "system",
        "workflows",
    ]
)
_COMMON = frozenset(
    [
        "password",
        "password1",
        "password123",
        "12345678",
        "123456789",
        "1234567890",
        "qwertyui",
        "qwerty123",
        "iloveyou",
        "letmein1",
        "welcome1",
        "admin123",
        "changeme",
        "trustno1",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "superman",
    ]
)


class HandleTaken(Conflict):
    """The handle belongs, or once belonged, to another account."""

    name = contract.HANDLE_TAKEN
    title = "This handle is taken"


class EmailTaken(Conflict):
    """The address belongs to another account."""

    name = contract.EMAIL_TAKEN
    title = "This e-mail address has an account"


class WrongCredentials(NotAuthenticated):
    """Login and password do not fit; which of the two is not said."""

    name = "wrong_credentials"
    title = "Login and password do not fit"


class RefreshInProgress(Conflict):
    """Another window of the same browser has just got the next token."""

    name = "refresh_in_progress"
    title = "Another window renews the session"


class RefreshTokenRefused(NotAuthenticated):
    """The refresh token is unknown, expired, revoked or was used before."""

    name = "refresh_token_refused"
    title = "This refresh token no longer holds"


def check_handle(handle: str, *, reserved_allowed: bool = False) -> None:
    """Raise RuleBroken for a handle that is kept for the platform."""
    if handle in RESERVED and not reserved_allowed:
        raise RuleBroken(
            contract.RULE_HANDLE,
            f"The handle {handle} is kept for the platform. Choose another.",
            pointer="/handle",
        )


def check_password(password: str, handle: str, email: str) -> None:
    """Raise RuleBroken for a password that would be guessed at once."""
    plain = password.casefold()
    local = email.partition("@")[0].casefold()
    guessable = plain in _COMMON or plain in {handle, email.casefold(), local} or len(set(plain)) < 4
    if guessable:
        raise RuleBroken(
            contract.RULE_GUESSABLE,
            "This password is among the first that would be tried. Use a longer phrase of your own.",
            pointer="/password",
        )


def normalise_email(email: str) -> str:
    """The form in which addresses are compared: trimmed, lower case."""
    return re.sub(r"\s", "", email).lower()


# Points for what others can use. The table is public, and a profile shows what its sum is made of.
POINTS = {"package_published": 10, "version_published": 2, "package_forked": 5}


# How long a token of a shared cookie may come a second time without being taken for a stolen one.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True)
class Account:
    """An account as its commands see it."""

    id: str
    handle: str
    email: str | None
    password_hash: str | None
    roles: tuple[str, ...]
    erased: bool


@dataclass(frozen=True)
class RefreshToken:
    """A stored refresh token, and how its session stands."""

    session_id: str
    account_id: str
    expires_at: datetime
    used_at: datetime | None
    session_ended: bool


class AccountStore(Protocol):
    """What the commands need to keep; implemented in `storage.py`."""

    async def add(self, account: Account, display_name: str, at: datetime) -> None:
        """Keep a new account; raises HandleTaken or EmailTaken."""
        ...

    async def by_login(self, login: str) -> Account | None:
        """The account with this handle or e-mail address."""
        ...

    async def by_id(self, account_id: str) -> Account | None:
        """The account with this id; erased ones are not found."""
        ...

    async def update_profile(self, account_id: str, values: dict[str, str], at: datetime) -> None:
        """Change fields of the public profile."""
        ...

    async def grant(self, account_id: str, role: str) -> None:
        """Add a role."""
        ...

    async def erase(self, account_id: str, at: datetime) -> list[str]:
        """Remove all personal data; returns the ids of the sessions that this ended."""
        ...

    async def add_session(self, session_id: str, account_id: str, device: str, at: datetime) -> None:
        """Keep a new session."""
        ...

    async def end_session(self, session_id: str, reason: str, at: datetime) -> bool:
        """End a session; returns whether it was still open."""
        ...

    async def add_refresh_token(self, hash: str, session_id: str, at: datetime, expires_at: datetime) -> None:  # noqa: A002
        """Keep the hash of a new refresh token."""
        ...

    async def use_refresh_token(self, hash: str, at: datetime) -> RefreshToken | None:  # noqa: A002
        """Mark a token as used; returns how it was before."""
        ...

    async def add_reputation(
        self, event_id: str, account_id: str, cause: str, points: int, at: datetime
    ) -> None:
        """Keep points, once for each event."""
        ...
