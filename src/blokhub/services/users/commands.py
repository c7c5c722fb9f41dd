"""What can be done to accounts and sessions."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from blokhub.kernel import clock
from blokhub.kernel.errors import NotAuthenticated, NotFound, ProblemError
from blokhub.kernel.ids import new_id, new_secret
from blokhub.kernel.work import Work
from blokhub.services.users import contract, domain
from blokhub.services.users.domain import Account, AccountStore


@dataclass(frozen=True)
class Registration:
    """A new account as it is to be kept: the password already hashed."""

    handle: str
    email: str | None
    password_hash: str | None
    display_name: str
    roles: tuple[str, ...] = ("member",)


@dataclass(frozen=True)
class OpenSession:
    """A session that was begun or continued, with its next refresh token."""

    account: Account
    session_id: str
    refresh_token: str


def check_new_account(handle: str, email: str, password: str) -> str:
    """Raise RuleBroken for a handle or a password that may not be used; returns the address to keep."""
    address = domain.normalise_email(email)
    domain.check_handle(handle)
    domain.check_password(password, handle, address)
    return address


def wrong_credentials(detail: str, pointer: str | None = None) -> Exception:
    """The error for a login and a password that do not fit."""
    return domain.WrongCredentials(detail, pointer=pointer)


def refresh_refused() -> ProblemError:
    """The error for a refresh token that no longer holds."""
    return domain.RefreshTokenRefused("Sign in again.")


def stream_of(account_id: str) -> str:
    """The stream of an account's events."""
    return f"account-{account_id}"


async def register(work: Work[AccountStore], registration: Registration) -> Account:
    """Keep a new account. Raises HandleTaken or EmailTaken."""
    account = Account(
        id=new_id(),
        handle=registration.handle,
        email=registration.email,
        password_hash=registration.password_hash,
        roles=registration.roles,
        erased=False,
    )
    await work.store.add(account, registration.display_name, clock.now())
    await work.record(
        stream_of(account.id), contract.AccountRegistered(account_id=account.id, handle=account.handle)
    )
    return account


async def ensure_account(work: Work[AccountStore], handle: str, display_name: str) -> str:
    """The id of an account that nobody can sign in to; made if it is not there."""
    account = await work.store.by_login(handle)
    if account is not None:
        return account.id
    return (await register(work, Registration(handle, None, None, display_name))).id


async def update_profile(work: Work[AccountStore], changes: dict[str, str]) -> None:
    """Change the actor's own profile."""
    actor = work.context.require_actor()
    if not changes:
        return
    await work.store.update_profile(actor.id, changes, clock.now())
    event = contract.ProfileUpdated(account_id=actor.id, handle=actor.handle, fields=sorted(changes))
    await work.record(stream_of(actor.id), event)


async def grant_role(work: Work[AccountStore], handle: str, role: str) -> None:
    """Give an account a role. Raises NotFound."""
    account = await work.store.by_login(handle)
    if account is None:
        raise NotFound(f"There is no account {handle}.")
    if role in account.roles:
        return
    await work.store.grant(account.id, role)
    event = contract.RoleGranted(account_id=account.id, handle=account.handle, role=role)
    await work.record(stream_of(account.id), event)


async def start_session(work: Work[AccountStore], account: Account, device: str, days: int) -> OpenSession:
    """Begin a session for an account whose password was checked."""
    session_id, moment = new_id(), clock.now()
    await work.store.add_session(session_id, account.id, device[:200], moment)
    token = await _new_refresh_token(work, session_id, moment, days)
    event = contract.SessionStarted(account_id=account.id, session_id=session_id)
    await work.record(f"session-{session_id}", event)
    return OpenSession(account, session_id, token)


async def refuse_sign_in(work: Work[AccountStore], account: Account) -> None:
    """Note a wrong password."""
    await work.record(stream_of(account.id), contract.SignInRefused(account_id=account.id))


async def continue_session(
    work: Work[AccountStore], refresh_token: str, days: int, *, shared: bool = False
) -> OpenSession | None:
    """Trade a refresh token for the next one.

    A token that was used before ends its session, since two parties hold it (RFC 9700, section 4.14).
    With `shared`, several windows hold it rightly: one that comes within moments of another gets
    RefreshInProgress, and by its next try has the new token.
    Returns None when the token no longer holds; what was noted about it must be committed all the same.
    """
    moment = clock.now()
    token = await work.store.use_refresh_token(hash_token(refresh_token), moment)
    if token is None or token.session_ended or token.expires_at < moment:
        return None
    if token.used_at is not None and shared and moment - token.used_at < domain.GRACE:
        raise domain.RefreshInProgress("Ask again in a moment, with the new cookie.", retry_after=1)
    if token.used_at is not None:
        await _end(work, token.account_id, token.session_id, "token_reused", moment)
        return None
    account = await work.store.by_id(token.account_id)
    if account is None:
        return None
    following = await _new_refresh_token(work, token.session_id, moment, days)
    event = contract.SessionRefreshed(account_id=account.id, session_id=token.session_id)
    await work.record(f"session-{token.session_id}", event)
    return OpenSession(account, token.session_id, following)


async def end_session(work: Work[AccountStore], session_id: str) -> None:
    """End the actor's session."""
    actor = work.context.require_actor()
    await _end(work, actor.id, session_id, "signed_out", clock.now())


async def end_session_of_token(work: Work[AccountStore], refresh_token: str) -> None:
    """End the session that a refresh token belongs to; an unknown token ends nothing."""
    moment = clock.now()
    token = await work.store.use_refresh_token(hash_token(refresh_token), moment)
    if token is not None:
        await _end(work, token.account_id, token.session_id, "signed_out", moment)


async def erase_account(work: Work[AccountStore]) -> None:
    """Remove the actor's account with all personal data; the handle stays reserved for ever."""
    actor = work.context.require_actor()
    if await work.store.by_id(actor.id) is None:
        raise NotAuthenticated("This account is gone.")
    for session_id in await work.store.erase(actor.id, clock.now()):
        ended = contract.SessionEnded(account_id=actor.id, session_id=session_id, reason="account_erased")
        await work.record(f"session-{session_id}", ended)
    await work.record(stream_of(actor.id), contract.AccountErased(account_id=actor.id, handle=actor.handle))


async def award(work: Work[AccountStore], event_id: str, account_id: str, cause: str, at: datetime) -> None:
    """Give the points that `cause` is worth, once for each event."""
    await work.store.add_reputation(event_id, account_id, cause, domain.POINTS[cause], at)


def hash_token(token: str) -> str:
    """What is kept of a refresh token: the token itself has 256 random bits, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _new_refresh_token(work: Work[AccountStore], session_id: str, at: datetime, days: int) -> str:
    token = "blok_rt_" + new_secret()
    await work.store.add_refresh_token(hash_token(token), session_id, at, at + timedelta(days=days))
    return token


async def _end(work: Work[AccountStore], account_id: str, session_id: str, reason: str, at: datetime) -> None:
    if await work.store.end_session(session_id, reason, at):
        event = contract.SessionEnded(account_id=account_id, session_id=session_id, reason=reason)
        await work.record(f"session-{session_id}", event)
