"""Accounts and sessions, as clients meet them."""

import pytest
from tests.support.hub import PASSWORD, Hub, eventually, greeting


def test_a_profile_is_changed_and_seen_by_others(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    changed = ann.http.patch("/api/users/me", json={"display_name": "Ann", "bio": "Writes backends."})
    assert changed.json()["display_name"] == "Ann"
    seen = hub.client().get(f"/api/users/{name}").json()
    assert (seen["display_name"], seen["bio"]) == ("Ann", "Writes backends.")
    assert "email" not in seen


def test_reputation_is_the_sum_of_its_parts(hub: Hub, name: str) -> None:
    ann, bob = hub.newcomer(name), hub.newcomer(f"{name}-bob")
    ann.create("greeting")
    ann.publish("greeting", "1.0.0", greeting())
    ann.publish("greeting", "1.0.1", greeting("Hi"))
    bob.http.post(f"/api/packages/{name}/greeting/fork")
    ann.http.post(f"/api/packages/{name}/greeting/fork", json={"name": "own-fork"})

    def reputation() -> dict[str, int] | None:
        found = hub.client().get(f"/api/users/{name}").json()["reputation"]
        assert found["total"] == sum(part["points"] for part in found["breakdown"])
        return found if len(found["breakdown"]) == 3 else None

    found = eventually(reputation)
    assert {part["cause"]: part["count"] for part in found["breakdown"]} == {
        "package_forked": 1,
        "package_published": 1,
        "version_published": 1,
    }


def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    first = ann.tokens["refresh_token"]
    second = ann.http.post("/api/auth/refresh", json={"refresh_token": first}).json()["refresh_token"]
    assert second != first
    reused = ann.http.post("/api/auth/refresh", json={"refresh_token": first})
    assert (reused.status_code, reused.json()["name"]) == (401, "refresh_token_refused")
    assert ann.http.post("/api/auth/refresh", json={"refresh_token": second}).status_code == 401


def test_signing_out_ends_the_session(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    assert ann.http.post("/api/auth/logout").status_code == 204
    refused = ann.http.post("/api/auth/refresh", json={"refresh_token": ann.tokens["refresh_token"]})
    assert refused.status_code == 401


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_a_forged_token_is_refused(hub: Hub, token: str) -> None:
    answer = hub.client().get("/api/users/me", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_context_that_a_client_sends_is_ignored(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    forged = {"blok-context": "AAAA", "authorization": ""}
    del ann.http.headers["authorization"]
    assert ann.http.get("/api/users/me", headers={"blok-context": forged["blok-context"]}).status_code == 401
    assert ann.http.get("/internal/status").status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"handle": "Ab"}, 422, "invalid_input"),
        ({"handle": "admin"}, 422, "rule_broken"),
        ({"email": "nobody"}, 422, "invalid_input"),
        ({"password": "short"}, 422, "invalid_input"),
        ({"password": "password123"}, 422, "rule_broken"),
        ({"roles": ["administrator"]}, 422, "invalid_input"),
    ],
)
def test_registration_says_what_is_wrong(
    hub: Hub, name: str, change: dict[str, str], status: int, error: str
) -> None:
    body = {"handle": name, "email": f"{name}@example.org", "password": PASSWORD, **change}
    refused = hub.client().post("/api/users", json=body)
    assert (refused.status_code, refused.json()["name"]) == (status, error)
    assert refused.json()["errors"][0]["pointer"] == f"/{next(iter(change))}"


def test_handle_and_address_are_taken_once(hub: Hub, name: str) -> None:
    hub.newcomer(name)
    body = {"handle": name, "email": "other@example.org", "password": PASSWORD}
    assert hub.client().post("/api/users", json=body).json()["name"] == "handle_taken"
    body = {"handle": f"{name}-2", "email": f"{name}@example.org", "password": PASSWORD}
    assert hub.client().post("/api/users", json=body).json()["name"] == "email_taken"


def test_wrong_login_and_wrong_password_look_the_same(hub: Hub, name: str) -> None:
    hub.newcomer(name)
    wrong_password = hub.client().post("/api/auth/login", json={"login": name, "password": "wrong"}).json()
    wrong_login = hub.client().post("/api/auth/login", json={"login": f"{name}x", "password": "wrong"}).json()
    assert wrong_password == wrong_login
    assert wrong_password["name"] == "wrong_credentials"


def test_an_erased_account_leaves_its_public_packages_and_nothing_else(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("public-one")
    ann.publish("public-one", "1.0.0", greeting())
    ann.create("private-one", visibility="private")
    assert ann.http.request("DELETE", "/api/users/me", json={"password": "wrong"}).status_code == 401
    assert ann.http.request("DELETE", "/api/users/me", json={"password": PASSWORD}).status_code == 204
    stranger = hub.client()
    assert stranger.get(f"/api/users/{name}").status_code == 404
    assert stranger.post("/api/auth/login", json={"login": name, "password": PASSWORD}).status_code == 401
    assert stranger.get(f"/api/packages/{name}/public-one").status_code == 200
    eventually(lambda: ann.http.get(f"/api/packages/{name}/private-one").status_code == 404)
    body = {"handle": name, "email": f"{name}@example.org", "password": PASSWORD}
    assert stranger.post("/api/users", json=body).json()["name"] == "handle_taken"
