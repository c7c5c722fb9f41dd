"""A refusal says what is wrong, where, and what to do; and ends with an exit code of its own."""

import json

import pytest
from tests.unit.blok.cli.hub_client.conftest import Terminal
from tests.unit.blok.cli.hub_client.small_hub import SmallHub, problem

from blok.cli.hub_client.display import one_line, plain


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [(404, "not_found", 4), (409, "conflict", 5), (422, "rule_broken", 1), (403, "not_permitted", 3)],
)
def test_each_kind_of_refusal_has_its_exit_code(
    blok: Terminal, small_hub: SmallHub, status: int, name: str, code: int
) -> None:
    small_hub.on("GET", "/api/packages/ada/hello", lambda _: problem(status, name, "No", detail="Because."))
    said = blok("show", "ada/hello", "--hub", small_hub.url)
    assert said.code == code
    assert said.err.startswith(f"error: No ({status} {name})\n  Because.\n")
    assert said.out == ""


def test_fields_are_named(blok: Terminal, small_hub: SmallHub) -> None:
    errors = [{"pointer": "/query/page", "detail": "Expected an integer."}]
    refused = problem(
        422, "invalid_input", "The input does not fit", detail="Expected an integer.", errors=errors
    )
    small_hub.on("GET", "/api/search", lambda _: refused)
    said = blok("search", "--hub", small_hub.url)
    assert said.err == (
        "error: The input does not fit (422 invalid_input)\n  /query/page: Expected an integer.\n"
    )


def test_a_fault_of_the_hub_carries_the_request_id(blok: Terminal, small_hub: SmallHub) -> None:
    refused = problem(500, "internal_error", "Something went wrong on our side")
    refused[2]["x-request-id"] = "r-123"
    small_hub.on("GET", "/api/search", lambda _: refused)
    assert "request id: r-123" in blok("search", "--hub", small_hub.url).err


def test_programs_get_the_problem_as_json(blok: Terminal, small_hub: SmallHub) -> None:
    small_hub.on("GET", "/api/search", lambda _: problem(422, "invalid_input", "No", detail="d", extra=1))
    said = blok("search", "--json", "--hub", small_hub.url)
    document = json.loads(said.err)
    assert (document["name"], document["extra"], said.out) == ("invalid_input", 1, "")


def test_what_strangers_wrote_cannot_steer_the_terminal(blok: Terminal, small_hub: SmallHub) -> None:
    hit = {
        "owner": "eve",
        "name": "trick",
        "kind": "workflow",
        "title": "t",
        "summary": "\x1b[2J\x1b]0;owned\x07clear\r\n[red]me[/red] \u202edrow",
        "version": "1.0.0",
        "deprecated": "",
    }
    small_hub.answer("GET", "/api/search", {"hits": [hit], "facets": {}, "total": 1})
    said = blok("search", "--hub", small_hub.url)
    assert "\x1b" not in said.out
    assert "\x07" not in said.out
    assert "\u202e" not in said.out
    assert "[red]me[/red]" in said.out


def test_plain_keeps_what_is_text() -> None:
    assert plain("a\tb\nc é 漢 🙂") == "a\tb\nc é 漢 🙂"
    assert plain("\x1b[31mred\x1b[0m") == "red"
    assert one_line("a\n  b", 2) == "a…"
