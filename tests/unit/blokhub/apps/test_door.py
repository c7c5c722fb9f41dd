"""The port of a process that runs apart."""

from typing import Any

from blokhub.apps.door import Door
from blokhub.infra.clients import NOT_HANDLED, Answer, Headers, call_asgi
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import SYSTEM, Context

SIGNER = ContextSigner("a secret that is long enough for every check")
STRANGER = ContextSigner("another secret that is long enough for every check")


async def _app(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"true"})


async def _healthy() -> tuple[str, list[str]]:
    return "healthy", []


async def _unready() -> tuple[str, list[str]]:
    return "unready", ["The database does not answer."]


async def ask(door: Door, path: str, *contexts: str) -> Answer:
    lines: Headers = [(HEADER.encode(), value.encode()) for value in contexts]
    return await call_asgi(door, "GET", path, lines, b"")


async def test_a_request_that_the_hub_signed_passes() -> None:
    door = Door(_app, SIGNER, _healthy)
    assert (await ask(door, "/api/x", SIGNER.sign(Context()))).status == 200


async def test_anyone_else_is_sent_to_the_gateway() -> None:
    door = Door(_app, SIGNER, _healthy)
    forged = STRANGER.sign(Context(actor=SYSTEM))
    mine = SIGNER.sign(Context())
    for contexts in ((), ("",), ("nonsense",), (forged,), (mine[:-4],), (mine, forged), (forged, mine)):
        for path in ("/api/x", "/internal/status", "/.well-known/jwks.json"):
            answer = await ask(door, path, *contexts)
            assert (answer.status, answer.json()["name"]) == (403, "not_signed"), contexts


async def test_health_and_measurements_are_for_everyone() -> None:
    door = Door(_app, SIGNER, _unready)
    assert (await ask(door, "/health/live")).json() == {"state": "live"}
    assert b"blok_" in (await ask(door, "/metrics")).body
    ready = await ask(door, "/health/ready")
    assert (ready.status, ready.json()["problems"]) == (503, ["The database does not answer."])
    assert (await ask(Door(_app, SIGNER, _healthy), "/health/ready")).status == 200


async def test_a_closed_door_sends_everyone_to_another_replica() -> None:
    door = Door(_app, SIGNER, _healthy)
    door.close()
    answer = await ask(door, "/api/x", SIGNER.sign(Context()))
    assert answer.status == 503
    assert NOT_HANDLED in answer.headers
    assert (await ask(door, "/health/ready")).status == 503
    assert (await ask(door, "/health/live")).status == 200


async def test_a_process_without_routes_has_health_alone() -> None:
    door = Door(None, SIGNER, _healthy)
    assert (await ask(door, "/api/x", SIGNER.sign(Context()))).status == 404
    assert (await ask(door, "/health/ready")).status == 200
