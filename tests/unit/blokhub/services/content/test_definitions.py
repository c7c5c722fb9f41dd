"""What can be published, and in which forms it comes."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blokhub.kernel.errors import InvalidInput
from blokhub.services.content.domain import check_definition, known_nodes, read_definition, write_definition
from blokhub.services.content.domain.definitions import MAX_BYTES

NODES = known_nodes()
GREETING: dict[str, Any] = {
    "name": "Greeting",
    "version": "1.0.0",
    "description": "Greets whoever asks.",
    "trigger": {"http": {"method": "GET", "path": "/"}},
    "steps": [{"id": "greet", "use": "@blokjs/respond", "inputs": {"body": {"n": 1, "list": [1, 2.5, "é"]}}}],
}


def body(definition: dict[str, Any]) -> str:
    return read_definition(definition, None).body


def with_step(**step: Any) -> dict[str, Any]:
    return {**GREETING, "steps": [{"id": "one", **step}]}


@pytest.mark.parametrize("encoding", ["json", "yaml", "toml"])
def test_the_digest_is_the_same_in_every_encoding(encoding: Any) -> None:
    first = read_definition(GREETING, None)
    again = read_definition(write_definition(first.body, encoding), encoding)
    assert again.digest == first.digest
    assert msgspec.json.decode(again.body) == GREETING


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    turned = dict(reversed(list(GREETING.items())))
    assert read_definition(turned, None).digest == read_definition(GREETING, None).digest
    assert list(msgspec.json.decode(body(turned))) == list(turned)


def test_another_definition_has_another_digest() -> None:
    other = read_definition({**GREETING, "version": "1.0.1"}, None)
    assert other.digest != read_definition(GREETING, None).digest


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("{", "json"),
        ("[1]", "json"),
        ("3", "yaml"),
        ("a: [", "yaml"),
        ("a = ", "toml"),
        ("", "json"),
        ('{"a": 1, "a": 2', "json"),
        ('a: "\\0"', "yaml"),
        ("[" * 100_000, "json"),
        ("&a [*a]", "yaml"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_at_its_field(text: str, encoding: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_definition(text, encoding)
    assert refused.value.pointer == "/definition"


def test_the_line_of_the_mistake_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_definition('{\n  "name": ,\n}', "json")
    assert refused.value.extra["line"] == 2


def test_a_definition_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidInput, match="KiB"):
        read_definition({"name": "x" * MAX_BYTES}, None)


@given(st.text(max_size=60), st.sampled_from(["json", "yaml", "toml"]))
def test_no_text_is_more_than_refused(text: str, encoding: Any) -> None:
    try:
        assert read_definition(text, encoding).digest
    except InvalidInput as refused:
        assert refused.pointer == "/definition"


_json: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text("ab\n\"'é#", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab. é", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "b"]), _json), st.sampled_from(["json", "yaml", "toml"]))
def test_what_can_be_written_reads_back_as_the_same(document: dict[str, Any], encoding: Any) -> None:
    first = read_definition(document, None)
    try:
        text = write_definition(first.body, encoding)
    except InvalidInput as refused:
        assert refused.pointer == "/query/format"
    else:
        assert read_definition(text, encoding).digest == first.digest


def test_a_good_workflow_passes_with_its_outline() -> None:
    verdict = check_definition("workflow", body(GREETING), NODES)
    assert (verdict.errors, verdict.warnings) == ([], [])
    assert verdict.outline.nodes == ["@blokjs/respond"]
    assert (verdict.outline.triggers, verdict.outline.step_count) == (["http"], 1)


def test_a_node_that_nobody_has_is_named() -> None:
    verdict = check_definition("workflow", body(with_step(use="no-such-node")), NODES)
    (error,) = verdict.errors
    assert error["rule"] == "unknown-node"
    assert "no-such-node" in error["message"]


@pytest.mark.parametrize("name", ["respond", "@blokjs/respond", "@nanoservice-ts/respond", "user-auth"])
def test_the_names_of_both_generations_are_known(name: str) -> None:
    assert check_definition("workflow", body(with_step(use=name)), NODES).errors == []


def test_hints_do_not_forbid() -> None:
    quiet = {name: value for name, value in GREETING.items() if name != "description"}
    verdict = check_definition("workflow", body(quiet), NODES)
    assert verdict.errors == []
    assert any("description" in warning for warning in verdict.warnings)


def test_the_hosts_that_it_contacts_are_listed() -> None:
    call = with_step(use="@blokjs/api-call", inputs={"url": "https://api.example.com/x"})
    verdict = check_definition("workflow", body(call), NODES)
    assert verdict.outline.hosts == ["api.example.com"]


@pytest.mark.parametrize("broken", [{}, {"steps": []}, {"name": "x", "steps": "none"}, {"steps": [3]}])
def test_what_is_no_workflow_is_an_error_and_no_crash(broken: dict[str, Any]) -> None:
    verdict = check_definition("workflow", body(broken), NODES)
    assert verdict.errors
    assert all(error["rule"] and error["message"] for error in verdict.errors)


NODE: dict[str, Any] = {
    "name": "adder",
    "description": "Adds.",
    "input": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
    "output": {"type": "integer"},
    "examples": [{"input": {"a": 1}, "output": 2}],
}


def test_a_node_whose_examples_fit_passes() -> None:
    assert check_definition("node", body(NODE), NODES).errors == []


@pytest.mark.parametrize(
    ("change", "rule", "pointer"),
    [
        ({"input": {"type": "strange"}}, "node.schema", "/input"),
        ({"name": ""}, "node.format", "/name"),
        ({"examples": [{"input": {}}]}, "node.format", "/examples/0"),
        ({"examples": [{"input": {"a": "x"}, "output": 1}]}, "node.example", "/examples/0/input/a"),
        ({"examples": [{"input": {"a": 1}, "output": "x"}]}, "node.example", "/examples/0/output"),
    ],
)
def test_a_node_that_does_not_fit_names_the_place(change: dict[str, Any], rule: str, pointer: str) -> None:
    verdict = check_definition("node", body({**NODE, **change}), NODES)
    assert {(error["rule"], error["pointer"]) for error in verdict.errors} == {(rule, pointer)}
