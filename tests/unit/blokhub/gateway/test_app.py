"""What the gateway does to every request and every answer."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from blokhub.gateway.app import Gateway
from blokhub.gateway.authentication import Authenticator
from blokhub.gateway.web import WebFiles
from blokhub.infra.clients import Answer, Clients, Headers, call_asgi
from blokhub.infra.identity.tokens import TokenIssuer
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Actor, Context
from blokhub.kernel.ids import is_id

SECRET = "a secret that is long enough for every check"
SIGNER = ContextSigner(SECRET)
ISSUER = TokenIssuer(SECRET, "http://hub", 600)
ANN = Actor("1", "ann")


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """A service that answers with what reached it."""
    headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
    contexts = [SIGNER.read(value) for name, value in headers if name == HEADER]
    message = await receive()
    if scope["path"].endswith("/broken"):
        raise LookupError("the password is hunter2")
    heard = {
        "path": scope["path"],
        "headers": [name for name, _ in headers if name != "if-none-match"],
        "contexts": len(contexts),
        "actor": contexts[0].actor.handle if contexts[0] and contexts[0].actor else None,
        "correlation": contexts[0].correlation if contexts[0] else None,
        "body": message["body"].decode(),
    }
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": msgspec.json.encode(heard)})


async def _users(scope: Any, receive: Any, send: Any) -> None:
    """The users service, which publishes its keys."""
    if scope["path"] != "/.well-known/jwks.json":
        await _echo(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": msgspec.json.encode(ISSUER.public_keys())})


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    clients = Clients(SIGNER, {})
    clients.add_local("users", _users)
    clients.add_local("content", _echo)
    return Gateway(_echo, clients, SIGNER, Authenticator(clients, "http://hub"), WebFiles(tmp_path))


async def ask(gateway: Gateway, path: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    lines: Headers = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return await call_asgi(gateway, method, path, lines, b"sent" if method == "POST" else b"")


def bearer(token: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {token}")


async def test_a_request_gets_an_id_that_reaches_the_service_and_the_caller(gateway: Gateway) -> None:
    answer = await ask(gateway, "/api/packages")
    assert is_id(answer.headers["x-request-id"])
    assert answer.json()["correlation"] == answer.headers["x-request-id"]


async def test_a_sensible_id_of_the_caller_is_kept(gateway: Gateway) -> None:
    answer = await ask(gateway, "/api/packages", ("x-request-id", "my-request.0001"))
    assert answer.headers["x-request-id"] == answer.json()["correlation"] == "my-request.0001"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space 1", 'quote"quote', "line\tbreak1", ""])
async def test_any_other_id_is_replaced(gateway: Gateway, given: str) -> None:
    answer = await ask(gateway, "/api/packages", ("x-request-id", given))
    assert is_id(answer.headers["x-request-id"])


async def test_a_token_becomes_a_signed_context_and_goes_no_further(gateway: Gateway) -> None:
    answer = await ask(gateway, "/api/packages", bearer(ISSUER.issue(ANN, "s")))
    assert answer.json()["actor"] == "ann"
    assert "authorization" not in answer.json()["headers"]
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_context_that_the_caller_made_up_is_dropped(gateway: Gateway) -> None:
    stolen = SIGNER.sign(Context(actor=ANN))
    for service in ("/api/packages", "/api/pages/home"):
        answer = await ask(gateway, service, (HEADER, stolen), (HEADER, stolen))
        assert (answer.json()["actor"], answer.json()["contexts"]) == (None, 1)


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Basic YTpi", "Bearer nonsense", "nonsense", "", "Bearer é", "Bearer a b"]
)
async def test_a_token_that_does_not_hold_is_refused(gateway: Gateway, value: str) -> None:
    answer = await ask(gateway, "/api/packages", ("authorization", value))
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["name"] == "not_authenticated"


@pytest.mark.parametrize("path", ["/internal/status", "/internal", "/internalx"])
async def test_what_is_internal_does_not_exist_outside(gateway: Gateway, path: str) -> None:
    assert (await ask(gateway, path)).status == 404


@pytest.mark.parametrize("path", ["/api/packages", "/api/pages/home", "/internal/x", "/api/packages/broken"])
async def test_every_answer_carries_the_headers_of_safety(gateway: Gateway, path: str) -> None:
    headers = (await ask(gateway, path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-cache"
    assert headers["vary"] == "Authorization"


async def test_a_fault_of_a_service_tells_no_secrets(gateway: Gateway) -> None:
    answer = await ask(gateway, "/api/packages/broken")
    assert (answer.status, answer.json()["name"]) == (500, "internal_error")
    assert b"hunter2" not in answer.body


async def test_a_reader_with_the_present_state_gets_304(gateway: Gateway) -> None:
    same = ("x-request-id", "the-same-request")
    first = await ask(gateway, "/api/packages", same)
    assert re.fullmatch(r'"[0-9a-f]{24}"', first.headers["etag"])
    again = await ask(gateway, "/api/packages", same, ("if-none-match", first.headers["etag"]))
    assert (again.status, again.body) == (304, b"")


async def test_writes_have_no_tag_of_the_gateway(gateway: Gateway) -> None:
    answer = await ask(gateway, "/api/packages", method="POST")
    assert (answer.status, answer.json()["body"]) == (200, "sent")
    assert "etag" not in answer.headers


async def test_a_service_that_is_not_there_is_unavailable(gateway: Gateway) -> None:
    answer = await ask(gateway, "/api/search")
    assert (answer.status, answer.json()["name"]) == (503, "unavailable")
    assert "search" in answer.json()["detail"]
