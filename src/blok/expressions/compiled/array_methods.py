"""Methods of arrays that take no callback.

Each takes the array, its arguments, the frame and the longest text.
"""

import math
from collections.abc import Callable
from typing import Any

from blok.expressions.compiled.frame import DIRTY, Frame, spend
from blok.expressions.compiled.operators import unit_order
from blok.expressions.compiled.text_methods import argument, whole
from blok.expressions.errors import Fallback
from blok.expressions.values import (
    SURROGATE,
    UNDEFINED,
    checked_list_text,
    checked_text,
    strict_equals,
)

ArrayMethod = Callable[[list[Any], list[Any], Frame, int], Any]


def _limits(items: list[Any], given: list[Any]) -> tuple[int, int]:
    length = len(items)
    start = whole(argument(given, 0))
    end = length if argument(given, 1) is UNDEFINED else whole(given[1])
    start = max(length + start, 0) if start < 0 else min(start, length)
    end = max(length + end, 0) if end < 0 else min(end, length)
    return start, end


def _slice(items: list[Any], given: list[Any], frame: Frame, _longest: int) -> list[Any]:
    spend(frame, len(items) >> 3)
    start, end = _limits(items, given)
    return items[start:end]


def _includes(items: list[Any], given: list[Any], frame: Frame, _longest: int) -> bool:
    spend(frame, len(items) >> 3)
    if len(given) > 1:
        raise Fallback
    wanted = argument(given, 0)
    if type(wanted) is str:
        return wanted in items
    if type(wanted) is float and math.isnan(wanted):  # includes() finds NaN
        return any(type(item) is float and math.isnan(item) for item in items)
    return any(strict_equals(item, wanted) for item in items)


def _index_of(items: list[Any], given: list[Any], frame: Frame, _longest: int) -> int:
    spend(frame, len(items) >> 3)
    if len(given) > 1:
        raise Fallback
    wanted = argument(given, 0)
    return next((index for index, item in enumerate(items) if strict_equals(item, wanted)), -1)


def _last_index_of(items: list[Any], given: list[Any], frame: Frame, _longest: int) -> int:
    spend(frame, len(items) >> 3)
    if len(given) > 1:
        raise Fallback
    wanted = argument(given, 0)
    return next((i for i in range(len(items) - 1, -1, -1) if strict_equals(items[i], wanted)), -1)


def _join(items: list[Any], given: list[Any], frame: Frame, longest: int) -> str:
    spend(frame, len(items) >> 2)
    separator = argument(given, 0)
    text = checked_list_text(items, "," if separator is UNDEFINED else checked_text(separator))
    return checked_size(text, longest)


def checked_size(text: str, longest: int) -> str:
    """A text put together from many; too long ones and those with surrogates are left to the engine."""
    if len(text) > longest or (not text.isascii() and SURROGATE.search(text)):
        raise Fallback
    return text


def _concat(items: list[Any], given: list[Any], frame: Frame, _longest: int) -> list[Any]:
    made = list(items)
    for part in given:
        if type(part) is list:
            made += part
        elif isinstance(part, (str, int, float, dict)) or part is None or part is UNDEFINED:
            made.append(part)
        else:
            raise Fallback
    if UNDEFINED in given:
        frame[DIRTY] = True
    spend(frame, len(made) >> 3)
    return made


def _at(items: list[Any], given: list[Any], _frame: Frame, _longest: int) -> Any:
    index = whole(argument(given, 0))
    if index < 0:
        index += len(items)
    return items[index] if 0 <= index < len(items) else UNDEFINED


def _flat(items: list[Any], given: list[Any], frame: Frame, _longest: int) -> list[Any]:
    depth = 1 if argument(given, 0) is UNDEFINED else whole(given[0])
    if depth > 5:
        raise Fallback
    made: list[Any] = []
    _flatten(items, depth, made)
    spend(frame, len(made) >> 2)
    return made


def _flatten(items: list[Any], depth: int, made: list[Any]) -> None:
    for item in items:
        if type(item) is list and depth > 0:
            _flatten(item, depth - 1, made)
        else:
            made.append(item)


def _reversed(items: list[Any], _given: list[Any], frame: Frame, _longest: int) -> list[Any]:
    spend(frame, len(items) >> 3)
    return items[::-1]


def sorted_by_text(items: list[Any], _given: list[Any], frame: Frame, _longest: int) -> list[Any]:
    """The order of sort() without a comparator: by text, undefined last."""
    spend(frame, len(items))
    defined = [item for item in items if item is not UNDEFINED]
    if all(type(item) is str and item.isascii() for item in defined):
        defined.sort()
    else:
        defined.sort(key=lambda item: unit_order(checked_text(item)))
    return defined + [UNDEFINED] * (len(items) - len(defined))


ARRAY_METHODS: dict[str, ArrayMethod] = {
    "slice": _slice,
    "includes": _includes,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "join": _join,
    "toString": lambda items, _given, frame, longest: _join(items, [], frame, longest),
    "concat": _concat,
    "at": _at,
    "flat": _flat,
    "toReversed": _reversed,
    "toSorted": sorted_by_text,
}

# These change their array; compiled code uses them only on one that the expression itself has just made.
FRESH_ONLY: dict[str, ArrayMethod] = {"sort": sorted_by_text, "reverse": _reversed}
