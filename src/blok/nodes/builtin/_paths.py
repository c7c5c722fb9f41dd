"""Dotted paths into JSON values, as several nodes take them."""

from __future__ import annotations

from typing import Any


def pick(value: Any, path: str, default: Any = None) -> Any:
    """The value at a path such as ``lines.0.sku``, or the default when any part of it is missing."""
    for part in path.split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return default
    return value
