"""What an administrator sees and does."""

import subprocess
import sys

import pytest
from tests.support.hub import Hub, Person, eventually, greeting


def _command(hub: Hub, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "blok.cli.main", "hub", *words]
    return subprocess.run(command, env=hub.environment, capture_output=True, text=True, check=False)


@pytest.fixture
def administrator(hub: Hub, name: str) -> Person:
    """Someone who was made an administrator."""
    person = hub.newcomer(f"{name}-admin")
    done = _command(hub, "grant", person.handle, "administrator")
    assert done.returncode == 0, done.stderr
    person.sign_in()
    return person


def test_the_audit_shows_every_event_and_that_the_chain_holds(
    hub: Hub, name: str, administrator: Person
) -> None:
    ann = hub.newcomer(name)
    package = ann.create("greeting")
    ann.http.patch(f"/api/packages/{name}/greeting", json={"title": "Changed"})
    address = f"/api/system/services/content/audit/package-{package['id']}"
    assert ann.http.get(address).status_code == 403
    assert hub.client().get(address).status_code == 401
    audit = administrator.http.get(address).json()
    assert audit["intact"] is True
    assert [event["type"] for event in audit["events"]] == [
        "content.package.created",
        "content.package.updated",
    ]
    for event in audit["events"]:
        assert event["actor"] == ann.http.get("/api/users/me").json()["id"]
        assert event["schema_version"] == 1
        assert event["correlation"]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("register", "users.account.registered"),
        ("profile", "users.account.profile_updated"),
        ("sign in", "users.session.started"),
    ],
)
def test_each_action_leaves_exactly_one_event(
    hub: Hub, name: str, administrator: Person, action: str, expected: str
) -> None:
    ann = hub.newcomer(name)
    account = ann.http.get("/api/users/me").json()["id"]
    stream = f"account-{account}"
    if action == "profile":
        ann.http.patch("/api/users/me", json={"bio": "x"})
    if action == "sign in":
        import base64
        import json

        claims = ann.tokens["access_token"].split(".")[1]
        stream = "session-" + json.loads(base64.urlsafe_b64decode(claims + "=="))["sid"]
    audit = administrator.http.get(f"/api/system/services/users/audit/{stream}").json()
    assert [event["type"] for event in audit["events"]].count(expected) == 1


def test_dead_letters_are_for_administrators(hub: Hub, name: str, administrator: Person) -> None:
    ann = hub.newcomer(name)
    address = "/api/system/services/search/dead-letters"
    assert ann.http.get(address).status_code == 403
    assert administrator.http.get(address).json() == []
    missing = f"{address}/01900000-0000-7000-8000-000000000000/replay"
    assert administrator.http.post(missing).status_code == 404
    assert administrator.http.get("/api/system/services/nothing/dead-letters").status_code == 404


def test_the_request_id_of_a_client_comes_back_and_is_in_the_log(hub: Hub, name: str) -> None:
    answer = hub.client().get("/api/pages/home", headers={"x-request-id": f"request-{name}"})
    assert answer.headers["x-request-id"] == f"request-{name}"
    eventually(lambda: f"request-{name}" in hub.log.read_text())
    strange = hub.client().get("/api/pages/home", headers={"x-request-id": "<script>"})
    assert strange.headers["x-request-id"] != "<script>"


def test_answers_carry_the_headers_that_protect_a_browser(hub: Hub) -> None:
    headers = hub.client().get("/api/pages/home").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_measurements_tell_of_pool_relay_and_consumers(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    ann.publish("greeting", "1.0.0", greeting())
    measured = hub.client().get("/metrics").text
    for metric in (
        "blok_database_pool_in_use",
        "blok_database_pool_idle",
        "blok_database_pool_wait_seconds_bucket",
        "blok_relay_published_total",
        "blok_relay_lag_seconds",
        "blok_consumer_handled_total",
        "blok_consumer_lag_seconds",
        "blok_gateway_seconds_bucket",
        "blok_cache_reads_total",
    ):
        assert f"\n{metric}{{" in measured, metric


def test_the_doctor_says_what_is_reachable(hub: Hub) -> None:
    done = _command(hub, "doctor")
    assert done.returncode == 0, done.stdout
    for engine in ("postgres", "valkey", "nats"):
        assert engine in done.stdout


def test_an_unknown_service_cannot_be_rebuilt(hub: Hub) -> None:
    done = _command(hub, "rebuild", "nothing")
    assert done.returncode == 1
    assert "users, content, search, runs" in done.stderr


def test_a_taken_port_is_told_before_anything_starts(hub: Hub) -> None:
    done = _command(hub, "up")
    assert done.returncode == 1
    assert str(hub.port) in done.stderr
    assert "BLOK_PORT" in done.stderr
