"""Methods of strings.

Each takes the text, its arguments, the frame and the longest text it may handle or make.
"""

import re
from collections.abc import Callable
from typing import Any

from blok.expressions.compiled.access import character
from blok.expressions.compiled.operators import joined
from blok.expressions.errors import Fallback
from blok.expressions.values import (
    NAN,
    SURROGATE,
    UNDEFINED,
    WHITE_SPACE,
    checked_text,
    text_length,
    to_number,
)

TextMethod = Callable[[str, list[Any], int], Any]


def argument(given: list[Any], place: int) -> Any:
    """An argument, undefined when it was not given."""
    return given[place] if place < len(given) else UNDEFINED


def whole(value: Any) -> int:
    """ToIntegerOrInfinity, with the infinities as numbers beyond any length."""
    number = to_number(value)
    if number != number:  # noqa: PLR0124 - NaN
        return 0
    return int(max(min(number, 2**53), -(2**53)))


def _plain(text: str) -> str:
    """The text, if its positions are the same in Python as in JavaScript."""
    if not text.isascii() and text_length(text) != len(text):
        raise Fallback
    return text


def _needle(given: list[Any]) -> str:
    needle = checked_text(argument(given, 0))
    if not needle.isascii() and SURROGATE.search(needle):  # could match half a character
        raise Fallback
    return needle


def _position(given: list[Any], place: int, length: int) -> int:
    """A position argument held within the text; 0 when it is not given."""
    return min(max(whole(argument(given, place)), 0), length)


def _span(given: list[Any], length: int) -> tuple[int, int]:
    """Start and end of slice(): negative ones count from the end."""
    start = whole(argument(given, 0))
    end = length if argument(given, 1) is UNDEFINED else whole(given[1])
    start = max(length + start, 0) if start < 0 else min(start, length)
    end = max(length + end, 0) if end < 0 else min(end, length)
    return start, end


def _case(change: Callable[[str], str]) -> TextMethod:
    def method(text: str, _given: list[Any], _longest: int) -> str:
        if not text.isascii():  # Unicode versions differ
            raise Fallback
        return change(text)

    return method


def _includes(text: str, given: list[Any], _longest: int) -> bool:
    needle = _needle(given)
    if argument(given, 1) is not UNDEFINED:
        text = _plain(text)[_position(given, 1, len(text)) :]
    return needle in text


def _starts_with(text: str, given: list[Any], _longest: int) -> bool:
    needle = _needle(given)
    if argument(given, 1) is UNDEFINED:
        return text.startswith(needle)
    return _plain(text).startswith(needle, _position(given, 1, len(text)))


def _ends_with(text: str, given: list[Any], _longest: int) -> bool:
    needle = _needle(given)
    if argument(given, 1) is UNDEFINED:
        return text.endswith(needle)
    return _plain(text)[: _position(given, 1, len(text))].endswith(needle)


def _index_of(text: str, given: list[Any], _longest: int) -> int:
    return _plain(text).find(_needle(given), _position(given, 1, len(text)))


def _last_index_of(text: str, given: list[Any], _longest: int) -> int:
    if len(given) > 1:
        raise Fallback
    return _plain(text).rfind(_needle(given))


def _slice(text: str, given: list[Any], _longest: int) -> str:
    start, end = _span(given, len(_plain(text)))
    return text[start:end]


def _substring(text: str, given: list[Any], _longest: int) -> str:
    length = len(_plain(text))
    start = _position(given, 0, length)
    end = length if argument(given, 1) is UNDEFINED else _position(given, 1, length)
    return text[min(start, end) : max(start, end)]


def _substr(text: str, given: list[Any], _longest: int) -> str:
    length = len(_plain(text))
    start = whole(argument(given, 0))
    start = max(length + start, 0) if start < 0 else min(start, length)
    count = length if argument(given, 1) is UNDEFINED else whole(given[1])
    return text[start : max(min(start + count, length), start)]


