"""Reading properties, exactly: own before inherited, and inherited names are the engine's business."""

from collections.abc import Callable, Mapping
from typing import Any

from blok.expressions.compiled.frame import Closure
from blok.expressions.errors import ExpressionError, Fallback
from blok.expressions.values import INHERITED, UNDEFINED, is_index, number_text, text_length, to_text

_READ_ERRORS = (KeyError, TypeError, IndexError)


def read(owner: Any, key: str) -> Any:
    """`owner[key]` for a text key.

    Raises ExpressionError on null and undefined, Fallback for inherited names.
    """
    if isinstance(owner, dict):
        if key in owner:
            return owner[key]
    elif type(owner) is list:
        if key == "length":
            return len(owner)
        if is_index(key):
            index = int(key)
            return owner[index] if index < len(owner) else UNDEFINED
        raise Fallback
    elif type(owner) is str:
        if key == "length":
            return text_length(owner)
        if is_index(key):
            return character(owner, int(key), UNDEFINED)
        raise Fallback
    elif owner is None or owner is UNDEFINED:
        raise nullish_read(owner, key)
    elif not isinstance(owner, Mapping):
        raise Fallback
    elif key in owner:
        return owner[key]
    if key in INHERITED:
        raise Fallback
    return UNDEFINED


def nullish_read(owner: Any, key: str) -> ExpressionError:
    """The TypeError of reading a property of null or undefined."""
    return ExpressionError("TypeError", f"Cannot read properties of {to_text(owner)} (reading '{key}')")


def read_dynamic(owner: Any, key: Any) -> Any:
    """`owner[key]` for a key computed at run time."""
    kind = type(key)
    if kind is str:
        return read(owner, key)
    if kind is int and key >= 0:
        if type(owner) is list:
            return owner[key] if key < len(owner) else UNDEFINED
        if type(owner) is str:
            return character(owner, key, UNDEFINED)
    return read(owner, property_key(key))


def property_key(key: Any) -> str:
    """ToPropertyKey for the values compiled code handles."""
    kind = type(key)
    if kind is str:
        return key  # type: ignore[no-any-return]
    if kind is int or kind is float:
        return number_text(key)
    if kind is bool or key is None or key is UNDEFINED:
        return to_text(key)
    raise Fallback


def character(text: str, index: int, missing: Any) -> Any:
    """One UTF-16 unit of a text; text beyond the basic plane is left to the engine."""
    if not text.isascii() and text_length(text) != len(text):
        raise Fallback
    return text[index] if index < len(text) else missing


def ctx_path(keys: tuple[str, ...]) -> Closure:
    """A closure for `ctx.a.b.c`, which needs no frame.

    Only objects take text subscripts, so a plain chain of them is exact.
    """

    def slowly(ctx: dict[str, Any], _frame: Any = None) -> Any:
        value: Any = ctx
        for key in keys:
            value = read(value, key)
        return value

    unrolled = _UNROLLED.get(len(keys))
    return unrolled(keys, slowly) if unrolled else slowly


def _path1(keys: tuple[str, ...], slowly: Any) -> Closure:
    (first,) = keys

    def get(ctx: dict[str, Any], _frame: Any = None) -> Any:
        try:
            return ctx[first]
        except _READ_ERRORS:
            return slowly(ctx)

    return get


def _path2(keys: tuple[str, ...], slowly: Any) -> Closure:
    first, second = keys

    def get(ctx: dict[str, Any], _frame: Any = None) -> Any:
        try:
            return ctx[first][second]
        except _READ_ERRORS:
            return slowly(ctx)

    return get


def _path3(keys: tuple[str, ...], slowly: Any) -> Closure:
    first, second, third = keys

    def get(ctx: dict[str, Any], _frame: Any = None) -> Any:
        try:
            return ctx[first][second][third]
        except _READ_ERRORS:
            return slowly(ctx)

    return get


def _path4(keys: tuple[str, ...], slowly: Any) -> Closure:
    first, second, third, fourth = keys

    def get(ctx: dict[str, Any], _frame: Any = None) -> Any:
        try:
            return ctx[first][second][third][fourth]
        except _READ_ERRORS:
            return slowly(ctx)

    return get


_UNROLLED = {1: _path1, 2: _path2, 3: _path3, 4: _path4}


def member(owner: Closure, key: str) -> Closure:
    """A closure for `<owner>.key`."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        value = owner(ctx, frame)
        if type(value) is dict and key in value:
            return value[key]
        return read(value, key)

    return get


def element(owner: Closure, key: Closure) -> Closure:
    """A closure for `<owner>[<key>]`."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        value = owner(ctx, frame)
        return read_dynamic(value, key(ctx, frame))

    return get


class _Short:
    """The value of a chain after `?.` met null or undefined."""


SHORT = _Short()
Step = Callable[[Any, dict[str, Any], Any], Any]


def member_step(key: str) -> Step:
    """The `.key` of a chain."""
    return lambda value, _ctx, _frame: read(value, key)


def element_step(key: Closure) -> Step:
    """The `[key]` of a chain."""
    return lambda value, ctx, frame: read_dynamic(value, key(ctx, frame))


def chain(owner: Closure, step: Step, *, optional: bool) -> Closure:
    """One link of a chain that has a `?.` here or further left; the rest of the chain is skipped on null."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        value = owner(ctx, frame)
        if value is SHORT or (optional and (value is None or value is UNDEFINED)):
            return SHORT
        return step(value, ctx, frame)

    return get


def end_of_chain(links: Closure) -> Closure:
    """The value of a whole chain: undefined when it was cut short."""

    def get(ctx: dict[str, Any], frame: Any) -> Any:
        value = links(ctx, frame)
        return UNDEFINED if value is SHORT else value

    return get
