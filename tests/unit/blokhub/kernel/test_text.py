"""NUL is found where it is, and not where only its name stands."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blokhub.kernel.text import has_nul

_json = st.recursive(
    st.text(alphabet="\0\\u0 a", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("\0\\u0", max_size=5), inner, max_size=3)
    ),
)


def _contains_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any("\0" in key or _contains_nul(each) for key, each in value.items())
    if isinstance(value, list):
        return any(map(_contains_nul, value))
    return "\0" in str(value)


@given(_json)
def test_it_agrees_with_reading_the_document(value: object) -> None:
    assert has_nul(msgspec.json.encode(value)) == _contains_nul(value)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (rb'"\u0000"', True),
        (rb'"\\u0000"', False),
        (rb'"\\\u0000"', True),
        (rb'"\\\\u0000"', False),
        (rb'{"a": "\\u0000", "b": "\u0000"}', True),
        (b'"u0000"', False),
    ],
)
def test_an_escaped_backslash_is_no_nul(document: bytes, found: bool) -> None:
    assert has_nul(document) is found
