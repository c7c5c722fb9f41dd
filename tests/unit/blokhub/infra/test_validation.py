"""Input that does not fit is explained in words, not in the language of the checker."""

from typing import Annotated, Any

import msgspec
import pytest

from blokhub.infra.validation import sentence

Handle = Annotated[str, msgspec.Meta(pattern=r"^[a-z]\S+$", description="Lower-case letters only.")]


class Account(msgspec.Struct, forbid_unknown_fields=True):
    """What a form sends."""

    handle: Handle
    others: list[Handle] = []
    password: Annotated[str, msgspec.Meta(min_length=8, max_length=10)] = "long enough"[:10]
    code: Annotated[str, msgspec.Meta(pattern="^x$")] | None = None


def told(value: dict[str, Any]) -> str:
    """What is said about a value."""
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, Account)
    return sentence(str(caught.value).split(" - at ")[0], Account)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"handle": "Not Good"}, "Lower-case letters only."),
        ({"handle": "ann", "others": ["NO"]}, "Lower-case letters only."),
        ({"handle": "ann", "code": "y"}, "It must match the pattern ^x$."),
        ({"handle": "ann", "password": "short"}, "It must have at least 8 characters."),
        ({"handle": "ann", "password": "much too long for it"}, "It may have at most 10 characters."),
        ({}, "The field handle is missing."),
        ({"handle": "ann", "zip": 1}, "There is no field zip here."),
        ({"handle": 1}, "Expected `str`, got `int`."),
    ],
)
def test_what_does_not_fit_is_said_in_words(value: dict[str, Any], words: str) -> None:
    assert told(value) == words
