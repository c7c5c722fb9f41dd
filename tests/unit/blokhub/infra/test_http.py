"""What every service answers alike."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar import get, post

from blokhub.infra.clients import Answer, Headers, call_asgi
from blokhub.infra.dependencies import TheContext
from blokhub.infra.host import Host, Service
from blokhub.infra.http import MAX_BODY, build_app
from blokhub.infra.settings import Settings
from blokhub.infra.signing import HEADER, ContextSigner
from blokhub.kernel.context import Actor, Context
from blokhub.kernel.errors import Unavailable

SECRET = "a secret of the tests, long enough for every check"


class Note(msgspec.Struct, forbid_unknown_fields=True):
    """What the toy service takes."""

    text: str
    count: int = 0


@post("/notes", status_code=201)
async def take(data: Note) -> Note:
    return data


@get("/notes/{name:str}")
async def read(name: str, context: TheContext, size: int = 1) -> dict[str, Any]:
    return {"name": name, "size": size, "actor": context.actor.handle if context.actor else None}


@get("/busy")
async def busy() -> None:
    raise Unavailable("All is busy.", retry_after=7)


@get("/broken")
async def broken() -> None:
    raise LookupError("the password is hunter2")


SERVICE = Service(
    name="toy",
    version="1.0.0",
    summary="A toy.",
    routes=[take, read, busy, broken],
    events=(),
    migrations=Path(),
    owns=(),
)


@pytest.fixture
def app() -> Any:
    host = Host(
        name="toy",
        settings=Settings(secret=SECRET),
        database=None,  # type: ignore[arg-type]  # a toy keeps nothing
        broker=None,  # type: ignore[arg-type]
        cache=None,  # type: ignore[arg-type]
        signer=ContextSigner(SECRET),
        clients=None,  # type: ignore[arg-type]
        sagas=None,  # type: ignore[arg-type]
        projections=(),
    )
    return build_app(host, SERVICE)


async def ask(app: Any, method: str, target: str, body: Any = None, headers: Headers | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else b"" if body is None else msgspec.json.encode(body)
    lines = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    return await call_asgi(app, method, target, [*lines, *(headers or [])], raw)


async def test_a_fitting_body_is_taken(app: Any) -> None:
    answer = await ask(app, "POST", "/notes", {"text": "a"})
    assert (answer.status, answer.json()) == (201, {"text": "a", "count": 0})


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": 1}, "/text"),
        ({"text": "a", "count": "many"}, "/count"),
        ({"text": "a", "colour": "red"}, "/colour"),
        ({}, "/text"),
        ([], ""),
    ],
)
async def test_a_body_that_does_not_fit_names_its_field(app: Any, body: Any, pointer: str) -> None:
    answer = await ask(app, "POST", "/notes", body)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["name"], problem["instance"]) == ("invalid_input", "/notes")
    assert problem["errors"][0]["pointer"] == pointer


async def test_a_query_that_does_not_fit_names_its_parameter(app: Any) -> None:
    answer = await ask(app, "GET", "/notes/a?size=large")
    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/size"


async def test_a_body_that_is_no_json_is_a_malformed_one(app: Any) -> None:
    answer = await ask(app, "POST", "/notes", b"{")
    assert (answer.status, answer.json()["name"]) == (400, "malformed_body")


async def test_a_missing_body_is_asked_for(app: Any) -> None:
    answer = await ask(app, "POST", "/notes")
    assert answer.status in {400, 422}
    assert answer.json()["detail"]


async def test_a_body_that_is_too_large_is_refused(app: Any) -> None:
    answer = await ask(app, "POST", "/notes", {"text": "x" * (MAX_BODY + 1)})
    assert answer.status == 413


async def test_nul_is_refused_in_a_body_a_path_and_a_query(app: Any) -> None:
    in_body = await ask(app, "POST", "/notes", {"text": "a\0b"})
    assert (in_body.status, in_body.json()["name"]) == (422, "invalid_input")
    in_query = await ask(app, "GET", "/notes/a?size=%00")
    assert (in_query.status, in_query.json()["errors"][0]["pointer"]) == (422, "/query")
    in_path = await ask(app, "GET", "/notes/a\0b")
    assert in_path.status == 404


async def test_an_escaped_backslash_before_u0000_is_fine(app: Any) -> None:
    answer = await ask(app, "POST", "/notes", rb'{"text": "\\u0000"}')
    assert (answer.status, answer.json()["text"]) == (201, "\\u0000")


async def test_an_unknown_path_and_an_unknown_method_are_problems_too(app: Any) -> None:
    missing = await ask(app, "GET", "/nowhere")
    assert (missing.status, missing.json()["name"]) == (404, "not_found")
    wrong = await ask(app, "DELETE", "/notes")
    assert (wrong.status, wrong.json()["name"]) == (405, "method_not_allowed")


async def test_a_busy_service_says_when_to_come_again(app: Any) -> None:
    answer = await ask(app, "GET", "/busy")
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")


async def test_a_fault_of_ours_tells_no_secrets(app: Any) -> None:
    answer = await ask(app, "GET", "/broken")
    assert (answer.status, answer.json()["name"]) == (500, "internal_error")
    assert b"hunter2" not in answer.body
    assert b"Traceback" not in answer.body


async def test_a_signed_context_is_believed_and_a_forged_one_is_not(app: Any) -> None:
    context = Context(actor=Actor("1", "ann"), correlation="c")
    signed = ContextSigner(SECRET).sign(context).encode()
    forged = ContextSigner("another secret, just as long as the first one").sign(context).encode()
    for value, actor in ((signed, "ann"), (forged, None), (b"nonsense", None)):
        answer = await ask(app, "GET", "/notes/a", headers=[(HEADER.encode(), value)])
        assert answer.json()["actor"] == actor


@pytest.mark.parametrize("path", ["/internal/dead-letters", "/internal/audit/account-1"])
async def test_what_only_administrators_see_asks_who_asks(app: Any, path: str) -> None:
    assert (await ask(app, "GET", path)).status == 401
    member = ContextSigner(SECRET).sign(Context(actor=Actor("1", "ann"))).encode()
    assert (await ask(app, "GET", path, headers=[(HEADER.encode(), member)])).status == 403
