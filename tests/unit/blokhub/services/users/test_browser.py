"""The cookie of a session, and which pages may use it."""

from types import SimpleNamespace
from typing import Any

import pytest
from litestar import Response

from blokhub.infra.settings import Settings
from blokhub.kernel.errors import NotPermitted
from blokhub.services.users.api import browser
from blokhub.services.users.commands import OpenSession
from blokhub.services.users.domain import Account

OPENED = OpenSession(Account("1", "ann", None, None, ("member",), erased=False), "s", "blok_rt_secret")


def host(url: str) -> Any:
    return SimpleNamespace(settings=Settings(public_url=url))


def asked(**headers: str) -> Any:
    return SimpleNamespace(headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(("url", "secure"), [("https://hub.example", True), ("http://hub.example", False)])
def test_it_travels_encrypted_where_the_hub_does(url: str, secure: bool) -> None:
    answer: Response[None] = browser.remember(host(url), Response(None), OPENED)
    (cookie,) = answer.cookies
    assert cookie.secure is secure
    assert (cookie.httponly, cookie.samesite, cookie.path) == (True, "strict", "/api/auth")


@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(origin="https://hub.example"),
        asked(origin="http://127.0.0.1:4000", host="127.0.0.1:4000"),
        asked(origin="https://door.example", x_forwarded_host="door.example", host="10.0.0.1"),
        asked(sec_fetch_site="same-origin", origin="https://wherever.example"),
    ],
)
def test_its_own_pages_may_use_it(request_: Any) -> None:
    browser.check_origin(host("https://hub.example"), request_)


@pytest.mark.parametrize(
    "request_",
    [
        asked(origin="https://evil.example", host="hub.example"),
        asked(origin="https://hub.example.evil.example", host="hub.example"),
        asked(origin="https://hub.example:8443", host="hub.example"),
        asked(origin="null", host="hub.example"),
        asked(sec_fetch_site="cross-site", origin="https://hub.example"),
        asked(sec_fetch_site="none"),
    ],
)
def test_other_pages_may_not(request_: Any) -> None:
    with pytest.raises(NotPermitted):
        browser.check_origin(host("https://hub.example"), request_)
