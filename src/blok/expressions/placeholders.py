"""`${...}` inside text: finding placeholders, the text of their values, and putting the text in place."""

import re
from collections.abc import Sequence
from typing import Any

from blok.expressions.lookup import look_up, path_of
from blok.expressions.values import UNDEFINED, stringify, to_text, truthy

# The first closing brace ends a placeholder, and a placeholder never crosses a line (JavaScript's `.`).
PLACEHOLDER = re.compile("\\$\\{([^\n\r\u2028\u2029]*?)\\}")


def value_text(value: Any, generation: int) -> str:
    """A value's text inside a template.

    V1 uses String(value), v2 shows nothing for null and JSON for objects.
    """
    if type(value) is str:
        return value
    if generation == 1:
        return to_text(value)
    if value is None or value is UNDEFINED:
        return ""
    if isinstance(value, (int, float)):
        return to_text(value)
    try:
        return stringify(value) or ""
    except (ValueError, RecursionError):
        return to_text(value)


class DataKey:
    """The part of a placeholder that may name a field of the step's data."""

    __slots__ = ("_generation", "_key", "_path")

    def __init__(self, key: str, generation: int) -> None:
        self._key = key
        self._path = path_of(key)
        self._generation = generation

    def text(self, data: Any) -> str | None:
        """The field's text, or None when the data has no such field (v1: or when its value is falsy)."""
        value = look_up(data, self._key, self._path)
        if value is UNDEFINED or (self._generation == 1 and not truthy(value)):
            return None
        return value_text(value, self._generation)


def fill(whole: str, literals: Sequence[str], found: Sequence[str], texts: Sequence[str | None]) -> str:
    """Put the texts in place of the placeholders `found` in `whole`; None leaves a placeholder as it is.

    `literals` are the pieces of `whole` around the placeholders, one more than there are placeholders. The
    formats are defined by String.replace, for which `$$`, `$&`, `` $` `` and `$'` in an inserted text are
    special.
    """
    if all(text is not None and "$" not in text for text in texts):
        pieces = [literals[0]]
        for literal, text in zip(literals[1:], texts, strict=True):
            pieces += (text or "", literal)
        return "".join(pieces)
    for match, text in zip(found, texts, strict=True):
        if text is not None:
            whole = _replace_first(whole, match, text)
    return whole


def _replace_first(whole: str, match: str, text: str) -> str:
    before, found, after = whole.partition(match)
    if not found:
        return whole
    special = {"$$": "$", "$&": match, "$`": before, "$'": after}
    return before + re.sub(r"\$[$&`']", lambda pattern: special[pattern[0]], text) + after