def _char_at(text: str, given: list[Any], _longest: int) -> str:
    index = whole(argument(given, 0))
    return "" if index < 0 else character(text, index, "")


def _char_code_at(text: str, given: list[Any], _longest: int) -> Any:
    index = whole(argument(given, 0))
    found = "" if index < 0 else character(text, index, "")
    return ord(found) if found else NAN


def _at(text: str, given: list[Any], _longest: int) -> Any:
    index = whole(argument(given, 0))
    if index < 0:
        index += len(_plain(text))
    return UNDEFINED if index < 0 else character(text, index, UNDEFINED)


def _split(text: str, given: list[Any], longest: int) -> list[str]:
    separator = argument(given, 0)
    if argument(given, 1) is not UNDEFINED:
        raise Fallback
    if separator is UNDEFINED:
        return [text]
    separator = _needle(given)
    if not separator:
        if len(text) > longest >> 4:
            raise Fallback
        return list(_plain(text))
    return text.split(separator)


def _replacement(given: list[Any]) -> str:
    replacement = checked_text(argument(given, 1))
    if "$" in replacement:  # patterns such as $&
        raise Fallback
    return replacement


def _replace(text: str, given: list[Any], longest: int) -> str:
    before, found, after = text.partition(needle) if (needle := _needle(given)) else ("", "", text)
    replacement = _replacement(given)
    if needle and not found:
        return text
    return joined(joined(before, replacement, longest), after, longest)


def _replace_all(text: str, given: list[Any], longest: int) -> str:
    needle, replacement = _needle(given), _replacement(given)
    if not needle or not replacement.isascii() or not text.isascii():
        raise Fallback
    if len(text) + text.count(needle) * len(replacement) > longest:
        raise Fallback
    return text.replace(needle, replacement)


def _repeat(text: str, given: list[Any], longest: int) -> str:
    count = to_number(argument(given, 0))
    if not 0 <= count <= longest or len(text) * count > longest or not text.isascii():
        raise Fallback
    return text * int(count)


def _pad(text: str, given: list[Any], longest: int) -> str:
    target = whole(argument(given, 0))
    filler = " " if argument(given, 1) is UNDEFINED else checked_text(given[1])
    if target > longest or not (text.isascii() and filler.isascii()):
        raise Fallback
    missing = target - len(text)
    if missing <= 0 or not filler:
        return ""
    return (filler * (missing // len(filler) + 1))[:missing]


def _concat(text: str, given: list[Any], longest: int) -> str:
    for part in given:
        text = joined(text, checked_text(part), longest)
    return text


def _itself(text: str, _given: list[Any], _longest: int) -> str:
    return text


TEXT_METHODS: dict[str, TextMethod] = {
    "toLowerCase": _case(str.lower),
    "toUpperCase": _case(str.upper),
    "trim": lambda text, _given, _longest: text.strip(WHITE_SPACE),
    "trimStart": lambda text, _given, _longest: text.lstrip(WHITE_SPACE),
    "trimEnd": lambda text, _given, _longest: text.rstrip(WHITE_SPACE),
    "includes": _includes,
    "startsWith": _starts_with,
    "endsWith": _ends_with,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "slice": _slice,
    "substring": _substring,
    "substr": _substr,
    "charAt": _char_at,
    "charCodeAt": _char_code_at,
    "at": _at,
    "split": _split,
    "replace": _replace,
    "replaceAll": _replace_all,
    "repeat": _repeat,
    "padStart": lambda text, given, longest: _pad(text, given, longest) + text,
    "padEnd": lambda text, given, longest: text + _pad(text, given, longest),
    "concat": _concat,
    "toString": _itself,
    "valueOf": _itself,
}

_PARSE_FLOAT = re.compile(
    r"[+-]?(?:Infinity|[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)"
)


def float_prefix(text: str) -> str | None:
    """The part of a text that parseFloat reads."""
    found = _PARSE_FLOAT.match(text.lstrip(WHITE_SPACE))
    return found[0] if found else None
