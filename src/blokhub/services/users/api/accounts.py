"""The HTTP routes of accounts."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.identity import passwords
from blokhub.infra.responses import written
from blokhub.kernel.context import Actor
from blokhub.services.users import commands, queries
from blokhub.services.users.api import browser
from blokhub.services.users.api.browser import Tokens
from blokhub.services.users.contract import Email, Handle, Password
from blokhub.services.users.queries import OwnProfile, Profile

Line = Annotated[str, msgspec.Meta(max_length=100)]


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """What it takes to register."""

    handle: Handle
    email: Email
    password: Password
    display_name: Line = ""
    cookie: bool = False


class Registered(OwnProfile, frozen=True):
    """The new account; with `tokens` when it was signed in at once."""

    tokens: Tokens | None = None


class ProfileChange(msgspec.Struct, forbid_unknown_fields=True):
    """Fields of the profile to change; absent ones stay as they are."""

    display_name: Line | msgspec.UnsetType = msgspec.UNSET
    bio: Annotated[str, msgspec.Meta(max_length=1000)] | msgspec.UnsetType = msgspec.UNSET
    location: Line | msgspec.UnsetType = msgspec.UNSET
    website: Annotated[str, msgspec.Meta(max_length=255, pattern="^(https?://.+)?$")] | msgspec.UnsetType = (
        msgspec.UNSET
    )


class Erasure(msgspec.Struct, forbid_unknown_fields=True):
    """The password, as proof that it is really the owner."""

    password: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class PlatformAccount(msgspec.Struct, forbid_unknown_fields=True):
    """An account that belongs to the platform itself."""

    handle: Handle
    display_name: Line


class RoleGrant(msgspec.Struct, forbid_unknown_fields=True):
    """A role for an account."""

    handle: Handle
    role: Literal["moderator", "administrator"]


class TokenToVerify(msgspec.Struct, forbid_unknown_fields=True):
    """An access token."""

    token: str


@post("/api/users", status_code=201, summary="Register an account")
async def register(
    host: TheHost, context: TheContext, request: Request[Any, Any, Any], data: JSONBody[NewAccount]
) -> Response[Registered]:
    """Register an account. The handle is the public address of everything that it publishes.

    With `cookie` the account is signed in at once: `tokens` holds the access token, and a cookie what
    renews it.
    """
    if data.cookie:
        browser.check_origin(host, request)
    email = commands.check_new_account(data.handle, data.email, data.password)
    registration = commands.Registration(
        handle=data.handle,
        email=email,
        password_hash=await passwords.hash_password(data.password),
        display_name=data.display_name.strip(),
    )
    opened = None
    async with host.unit_of_work(context) as work:
        account = await commands.register(work, registration)
        if data.cookie:
            device = request.headers.get("user-agent", "")
            opened = await commands.start_session(work, account, device, host.settings.refresh_token_days)
    async with host.read() as connection:
        profile = await queries.find_own_profile(connection, account.id)
    tokens = browser.tokens_of(host, opened, hide_refresh=True) if opened else None
    registered = Registered(**msgspec.structs.asdict(profile), tokens=tokens)
    answer = written(registered, work, status=201, headers={"Location": f"/api/users/{profile.handle}"})
    return browser.remember(host, answer, opened) if opened else answer


@get("/api/users/me", summary="One's own account")
async def read_me(host: TheHost, context: TheContext) -> OwnProfile:
    """The account behind the access token."""
    actor = context.require_actor()
    async with host.read() as connection:
        return await queries.find_own_profile(connection, actor.id)


@patch("/api/users/me", summary="Change one's own profile")
async def change_me(
    host: TheHost, context: TheContext, data: JSONBody[ProfileChange]
) -> Response[OwnProfile]:
    """Change fields of the public profile."""
    actor = context.require_actor()
    changes = {
        name: value.strip()
        for name, value in msgspec.structs.asdict(data).items()
        if value is not msgspec.UNSET
    }
    async with host.unit_of_work(context) as work:
        await commands.update_profile(work, changes)
    async with host.read() as connection:
        profile = await queries.find_own_profile(connection, actor.id)
    return written(profile, work)


@delete("/api/users/me", status_code=204, summary="Erase one's account")
async def erase_me(host: TheHost, context: TheContext, data: JSONBody[Erasure]) -> None:
    """Erase the account and its personal data. Public packages stay under the handle, which is never reused;
    private and unlisted ones are deleted.
    """
    actor = context.require_actor()
    async with host.unit_of_work(context) as work:
        account = await work.store.by_id(actor.id)
        if not await passwords.fits(data.password, account.password_hash if account else None):
            raise commands.wrong_credentials("The password does not fit; nothing was erased.", "/password")
        await commands.erase_account(work)


@get("/api/users/{handle:str}", summary="A public profile")
async def read_user(host: TheHost, handle: FromPath[str]) -> Profile:
    """A public profile, with its reputation and what that is made of."""
    async with host.read() as connection:
        return await queries.find_profile(connection, handle)


@get("/.well-known/jwks.json", summary="The keys that access tokens are signed with", sync_to_thread=False)
def read_keys(host: TheHost) -> dict[str, Any]:
    """The JSON Web Key Set of the access tokens."""
    keys: dict[str, Any] = host.parts["issuer"].public_keys()
    return keys


@post("/internal/accounts", status_code=200, include_in_schema=False)
async def ensure_account(
    host: TheHost, context: TheContext, data: JSONBody[PlatformAccount]
) -> dict[str, str]:
    """An account of the platform's own, which nobody can sign in to; made on first use."""
    context.require_role("administrator")
    async with host.unit_of_work(context) as work:
        account_id = await commands.ensure_account(work, data.handle, data.display_name)
    return {"id": account_id, "handle": data.handle}


@post("/internal/roles", status_code=200, include_in_schema=False)
async def grant_role(host: TheHost, context: TheContext, data: JSONBody[RoleGrant]) -> dict[str, str]:
    """Give an account a role."""
    context.require_role("administrator")
    async with host.unit_of_work(context) as work:
        await commands.grant_role(work, data.handle, data.role)
    return {"handle": data.handle, "role": data.role}


@post("/internal/tokens/verify", status_code=200, include_in_schema=False)
async def verify_token(host: TheHost, context: TheContext, data: JSONBody[TokenToVerify]) -> dict[str, Any]:
    """Tell another service whom an access token names."""
    context.require_role("administrator")
    identity = host.parts["verifier"].verify(data.token)
    if identity is None:
        return {"valid": False}
    actor: Actor = identity.actor
    return {"valid": True, "user": {"id": actor.id, "username": actor.handle}}


ROUTES = [
    register,
    read_me,
    change_me,
    erase_me,
    read_user,
    read_keys,
    verify_token,
    ensure_account,
    grant_role,
]
