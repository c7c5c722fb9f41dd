"""Signing in, staying signed in, and never using a refresh token twice."""

import stat
import threading
import time
from pathlib import Path

import pytest
from tests.unit.blok.cli.hub_client.conftest import Terminal
from tests.unit.blok.cli.hub_client.small_hub import Answer, Request, SmallHub, problem

from blok.cli.hub_client.client import HubClient
from blok.cli.hub_client.problems import SIGN_IN, UNREACHABLE, ClientError
from blok.cli.hub_client.sessions import Session, Sessions, config_folder

ADA = {
    "id": "1",
    "handle": "ada",
    "display_name": "Ada",
    "email": "ada@example.org",
    "reputation": {"total": 7, "breakdown": []},
    "created_at": "2026-11-23T10:00:00Z",
}


class Rotation:
    """Hands out refresh tokens that work once; a second use ends the session, as a hub does."""

    def __init__(self, hub: SmallHub) -> None:
        self.number = 1
        self.reused = False
        self._lock = threading.Lock()
        hub.on("POST", "/api/auth/refresh", self.refresh)
        hub.on("GET", "/api/users/me", self.me)

    def refresh(self, request: Request) -> Answer:
        with self._lock:
            if self.reused or request.json["refresh_token"] != f"refresh-{self.number}":
                self.reused = True
                return problem(401, "refresh_token_refused", "This session has ended")
            self.number += 1
            time.sleep(0.02)
            return 200, self.tokens(), {}

    def tokens(self) -> dict[str, object]:
        return {
            "access_token": f"access-{self.number}",
            "refresh_token": f"refresh-{self.number}",
            "token_type": "Bearer",
            "expires_in": 900,
        }

    def me(self, request: Request) -> Answer:
        if self.reused or request.headers["authorization"] != f"Bearer access-{self.number}":
            return problem(401, "not_authenticated", "Sign in first")
        return 200, ADA, {}


