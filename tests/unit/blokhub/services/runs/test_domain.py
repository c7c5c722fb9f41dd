"""What looks like a secret is not kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blokhub.services.runs.domain import REDACTED, without_secrets

NAMES = """password Password passwd userPassword secret client_secret token access_token refreshToken
Authorization Cookie Set-Cookie api_key apiKey X-API-Key credentials"""


@pytest.mark.parametrize("name", NAMES.split())
def test_values_with_such_a_name_are_not_shown(name: str) -> None:
    assert without_secrets({name: "hunter2", "other": "kept"}) == {name: REDACTED, "other": "kept"}


@pytest.mark.parametrize("value", ["", None, 0, 17, True, [], {}])
def test_what_is_no_text_or_empty_stays(value: Any) -> None:
    assert without_secrets({"password": value}) == {"password": value}


def test_they_are_found_however_deep_they_are() -> None:
    value = {"steps": [{"inputs": {"headers": {"authorization": "Bearer x", "accept": "*/*"}}}]}
    expected = {"steps": [{"inputs": {"headers": {"authorization": REDACTED, "accept": "*/*"}}}]}
    assert without_secrets(value) == expected


def test_what_stands_within_a_secret_is_looked_at_too() -> None:
    assert without_secrets({"credentials": {"password": "x", "user": "ann"}}) == {
        "credentials": {"password": REDACTED, "user": "ann"}
    }


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "password", "token", "b"]), inner, max_size=3)
    ),
)


@given(_json)
def test_the_shape_stays_and_the_original_too(value: Any) -> None:
    before = repr(value)
    once = without_secrets(value)
    assert repr(value) == before
    assert without_secrets(once) == once
    assert _shape(once) == _shape(value)


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value)
