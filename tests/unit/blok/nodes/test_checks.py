"""Compiled checks agree with the jsonschema library."""

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blok.nodes.checks import Check

SCHEMAS: list[dict[str, Any]] = [
    {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
    {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]},
    {
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "string"}}]}},
    },
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
    {
        "type": "array",
        "items": {"type": "number", "minimum": 0, "exclusiveMaximum": 9},
        "minItems": 1,
        "maxItems": 2,
    },
    {"type": "string", "minLength": 1, "maxLength": 2, "pattern": "^a"},
    {"enum": ["a", 1, None]},
    {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}},
    {"type": "object", "properties": {"a": {"const": "a"}}, "required": ["a"]},
    {"allOf": [{"type": "object"}, {"required": ["a"]}]},
]
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.sampled_from(["", "a", "ab", "b", "abc"])
    | st.just(1.5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_value_fits_exactly_when_the_library_says_so(schema: dict[str, Any]) -> None:
    check, library = Check(schema), jsonschema.Draft202012Validator(schema)

    @given(values)
    def compare(value: Any) -> None:
        assert check(value) == library.is_valid(value)
        assert bool(check.issues(value)) != check(value)

    compare()
