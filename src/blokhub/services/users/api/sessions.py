"""The HTTP routes of sessions. Programs keep their refresh token themselves; browsers keep it in a cookie."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.params import JSONBody

from blokhub.infra.dependencies import TheContext, TheHost
from blokhub.infra.identity import passwords
from blokhub.infra.problems import problem_response
from blokhub.kernel.errors import NotAuthenticated
from blokhub.services.users import commands
from blokhub.services.users.api import browser
from blokhub.services.users.api.browser import Tokens
from blokhub.services.users.commands import OpenSession

Token = Annotated[str, msgspec.Meta(max_length=200)]
_TO_NOBODY = {"Cache-Control": "no-store"}


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """A handle or an e-mail address, with the password. With `cookie`, a cookie holds the refresh token."""

    login: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    cookie: bool = False


class RefreshRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The refresh token that came with the last tokens; absent when a cookie holds it."""

    refresh_token: Token | None = None


class LogoutRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The refresh token of the session to end; absent when a cookie or the access token tells."""

    refresh_token: Token | None = None


@post("/api/auth/login", status_code=200, summary="Sign in")
async def login(
    host: TheHost, context: TheContext, request: Request[Any, Any, Any], data: JSONBody[Credentials]
) -> Response[Tokens]:
    """Trade login and password for tokens."""
    if data.cookie:
        browser.check_origin(host, request)
    async with host.unit_of_work(context) as work:
        account = await work.store.by_login(data.login)
    if not await passwords.fits(data.password, account.password_hash if account else None):
        if account is not None:
            async with host.unit_of_work(context) as work:
                await commands.refuse_sign_in(work, account)
        raise commands.wrong_credentials("Check the login and the password.")
    device = request.headers.get("user-agent", "")
    async with host.unit_of_work(context) as work:
        opened = await commands.start_session(work, account, device, host.settings.refresh_token_days)
    return _answer(host, opened, cookie=data.cookie)


@post("/api/auth/refresh", status_code=200, summary="Continue a session")
async def refresh(
    host: TheHost,
    context: TheContext,
    request: Request[Any, Any, Any],
    data: JSONBody[RefreshRequest | None] = None,
) -> Response[Tokens]:
    """Trade a refresh token for new tokens. Each can be used once, and a second use ends the session.

    A cookie is shared by all windows of a browser: one that comes a moment too late is told to ask again.
    """
    given = data.refresh_token if data else None
    kept = None if given else browser.cookie_of(request)
    if kept is not None:
        browser.check_origin(host, request)
    token = given or kept
    if not token:
        raise NotAuthenticated("Send the refresh token, or sign in.")
    days = host.settings.refresh_token_days
    async with host.unit_of_work(context) as work:
        opened = await commands.continue_session(work, token, days, shared=kept is not None)
    if opened is not None:
        return _answer(host, opened, cookie=kept is not None)
    error = commands.refresh_refused()
    if kept is None:
        raise error
    refusal: Response[Any] = problem_response(error, request.url.path)
    return browser.forget(host, refusal)


@post("/api/auth/logout", status_code=204, summary="Sign out")
async def logout(
    host: TheHost,
    context: TheContext,
    request: Request[Any, Any, Any],
    data: JSONBody[LogoutRequest | None] = None,
) -> Response[None]:
    """End the session of the refresh token in the body or in the cookie, or else of the access token."""
    given = data.refresh_token if data else None
    kept = browser.cookie_of(request)
    if kept is not None and not given:
        browser.check_origin(host, request)
    token = given or kept
    async with host.unit_of_work(context) as work:
        if token:
            await commands.end_session_of_token(work, token)
        elif context.actor is not None and context.session:
            await commands.end_session(work, context.session)
        else:
            raise NotAuthenticated("Send the access token, or the refresh token in the body.")
    answer = Response(None, status_code=204)
    return browser.forget(host, answer) if kept is not None else answer


def _answer(host: TheHost, opened: OpenSession, *, cookie: bool) -> Response[Tokens]:
    answer = Response(
        browser.tokens_of(host, opened, hide_refresh=cookie), status_code=200, headers=_TO_NOBODY
    )
    return browser.remember(host, answer, opened) if cookie else answer


ROUTES = [login, refresh, logout]
