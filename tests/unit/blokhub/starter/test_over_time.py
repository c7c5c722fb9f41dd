"""What no single recorded request can show: the second request, and a configured secret."""

import hmac
import json
from typing import Any

from blok.nodes.egress import EgressPolicy, Fixture
from blok.runner import Engine, Settings
from blok.runner.shape import shape
from blok.workflow import detect_generation, normalise
from blokhub.apps.starter import catalogue, read_package


class Kept:
    """One package on an engine that lives as long as the test."""

    def __init__(self, name: str, *fixtures: Fixture, **environment: str) -> None:
        folder = next(folder for folder in catalogue() if folder.name == name)
        _about, definition = read_package(folder)
        self.generation = detect_generation(definition)
        self.engine = Engine(settings=Settings(environment="test", env=environment))
        self.fixtures(*fixtures)
        self.plan = self.engine.compile(normalise(definition, generation=self.generation))

    def fixtures(self, *fixtures: Fixture) -> None:
        self.engine.services["egress"] = EgressPolicy(allowed_hosts=(), fixtures=fixtures)

    async def ask(self, method: str, body: Any = None, **parts: Any) -> tuple[int, Any]:
        """The status and body of the answer."""
        request = {"method": method, "body": body or {}, "headers": {}, "params": {}, "query": {}, **parts}
        reply = shape(await self.engine.run(self.plan, request), self.generation)
        return reply.status, json.loads(reply.body) if reply.body else None


async def test_the_cache_answers_the_second_time_and_while_the_source_is_down() -> None:
    url = "https://catalogue.example.com/products/CHAIR-01"
    kept = Kept(
        "cache-aside", Fixture(url, body={"id": "CHAIR-01"}, headers={"content-type": "application/json"})
    )
    assert (await kept.ask("GET", params={"id": "CHAIR-01"}))[1]["source"] == "service"
    kept.fixtures(Fixture(url, status=500))
    assert (await kept.ask("GET", params={"id": "CHAIR-01"})) == (200, {"id": "CHAIR-01", "source": "cache"})
    for entry in kept.engine.services["in-memory-kv"].values():
        entry["at"] -= 300_000
    assert (await kept.ask("GET", params={"id": "CHAIR-01"}))[1]["source"] == "stale cache"


async def test_a_payment_is_created_once_for_each_key() -> None:
    kept = Kept("idempotent-payment")
    headers = {"idempotency-key": "order-1042-attempt"}
    body = {"amountCents": 51960, "currency": "EUR", "reference": "1042"}
    status, created = await kept.ask("POST", body, headers=headers)
    assert (status, created["state"]) == (201, "created")
    assert await kept.ask("POST", body, headers=headers) == (200, created)
    assert (await kept.ask("POST", {**body, "amountCents": 1}, headers=headers))[0] == 422
    assert (await kept.ask("POST", body, headers={"idempotency-key": "order-1043-attempt"}))[0] == 201


async def test_a_note_lives_from_its_creation_to_its_end() -> None:
    kept = Kept("notes-resource")
    note = {"title": "Deployment checklist", "text": "Migrate, restart."}
    stored = {"id": "deployment-checklist", **note}
    params = {"id": "deployment-checklist"}
    assert await kept.ask("POST", note) == (201, stored)
    assert (await kept.ask("POST", note))[0] == 409
    assert await kept.ask("GET", params=params) == (200, stored)
    changed = {**note, "text": "Migrate, restart, look."}
    assert await kept.ask("PUT", changed, params=params) == (200, {**stored, **changed})
    assert await kept.ask("GET") == (200, {"notes": [{**stored, **changed}]})
    assert await kept.ask("DELETE", params=params) == (204, None)
    assert (await kept.ask("GET", params=params))[0] == 404


async def test_an_account_is_locked_after_five_failures_and_free_after_a_success() -> None:
    kept = Kept("login-attempt-limit")
    account = {"account": "Ada@example.com"}
    for left in (4, 3):
        assert (await kept.ask("POST", {**account, "outcome": "failed"}))[1]["attemptsLeft"] == left
    assert (await kept.ask("POST", {**account, "outcome": "ok"}))[1] == {"allowed": True, "attemptsLeft": 5}
    for left in (4, 3, 2, 1, 0):
        assert (await kept.ask("POST", {**account, "outcome": "failed"}))[1] == {
            "allowed": left > 0,
            "attemptsLeft": left,
        }
    status, body = await kept.ask("POST", {"account": " ada@example.com", "outcome": "ask"})
    assert status == 429
    assert 0 < body["retryAfterSeconds"] <= 900


async def test_a_setting_is_read_as_it_was_written() -> None:
    kept = Kept("remember-setting")
    query = {"name": "checkout.banner"}
    assert (await kept.ask("PUT", {"value": False}, query=query))[0] == 200
    assert await kept.ask("GET", query=query) == (200, {"name": "checkout.banner", "value": False})


async def test_a_webhook_with_the_right_signature_is_accepted() -> None:
    kept = Kept("signed-webhook", WEBHOOK_SECRET="of the sender")
    body = {"id": "evt-1", "event": "order.paid"}
    raw = json.dumps(body)
    signature = "sha256=" + hmac.digest(b"of the sender", raw.encode(), "sha256").hex()
    headers = {"x-signature-256": signature}
    assert await kept.ask("POST", body, rawBody=raw, headers=headers) == (200, {"received": True, **body})
    assert (await kept.ask("POST", body, rawBody=raw + " ", headers=headers))[0] == 401
    other = {"id": "evt-2", "event": "order.lost"}
    raw = json.dumps(other)
    headers = {"x-signature-256": "sha256=" + hmac.digest(b"of the sender", raw.encode(), "sha256").hex()}
    assert (await kept.ask("POST", other, rawBody=raw, headers=headers))[0] == 422
