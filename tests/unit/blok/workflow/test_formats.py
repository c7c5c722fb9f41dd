"""Four encodings, one document."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blok.workflow import WorkflowSyntaxError, digest, export, parse

STEP = '{"id": "a", "use": "mapper", "inputs": {"model": {"on": true}}}'
JSON = f'{{"name": "hello", "version": "1.0.0", "steps": [{STEP}]}}'
YAML = "name: hello\nversion: 1.0.0\nsteps:\n- id: a\n  use: mapper\n  inputs: {model: {on: true}}\n"
TOML = (
    'name = "hello"\nversion = "1.0.0"\n[[steps]]\nid = "a"\nuse = "mapper"\n'
    "[steps.inputs.model]\non = true\n"
)
XML = (
    "<name>hello</name><version>1.0.0</version><steps><id>a</id><use>mapper</use>"
    "<inputs><model><on>true</on></model></inputs></steps>"
)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4),
    max_leaves=12,
)


class TestParse:
    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            ("[" * 100_000, "json"),
            ("[" * 100_000, "yaml"),
            ("- " * 100_000, "yaml"),
            ("a=" + "[" * 100_000, "toml"),
            ("a." * 100_000 + "b=1", "toml"),
            ('"a" . ' * 100_000 + "b=1", "toml"),
        ],
    )
    def test_a_document_that_would_exhaust_its_parser_is_refused(self, text: str, encoding: Any) -> None:
        with pytest.raises(WorkflowSyntaxError):
            parse(text, encoding)

    def test_all_four_encodings_of_one_workflow_are_equal(self) -> None:
        assert parse(JSON, "json") == parse(YAML, "yaml") == parse(TOML, "toml") == parse(XML, "xml")

    def test_yaml_keeps_on_yes_and_dates_as_text(self) -> None:
        assert parse("on: yes\nday: 2026-01-02\nn: 012\n", "yaml") == {
            "on": "yes",
            "day": "2026-01-02",
            "n": "012",
        }

    @pytest.mark.parametrize(
        ("text", "encoding", "line"),
        [
            ('{\n "a": 1,\n}', "json", 3),
            ("a: 1\nb: [1,\n", "yaml", 3),
            ('a = 1\nb = "x\n', "toml", 2),
            ("<a>\n<b></a>", "xml", 2),
        ],
    )
    def test_a_syntax_error_names_its_line(self, text: str, encoding: str, line: int) -> None:
        with pytest.raises(WorkflowSyntaxError) as caught:
            parse(text, encoding)  # type: ignore[arg-type]
        assert caught.value.line == line

    def test_multiplying_yaml_aliases_are_refused(self) -> None:
        bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
        )
        with pytest.raises(WorkflowSyntaxError, match="values"):
            parse(bomb, "yaml")

    def test_xml_entities_are_refused(self) -> None:
        with pytest.raises(WorkflowSyntaxError):
            parse('<!DOCTYPE d [<!ENTITY e "x">]><name>&e;</name>', "xml")


class TestExport:
    @given(st.dictionaries(st.text(min_size=1), values, min_size=1, max_size=4))
    def test_every_definition_comes_back_with_the_same_digest(self, definition: dict[str, object]) -> None:
        for encoding in ("json", "yaml", "toml"):
            try:
                text = export(definition, encoding)  # type: ignore[arg-type]
                back = parse(text, encoding)  # type: ignore[arg-type]
            except WorkflowSyntaxError as error:  # text that YAML or TOML cannot hold at all
                assert "character" in error.message or "control" in error.message.lower(), error.message
                continue
            assert digest(back) == digest(definition), text

    def test_key_order_and_number_form_do_not_change_the_digest(self) -> None:
        assert digest({"a": 1, "b": 2.0}) == digest({"b": 2, "a": 1.0})