def test_login_remembers_the_hub_and_keeps_tokens_private(
    blok: Terminal, small_hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation = Rotation(small_hub)
    small_hub.answer("POST", "/api/auth/login", rotation.tokens())
    monkeypatch.setenv("BLOK_PASSWORD", "correct horse")
    said = blok("login", "ada@example.org", "--hub", small_hub.url + "/")
    assert (said.code, said.out) == (0, f"Signed in to {small_hub.url} as ada.\n")
    assert small_hub.asked("POST", "/api/auth/login")[0].json == {
        "login": "ada@example.org",
        "password": "correct horse",
    }
    assert blok("whoami").out.split()[:2] == ["handle", "ada"]
    assert stat.S_IMODE((config_folder() / "sessions.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(config_folder().stat().st_mode) == 0o700


def test_register_signs_in_as_well(
    blok: Terminal, small_hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    rotation = Rotation(small_hub)
    small_hub.answer("POST", "/api/users", ADA, 201)
    small_hub.answer("POST", "/api/auth/login", rotation.tokens())
    monkeypatch.setenv("BLOK_PASSWORD", "correct horse")
    said = blok("register", "ada", "--email", "ada@example.org", "--hub", small_hub.url)
    assert said.out == f"Welcome, ada. You are signed in to {small_hub.url}.\n"
    assert Sessions().get(small_hub.url) is not None


def test_without_anybody_to_ask_a_missing_password_is_named(blok: Terminal, small_hub: SmallHub) -> None:
    said = blok("login", "ada", "--hub", small_hub.url)
    assert said.code == 2
    assert "--password-stdin" in said.err


def test_an_ended_access_token_is_renewed_unseen(
    blok: Terminal, small_hub: SmallHub, signed_in: Sessions
) -> None:
    Rotation(small_hub)
    with signed_in.locked():
        signed_in.put(small_hub.url, Session("ada", "access-1", "refresh-1", expires_at=time.time()))
    assert blok("whoami").code == 0
    renewed = signed_in.get(small_hub.url)
    assert renewed is not None
    assert (renewed.access_token, renewed.refresh_token, renewed.handle) == ("access-2", "refresh-2", "ada")


def test_a_token_that_the_hub_refuses_early_is_renewed_once(
    blok: Terminal, small_hub: SmallHub, signed_in: Sessions
) -> None:
    rotation = Rotation(small_hub)
    rotation.number = 1
    with signed_in.locked():
        signed_in.put(small_hub.url, Session("ada", "revoked", "refresh-1", expires_at=4e9))
    assert blok("whoami").code == 0
    assert len(small_hub.asked("POST", "/api/auth/refresh")) == 1


def test_many_terminals_at_once_use_a_refresh_token_once(
    project: Path, small_hub: SmallHub, signed_in: Sessions
) -> None:
    rotation = Rotation(small_hub)
    with signed_in.locked():
        signed_in.put(small_hub.url, Session("ada", "access-1", "refresh-1", expires_at=time.time()))
    handles: list[str] = []

    def ask() -> None:
        client = HubClient(small_hub.url, Sessions())
        handles.append(client.get("/api/users/me")["handle"])
        client.close()

    terminals = [threading.Thread(target=ask) for _ in range(8)]
    for terminal in terminals:
        terminal.start()
    for terminal in terminals:
        terminal.join()
    assert handles == ["ada"] * 8
    assert not rotation.reused
    assert len(small_hub.asked("POST", "/api/auth/refresh")) == 1


def test_an_ended_session_says_to_sign_in_again(
    blok: Terminal, small_hub: SmallHub, signed_in: Sessions
) -> None:
    small_hub.on("POST", "/api/auth/refresh", lambda _: problem(401, "refresh_token_refused", "It has ended"))
    small_hub.on("GET", "/api/users/me", lambda _: problem(401, "not_authenticated", "Sign in first"))
    said = blok("whoami")
    assert said.code == SIGN_IN
    assert "blok login" in said.err
    assert signed_in.get(small_hub.url) is None


def test_logout_ends_the_session_there_and_here(
    blok: Terminal, small_hub: SmallHub, signed_in: Sessions
) -> None:
    small_hub.answer("POST", "/api/auth/logout", "", 204)
    assert blok("logout").code == 0
    assert small_hub.asked("POST", "/api/auth/logout")[0].json == {"refresh_token": "refresh-1"}
    assert signed_in.get(small_hub.url) is None
    assert blok("whoami").code == SIGN_IN


def test_a_token_from_the_environment_is_used_as_it_is(
    blok: Terminal, small_hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_hub.answer("GET", "/api/users/me", ADA)
    monkeypatch.setenv("BLOK_TOKEN", "from-ci")
    assert blok("whoami", "--hub", small_hub.url).code == 0
    assert small_hub.requests[-1].headers["authorization"] == "Bearer from-ci"


def test_a_token_goes_to_its_own_hub_only(small_hub: SmallHub, signed_in: Sessions) -> None:
    other = SmallHub()
    try:
        other.answer("GET", "/api/search", {})
        HubClient(other.url, signed_in).get("/api/search")
        assert other.requests[0].headers["authorization"] is None
    finally:
        other.stop()


def test_the_option_comes_before_the_environment_and_that_before_the_last_sign_in(
    signed_in: Sessions, small_hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_in.hub(None) == small_hub.url
    monkeypatch.setenv("BLOK_HUB", "hub.example.org")
    assert signed_in.hub(None) == "https://hub.example.org"
    assert signed_in.hub("localhost:4000") == "http://localhost:4000"


def test_a_damaged_memory_means_nobody_is_signed_in(blok: Terminal, signed_in: Sessions) -> None:
    (config_folder() / "sessions.json").write_text("{")
    assert blok("whoami").code == SIGN_IN


def test_what_was_written_is_seen_by_the_next_read(small_hub: SmallHub, signed_in: Sessions) -> None:
    small_hub.answer("POST", "/api/packages", {}, 201, Blok_Position="content:42")
    small_hub.answer("GET", "/api/search", {})
    client = HubClient(small_hub.url, signed_in)
    client.post("/api/packages", {})
    client.get("/api/search")
    assert small_hub.requests[-1].headers["blok-position"] == "content:42"


def test_a_hub_that_asks_to_wait_is_asked_again(small_hub: SmallHub, signed_in: Sessions) -> None:
    answers = [problem(429, "too_many_requests", "Slow down"), (200, {"ok": True}, {})]
    answers[0][2]["retry-after"] = "0"
    small_hub.on("GET", "/api/search", lambda _: answers.pop(0))
    assert HubClient(small_hub.url, signed_in).get("/api/search") == {"ok": True}


def test_a_write_that_may_have_happened_is_not_repeated(small_hub: SmallHub, signed_in: Sessions) -> None:
    refused = problem(503, "unavailable", "Temporarily unavailable")
    refused[2]["retry-after"] = "0"
    small_hub.on("POST", "/api/packages", lambda _: refused)
    with pytest.raises(ClientError):
        HubClient(small_hub.url, signed_in).post("/api/packages", {})
    assert len(small_hub.requests) == 1


def test_no_hub_and_another_server_are_told_apart(blok: Terminal, small_hub: SmallHub) -> None:
    nobody = blok("search", "x", "--hub", "http://127.0.0.1:1")
    assert nobody.code == UNREACHABLE
    assert "blok hub up" in nobody.err
    small_hub.answer("GET", "/api/search", "<html>", 404, content_type="text/html")
    other = blok("search", "x", "--hub", small_hub.url)
    assert other.code == UNREACHABLE
    assert "no Blok hub" in other.err
