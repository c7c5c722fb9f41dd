"""One byte form per definition, so that equal workflows have equal digests whatever file they came from."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

from blok.workflow.errors import ExportError
from blok.workflow.formats import Format, dump


def canonical_json(definition: Any) -> bytes:
    """Compact UTF-8 JSON with sorted keys and numbers in their shortest JavaScript sense (1.0 is 1).

    Raises:
        ExportError: for values JSON cannot carry (not a number, infinities, other types).
    """
    return json.dumps(
        _canonical(definition), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode("utf-8", "surrogatepass")


def _canonical(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ExportError(f"{value} is not a JSON number.")
        return int(value) if value.is_integer() and abs(value) <= 2**53 else value
    if isinstance(value, dict):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    raise ExportError(f"A value of type {type(value).__name__} has no place in a workflow.")


def digest(definition: Any) -> str:
    """The lower-case hexadecimal SHA-256 of the canonical form."""
    return hashlib.sha256(canonical_json(definition)).hexdigest()


def export(definition: Any, encoding: Format) -> str:
    """Write a definition as JSON, YAML or TOML; reading it back gives the same digest.

    Raises:
        ExportError: when the encoding cannot carry it.
    """
    return dump(_canonical(definition), encoding)
