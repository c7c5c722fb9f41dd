"""Array methods that take a callback. Their callbacks are arrow functions written in place."""

from collections.abc import Callable
from typing import Any

from blok.expressions.compiled.frame import DIRTY, Frame, spend
from blok.expressions.errors import Fallback
from blok.expressions.values import UNDEFINED, truthy

# A compiled arrow function: called with its (up to four) arguments.
Arrow = Callable[[dict[str, Any], Frame, tuple[Any, ...]], Any]
CallbackMethod = Callable[[list[Any], Arrow, dict[str, Any], Frame], Any]


def _map(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> list[Any]:
    made = [arrow(ctx, frame, (item, index, items)) for index, item in enumerate(items)]
    if UNDEFINED in made:
        frame[DIRTY] = True
    return made


def _filter(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> list[Any]:
    return [item for index, item in enumerate(items) if truthy(arrow(ctx, frame, (item, index, items)))]


def _find(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> Any:
    return next((v for i, v in enumerate(items) if truthy(arrow(ctx, frame, (v, i, items)))), UNDEFINED)


def _find_index(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> int:
    return next((i for i, v in enumerate(items) if truthy(arrow(ctx, frame, (v, i, items)))), -1)


def _backwards(items: list[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(items))[::-1]


def _find_last(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> Any:
    return next((v for i, v in _backwards(items) if truthy(arrow(ctx, frame, (v, i, items)))), UNDEFINED)


def _find_last_index(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> int:
    return next((i for i, v in _backwards(items) if truthy(arrow(ctx, frame, (v, i, items)))), -1)


def _some(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> bool:
    return any(truthy(arrow(ctx, frame, (item, index, items))) for index, item in enumerate(items))


def _every(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> bool:
    return all(truthy(arrow(ctx, frame, (item, index, items))) for index, item in enumerate(items))


def _for_each(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> Any:
    for index, item in enumerate(items):
        arrow(ctx, frame, (item, index, items))
    return UNDEFINED


def _flat_map(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> list[Any]:
    made: list[Any] = []
    for index, item in enumerate(items):
        part = arrow(ctx, frame, (item, index, items))
        if type(part) is list:
            spend(frame, len(part) >> 2)
            made += part
        else:
            made.append(part)
    if UNDEFINED in made:
        frame[DIRTY] = True
    return made


CALLBACK_METHODS: dict[str, CallbackMethod] = {
    "map": _map,
    "filter": _filter,
    "find": _find,
    "findIndex": _find_index,
    "findLast": _find_last,
    "findLastIndex": _find_last_index,
    "some": _some,
    "every": _every,
    "forEach": _for_each,
    "flatMap": _flat_map,
}


def reduce(items: list[Any], arrow: Arrow, start: list[Any], ctx: dict[str, Any], frame: Frame) -> Any:
    """Array.prototype.reduce; `start` holds the initial value, when there is one."""
    if start:
        result, first = start[0], 0
    elif items:
        result, first = items[0], 1
    else:
        raise Fallback  # the engine's TypeError
    for index in range(first, len(items)):
        result = arrow(ctx, frame, (result, items[index], index, items))
    return result


def sort_by_number(
    items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame, *, descending: bool
) -> list[Any]:
    """sort((a, b) => f(a) - f(b)) for an f that gives numbers.

    `arrow` is f. Anything else is left to the engine.
    """
    defined = [item for item in items if item is not UNDEFINED]
    if len(defined) < 2:
        return defined + [UNDEFINED] * (len(items) - len(defined))
    keys = [arrow(ctx, frame, (item,)) for item in defined]
    if any((type(key) is not int and type(key) is not float) or key != key for key in keys):  # noqa: PLR0124
        raise Fallback
    order = sorted(range(len(defined)), key=keys.__getitem__, reverse=descending)
    return [defined[place] for place in order] + [UNDEFINED] * (len(items) - len(defined))
