"""Sessions of browsers: a cookie renews them, and nothing else of the world can."""

from concurrent.futures import ThreadPoolExecutor
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from tests.support.hub import PASSWORD, Hub

COOKIE = "blok_refresh"


def cookie_in(answer: httpx.Response) -> "Morsel[str] | None":
    """The cookie as the answer sets it."""
    return SimpleCookie(answer.headers.get("set-cookie", "")).get(COOKIE)


def registered(hub: Hub, name: str) -> tuple[httpx.Client, httpx.Response]:
    """A browser that has just registered and is signed in."""
    browser = hub.client()
    body = {"handle": name, "email": f"{name}@example.org", "password": PASSWORD, "cookie": True}
    answer = browser.post("/api/users", json=body)
    assert answer.status_code == 201, answer.text
    return browser, answer


def asked_with(browser: httpx.Client, path: str, cookie: str, **headers: str) -> httpx.Response:
    """What a window says that still has an older cookie."""
    with httpx.Client(base_url=browser.base_url) as window:
        return window.post(path, headers={"cookie": f"{COOKIE}={cookie}", **headers})


def test_registering_signs_in_when_asked(hub: Hub, name: str) -> None:
    browser, answer = registered(hub, name)
    assert answer.json()["handle"] == name
    tokens = answer.json()["tokens"]
    assert tokens["refresh_token"] == ""
    me = browser.get("/api/users/me", headers={"authorization": f"Bearer {tokens['access_token']}"})
    assert me.json()["handle"] == name
    assert browser.post("/api/auth/refresh").status_code == 200


def test_registering_does_not_sign_in_unasked(hub: Hub, name: str) -> None:
    body = {"handle": name, "email": f"{name}@example.org", "password": PASSWORD}
    answer = hub.client().post("/api/users", json=body)
    assert answer.json()["tokens"] is None
    assert cookie_in(answer) is None


def test_the_cookie_is_for_the_sign_in_of_this_site_alone(hub: Hub, name: str) -> None:
    registered(hub, name)
    answer = hub.client().post("/api/auth/login", json={"login": name, "password": PASSWORD, "cookie": True})
    cookie = cookie_in(answer)
    assert cookie is not None
    assert cookie.value.startswith("blok_rt_")
    assert (cookie["path"], cookie["samesite"].lower()) == ("/api/auth", "strict")
    assert cookie["httponly"]
    assert int(cookie["max-age"]) == 30 * 86_400
    assert not cookie["secure"], "this hub is reached over plain HTTP"
    assert answer.json()["refresh_token"] == ""
    assert answer.headers["cache-control"] == "no-store"


def test_without_being_asked_no_cookie_is_set(hub: Hub, name: str) -> None:
    registered(hub, name)
    answer = hub.client().post("/api/auth/login", json={"login": name, "password": PASSWORD})
    assert cookie_in(answer) is None
    assert answer.json()["refresh_token"]


def test_each_renewal_sets_the_next_cookie(hub: Hub, name: str) -> None:
    browser, _ = registered(hub, name)
    seen = {browser.cookies[COOKIE]}
    for _ in range(3):
        answer = browser.post("/api/auth/refresh", json={})
        assert answer.status_code == 200
        assert answer.json()["access_token"]
        assert answer.json()["refresh_token"] == ""
        seen.add(browser.cookies[COOKIE])
    assert len(seen) == 4


def test_a_window_that_comes_a_moment_late_is_told_to_ask_again(hub: Hub, name: str) -> None:
    browser, _ = registered(hub, name)
    shared = browser.cookies[COOKIE]
    with ThreadPoolExecutor(2) as windows:
        answers = list(windows.map(lambda _: asked_with(browser, "/api/auth/refresh", shared), range(2)))
    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["name"] == "refresh_in_progress"
    assert second.headers["retry-after"] == "1"
    assert cookie_in(second) is None
    following = cookie_in(first)
    assert following is not None
    assert asked_with(browser, "/api/auth/refresh", following.value).status_code == 200


def test_the_grace_of_a_cookie_is_none_for_a_token_in_a_body(hub: Hub, name: str) -> None:
    browser, _ = registered(hub, name)
    stolen = browser.cookies[COOKIE]
    assert browser.post("/api/auth/refresh").status_code == 200
    assert hub.client().post("/api/auth/refresh", json={"refresh_token": stolen}).status_code == 401
    refused = browser.post("/api/auth/refresh")
    assert (refused.status_code, refused.json()["name"]) == (401, "refresh_token_refused")
    gone = cookie_in(refused)
    assert gone is not None
    assert (gone.value, gone["max-age"]) == ("", "0")


def test_signing_out_ends_the_session_and_takes_the_cookie(hub: Hub, name: str) -> None:
    browser, _ = registered(hub, name)
    kept = browser.cookies[COOKIE]
    answer = browser.post("/api/auth/logout")
    assert answer.status_code == 204
    assert COOKIE not in browser.cookies
    assert asked_with(browser, "/api/auth/refresh", kept).status_code == 401


def test_without_any_token_there_is_nothing_to_renew_or_to_end(hub: Hub) -> None:
    for path in ("/api/auth/refresh", "/api/auth/logout"):
        answer = hub.client().post(path, json={})
        assert (answer.status_code, answer.json()["name"]) == (401, "not_authenticated")


@pytest.mark.parametrize("path", ["/api/auth/refresh", "/api/auth/logout"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_the_page_of_another_site_cannot_use_the_cookie(
    hub: Hub, name: str, path: str, headers: dict[str, str]
) -> None:
    browser, _ = registered(hub, name)
    refused = browser.post(path, headers=headers)
    assert (refused.status_code, refused.json()["name"]) == (403, "not_permitted")
    assert browser.post("/api/auth/refresh", headers={"origin": hub.url}).status_code == 200


def test_the_page_of_another_site_cannot_sign_a_browser_in(hub: Hub, name: str) -> None:
    registered(hub, name)
    body = {"login": name, "password": PASSWORD, "cookie": True}
    refused = hub.client().post("/api/auth/login", json=body, headers={"origin": "https://evil.example"})
    assert refused.status_code == 403
    assert cookie_in(refused) is None
