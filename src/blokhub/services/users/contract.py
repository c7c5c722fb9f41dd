"""What others may know of accounts: the events, and the names of the errors.

No event carries personal data: what a person may take back stays in the tables of this service.
"""

from typing import Annotated

import msgspec

from blokhub.kernel.events import Event, event

Handle = Annotated[
    str,
    msgspec.Meta(
        pattern="^[a-z][a-z0-9-]{1,37}[a-z0-9]$",
        description="3 to 39 lower-case letters, digits and hyphens, beginning with a letter.",
    ),
]
Email = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        max_length=255,
        description="An e-mail address, such as ann@example.org.",
    ),
]
Password = Annotated[str, msgspec.Meta(min_length=8, max_length=256)]


@event("users.account.registered")
class AccountRegistered(Event, frozen=True):
    """An account came to be."""

    account_id: str
    handle: str


@event("users.account.profile_updated")
class ProfileUpdated(Event, frozen=True):
    """The public profile changed; `fields` names what did, not how."""

    account_id: str
    handle: str
    fields: list[str]


@event("users.account.role_granted")
class RoleGranted(Event, frozen=True):
    """An account may do more than before."""

    account_id: str
    handle: str
    role: str


@event("users.account.erased")
class AccountErased(Event, frozen=True):
    """An account and all personal data in it are gone; the handle is never given to anyone else."""

    account_id: str
    handle: str


@event("users.session.started")
class SessionStarted(Event, frozen=True):
    """Someone signed in."""

    account_id: str
    session_id: str


@event("users.session.refreshed")
class SessionRefreshed(Event, frozen=True):
    """A session was continued with its refresh token."""

    account_id: str
    session_id: str


@event("users.session.ended")
class SessionEnded(Event, frozen=True):
    """A session is over: `signed_out`, `token_reused` or `account_erased`."""

    account_id: str
    session_id: str
    reason: str


@event("users.account.sign_in_refused")
class SignInRefused(Event, frozen=True):
    """A wrong password for an account that exists."""

    account_id: str


EVENTS: tuple[type[Event], ...] = (
    AccountRegistered,
    ProfileUpdated,
    RoleGranted,
    AccountErased,
    SessionStarted,
    SessionRefreshed,
    SessionEnded,
    SignInRefused,
)

# Stable names of the errors (see /problems/<name>), and of the rules behind `rule_broken`.
HANDLE_TAKEN = "handle_taken"
EMAIL_TAKEN = "email_taken"
RULE_GUESSABLE = "users.password_is_hard_to_guess"
RULE_HANDLE = "users.handle_is_free_to_use"
