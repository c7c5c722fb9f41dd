"""Closures for constants, undefined names, and array and object literals."""

from typing import Any

from blok.expressions.compiled import access
from blok.expressions.compiled.frame import DIRTY, Closure, spend
from blok.expressions.errors import ExpressionError, Fallback
from blok.expressions.values import UNDEFINED, own_keys


def constant(value: Any) -> Closure:
    """A closure for a value that never changes."""
    return lambda _ctx, _frame: value


def undefined_name(name: str) -> Closure:
    """A closure for a name that nothing defines."""

    def run(_ctx: dict[str, Any], _frame: Any) -> Any:
        raise ExpressionError("ReferenceError", f"{name} is not defined")

    return run


def process_env(path: Closure) -> Closure:
    """A closure for `process.env.X`: the environment that ctx has, if it has one."""

    def run(ctx: dict[str, Any], frame: Any = None) -> Any:
        if "env" not in ctx:
            raise ExpressionError("ReferenceError", "process is not defined")
        return path(ctx, frame)

    return run


def array(items: list[tuple[bool, Closure]]) -> Closure:
    """A closure for `[a, ...b]`; each item says whether it is spread."""

    def run(ctx: dict[str, Any], frame: Any) -> Any:
        made: list[Any] = []
        for spread, item in items:
            value = item(ctx, frame)
            if spread:
                if type(value) is not list:
                    raise Fallback
                spend(frame, len(value) >> 3)
                made += value
            else:
                made.append(value)
        if UNDEFINED in made:
            frame[DIRTY] = True
        return made

    return run


def object_of(members: list[tuple[str | Closure | None, Closure]]) -> Closure:
    """A closure for `{a: 1, [b]: 2, ...c}`: a key is text, a closure, or None for a spread."""

    def run(ctx: dict[str, Any], frame: Any) -> Any:
        made: dict[str, Any] = {}
        for key, member in members:
            if key is None:
                value = member(ctx, frame)
                if type(value) is dict:
                    spend(frame, len(value) >> 2)
                    made.update((name, value[name]) for name in own_keys(value))
                elif value is not None and value is not UNDEFINED:
                    raise Fallback
                continue
            name = key if isinstance(key, str) else access.property_key(key(ctx, frame))
            value = member(ctx, frame)
            if value is UNDEFINED:
                frame[DIRTY] = True
            made[name] = value
        return made

    return run
