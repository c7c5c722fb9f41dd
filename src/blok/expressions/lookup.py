"""The path lookup of `${name}` in a step's data: `a.b`, `items[1]`, `rows["x y"].id`; an exact key wins."""

import re
from typing import Any

from blok.expressions.values import UNDEFINED

_NAME = re.compile(
    r"""[^.\[\]]+|\[(?:(-?\d+(?:\.\d+)?)|(["'])((?:(?!\2)[^\\]|\\.)*?)\2)\]|(?=(?:\.|\[\])(?:\.|\[\]|$))"""
)
_ESCAPE = re.compile(r"\\(\\)?")


def path_of(key: str) -> tuple[str, ...]:
    """Split a lookup key into the property names it walks along."""
    names = [""] if key.startswith(".") else []
    for found in _NAME.finditer(key):
        number, quote, quoted = found.groups()
        if quote:
            names.append(_ESCAPE.sub(r"\1", quoted))
        else:
            names.append(number or found[0])
    return tuple(names)


def look_up(data: Any, key: str, path: tuple[str, ...]) -> Any:
    """The value at `key` in `data`, or UNDEFINED."""
    if type(data) is dict and key in data:
        return data[key]
    if not path:
        return UNDEFINED
    value = data
    for name in path:
        value = _own(value, name)
        if value is UNDEFINED:
            break
    return value


def _own(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name, UNDEFINED)
    if isinstance(value, (list, str)):
        if name == "length":
            return len(value)
        if name.isascii() and name.isdecimal() and int(name) < len(value):
            return value[int(name)]
    return UNDEFINED
