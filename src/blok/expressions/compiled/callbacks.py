"""Array methods that take a callback. Their callbacks are arrow functions written in place."""

from collections.abc import Callable, Iterator
from typing import Any

from blok.expressions.compiled.frame import DIRTY, Bind, Closure, Frame, spend
from blok.expressions.errors import Fallback
from blok.expressions.values import UNDEFINED, truthy

CallbackMethod = Callable[[list[Any], "Arrow", dict[str, Any], Frame], Any]


class Arrow:
    """A compiled arrow function: puts its arguments into the frame, then runs its body.

    `places` are where plain parameters go; None when one is a pattern, which `binds` then takes apart.
    """

    __slots__ = ("binds", "body", "places")

    def __init__(self, places: list[int] | None, binds: list[Bind], body: Closure) -> None:
        self.places = places
        self.binds = binds
        self.body = body

    def call(self, ctx: dict[str, Any], frame: Frame, given: tuple[Any, ...]) -> Any:
        """Call it with these arguments."""
        for place, bind in enumerate(self.binds):
            bind(ctx, frame, given[place] if place < len(given) else UNDEFINED)
        return self.body(ctx, frame)


def _results(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> Iterator[Any]:
    """What the callback gives for each item in turn."""
    places, body = arrow.places, arrow.body
    if places is not None and len(places) == 1:
        place = places[0]
        for item in items:
            frame[place] = item
            yield body(ctx, frame)
    else:
        for index, item in enumerate(items):
            yield arrow.call(ctx, frame, (item, index, items))


def _backwards(
    items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame
) -> Iterator[tuple[int, Any]]:
    for index in range(len(items) - 1, -1, -1):
        yield index, arrow.call(ctx, frame, (items[index], index, items))


def _map(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> list[Any]:
    made = list(_results(items, arrow, ctx, frame))
    if UNDEFINED in made:
        frame[DIRTY] = True
    return made


def _filter(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> list[Any]:
    return [
        item for item, keep in zip(items, _results(items, arrow, ctx, frame), strict=True) if truthy(keep)
    ]


def _find(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> Any:
    place = _find_index(items, arrow, ctx, frame)
    return UNDEFINED if place < 0 else items[place]


def _find_index(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> int:
    found = enumerate(_results(items, arrow, ctx, frame))
    return next((index for index, result in found if truthy(result)), -1)


def _find_last(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> Any:
    place = _find_last_index(items, arrow, ctx, frame)
    return UNDEFINED if place < 0 else items[place]


def _find_last_index(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> int:
    found = _backwards(items, arrow, ctx, frame)
    return next((index for index, result in found if truthy(result)), -1)


def _some(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> bool:
    return any(map(truthy, _results(items, arrow, ctx, frame)))


def _every(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> bool:
    return all(map(truthy, _results(items, arrow, ctx, frame)))


def _for_each(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> Any:
    for _ in _results(items, arrow, ctx, frame):
        pass
    return UNDEFINED


def _flat_map(items: list[Any], arrow: Arrow, ctx: dict[str, Any], frame: Frame) -> list[Any]:
    made: list[Any] = []
    for part in _results(items, arrow, ctx, frame):
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
    places, body = arrow.places, arrow.body
    if places is not None and len(places) == 2:
        total, current = places
        for index in range(first, len(items)):
            frame[total], frame[current] = result, items[index]
            result = body(ctx, frame)
    else:
        for index in range(first, len(items)):
            result = arrow.call(ctx, frame, (result, items[index], index, items))
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
    keys = list(_results(defined, arrow, ctx, frame))
    if any((type(key) is not int and type(key) is not float) or key != key for key in keys):  # noqa: PLR0124
        raise Fallback
    order = sorted(range(len(defined)), key=keys.__getitem__, reverse=descending)
    return [defined[place] for place in order] + [UNDEFINED] * (len(items) - len(defined))
