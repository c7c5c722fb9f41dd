"""Sessions of browsers: what renews them is a cookie that no script can read, and no other site can use."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie

from blokhub.infra.dependencies import TheHost
from blokhub.kernel.context import Actor
from blokhub.kernel.errors import NotPermitted
from blokhub.services.users.commands import OpenSession

COOKIE = "blok_refresh"
_PATH = "/api/auth"
_DAY = 86_400
Answer = TypeVar("Answer")


class Tokens(msgspec.Struct, frozen=True):
    """An access token for `expires_in` seconds, and the refresh token for the next one.

    The refresh token is empty when a cookie holds it.
    """

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


def tokens_of(host: TheHost, opened: OpenSession, *, hide_refresh: bool) -> Tokens:
    """The tokens of a session."""
    issuer = host.parts["issuer"]
    account = opened.account
    token = issuer.issue(Actor(account.id, account.handle, account.roles), opened.session_id)
    return Tokens(token, "" if hide_refresh else opened.refresh_token, "Bearer", issuer.seconds)


def cookie_of(request: Request[Any, Any, Any]) -> str | None:
    """The refresh token that the browser keeps, if it does."""
    return request.cookies.get(COOKIE) or None


def remember(host: TheHost, answer: Response[Answer], opened: OpenSession) -> Response[Answer]:
    """Let the browser keep the session's refresh token."""
    return _with_cookie(host, answer, opened.refresh_token, host.settings.refresh_token_days * _DAY)


def forget(host: TheHost, answer: Response[Answer]) -> Response[Answer]:
    """Let the browser forget its refresh token."""
    return _with_cookie(host, answer, "", 0)


def _with_cookie(host: TheHost, answer: Response[Answer], value: str, seconds: int) -> Response[Answer]:
    answer.set_cookie(
        Cookie(
            key=COOKIE,
            value=value,
            path=_PATH,
            max_age=seconds,
            httponly=True,
            samesite="strict",
            secure=host.settings.url.startswith("https:"),
        )
    )
    return answer


def check_origin(host: TheHost, request: Request[Any, Any, Any]) -> None:
    """Raise NotPermitted when the page of another site makes the request.

    Browsers say it in `Sec-Fetch-Site`; where they do not (over plain HTTP, or before 2023), the host of
    `Origin` must be the one that was asked. Other programs send neither, and keep no cookies either.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        allowed = site == "same-origin"
    elif origin is not None:
        asked = {request.headers.get("host"), request.headers.get("x-forwarded-host")}
        allowed = urlsplit(origin).netloc in {*asked, urlsplit(host.settings.url).netloc}
    else:
        allowed = True
    if not allowed:
        raise NotPermitted("Sign in on the pages of this hub: its cookie serves no other site.")
