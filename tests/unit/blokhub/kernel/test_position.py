"""Position tokens: a hint that is never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blokhub.kernel.ids import is_id, new_id
from blokhub.kernel.position import format_position, parse_positions


def test_a_token_comes_back_as_it_was_given() -> None:
    event = new_id()
    assert parse_positions(format_position("content", event)) == {"content": event}


def test_several_tokens_are_separated_by_commas() -> None:
    one, two = new_id(), new_id()
    text = f"{format_position('content', one)} , {format_position('users', two)}"
    assert parse_positions(text) == {"content": one, "users": two}


@pytest.mark.parametrize(
    "text", ["", ",", ":", "content", "content:", "content:7", "con tent:{id}", ":{id}", "a:{id}x", "c:{ID}"]
)
def test_what_is_malformed_is_ignored(text: str) -> None:
    event = new_id()
    assert parse_positions(text.format(id=event, ID=event.upper())) == {}


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    for service, event in parse_positions(text).items():
        assert service.isalpha() and is_id(event)


def test_ids_are_ordered_by_the_time_they_were_made() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert all(map(is_id, made))
