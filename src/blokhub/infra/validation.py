"""What msgspec says about input that does not fit, in words for people who never saw a schema."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

_PATTERN = re.compile(r"^Expected `str` matching regex '(?P<pattern>.*)'$", re.DOTALL)
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^Expected `str` of length >= 1$"), "It must not be empty"),
    (re.compile(r"^Expected `str` of length >= (\d+)$"), r"It must have at least \1 characters"),
    (re.compile(r"^Expected `str` of length <= (\d+)$"), r"It may have at most \1 characters"),
    (re.compile(r"^Expected `array` of length <= (\d+)$"), r"It may have at most \1 entries"),
    (re.compile(r"^Expected `array` of length >= (\d+)$"), r"It must have at least \1 entries"),
    (re.compile(r"^Object missing required field `([^`]+)`$"), r"The field \1 is missing"),
    (re.compile(r"^Object contains unknown field `([^`]+)`$"), r"There is no field \1 here"),
)


def sentence(message: str, expected: Any = None) -> str:
    """A message of msgspec in plain words. `expected` is the type whose descriptions may explain it."""
    broken = _PATTERN.match(message)
    if broken:
        described = _descriptions(expected).get(_unescaped(broken["pattern"])) if expected else None
        return _ended(described or f"It must match the pattern {_unescaped(broken['pattern'])}")
    for pattern, words in _SENTENCES:
        if pattern.match(message):
            return _ended(pattern.sub(words, message))
    return _ended(message)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else text + "."


def _unescaped(pattern: str) -> str:
    # msgspec writes the pattern as Python would: each backslash twice.
    return pattern.replace("\\\\", "\\")


@cache
def _descriptions(expected: Any) -> dict[str, str]:
    """The patterns of a type and of everything inside of it, with the words that describe them."""
    try:
        return dict(_described(msgspec.inspect.type_info(expected), set()))
    except TypeError:
        return {}


def _described(info: Any, seen: set[int]) -> Iterator[tuple[str, str]]:
    if id(info) in seen:
        return
    seen.add(id(info))
    match info:
        case msgspec.inspect.Metadata(type=inner, extra_json_schema=schema):
            pattern = getattr(inner, "pattern", None)
            if pattern and schema and "description" in schema:
                yield pattern, schema["description"]
            yield from _described(inner, seen)
        case msgspec.inspect.StructType(fields=fields):
            for field in fields:
                yield from _described(field.type, seen)
        case msgspec.inspect.UnionType(types=types):
            for each in types:
                yield from _described(each, seen)
        case msgspec.inspect.ListType(item_type=item):
            yield from _described(item, seen)
