"""Names that are made of texts."""

import pytest

from blok.workflow import slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hello", "hello"),
        ("Send E-Mail!", "send-e-mail"),
        ("userAuth", "user-auth"),
        ("2nd_try", "nd-try"),
        ("a" * 63 + " b", "a" * 63),
        ("123", ""),
    ],
)
def test_a_name_for_addresses_is_made_from_any_text(text: str, name: str) -> None:
    assert slug(text) == name
