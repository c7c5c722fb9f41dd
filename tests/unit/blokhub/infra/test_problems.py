"""What a decoder says becomes a pointer and a sentence."""

from typing import Annotated, Any

import msgspec
import pytest

from blokhub.infra.problems import pointer_and_message, problem_response
from blokhub.kernel.errors import NotAuthenticated, NotFound, Unavailable


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    """Something inside."""

    name: Annotated[str, msgspec.Meta(min_length=1)]


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    """Something outside."""

    title: str
    inner: Inner | None = None
    many: list[Inner] = []
    table: dict[str, int] = {}


@pytest.mark.parametrize(
    ("value", "pointer", "part"),
    [
        ({}, "/title", "missing"),
        ({"title": 3}, "/title", "str"),
        ({"title": "a", "colour": 1}, "/colour", "no field"),
        ({"title": "a", "inner": {"name": ""}}, "/inner/name", "empty"),
        ({"title": "a", "inner": {}}, "/inner/name", "missing"),
        ({"title": "a", "inner": {"name": "x", "size": 1}}, "/inner/size", "no field"),
        ({"title": "a", "many": [{"name": "x"}, {"name": 2}]}, "/many/1/name", "str"),
        ({"title": "a", "many": {}}, "/many", "array"),
        ({"title": "a", "table": {"k": "v"}}, "/table/...", "int"),
        ([], "", "object"),
    ],
)
def test_the_place_of_what_does_not_fit(value: Any, pointer: str, part: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(value, Outer)
    found, message = pointer_and_message(str(raised.value))
    assert found == pointer
    assert part in message
    assert message.endswith(".") and "$" not in message


def test_signs_of_a_pointer_are_escaped() -> None:
    assert pointer_and_message("Object contains unknown field `a/b~c`") == (
        "/a~1b~0c",
        "There is no field a/b~c here.",
    )


def test_answers_carry_the_headers_of_their_error() -> None:
    unknown = problem_response(NotAuthenticated("Sign in."), "/api/users/me")
    assert unknown.headers["WWW-Authenticate"] == "Bearer"
    busy = problem_response(Unavailable("Later.", retry_after=2), "/x")
    assert busy.headers["Retry-After"] == "2"
    missing = problem_response(NotFound("No."), "/x")
    assert (missing.status_code, missing.media_type) == (404, "application/problem+json")
    assert msgspec.json.decode(missing.content)["instance"] == "/x"
