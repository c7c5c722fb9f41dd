"""Readers of single step fields, with the coercions of the format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blok.workflow.duration import InvalidDurationError, parse_duration
from blok.workflow.model import Retry

DEFAULT_TTL = 86_400_000


def is_number(value: Any) -> bool:
    """A JSON number (booleans are not numbers)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def object_or_none(value: Any) -> dict[str, Any] | None:
    """The value when it is an object; anything else counts as absent."""
    return value if isinstance(value, dict) else None


def read_retry(value: Any) -> Retry | None:
    """A retry block; it is ignored as a whole unless ``maxAttempts`` is an integer number."""
    if not isinstance(value, dict):
        return None
    attempts: Any = value.get("maxAttempts")
    if not is_number(attempts) or int(attempts) != attempts:
        return None

    def number(key: str, default: float) -> float:
        found: Any = value.get(key)
        return float(found) if is_number(found) and found >= 0 else default

    names = value.get("nonRetryableErrorNames")
    return Retry(
        max_attempts=max(1, int(attempts)),
        min_timeout=number("minTimeoutInMs", 1_000),
        max_timeout=number("maxTimeoutInMs", 30_000),
        factor=number("factor", 2),
        non_retryable=frozenset(name for name in names if isinstance(name, str))
        if isinstance(names, list)
        else frozenset(),
    )


def read_max_duration(value: Any) -> int | None:
    """Milliseconds, or None: a value that is no duration is ignored."""
    if value is None:
        return None
    try:
        return parse_duration(value)
    except InvalidDurationError:
        return None


def read_ttl(value: Any) -> int:
    """How long a remembered result lives, in milliseconds; 0 means it has expired at once."""
    return int(value) if is_number(value) and value >= 0 else DEFAULT_TTL


def positive_int(value: Any, default: int) -> int:
    """A number above zero, floored; anything else is the default."""
    return max(1, int(value)) if is_number(value) and value > 0 else default


def strings(value: Any) -> tuple[str, ...]:
    """The texts of a list; anything else is empty."""
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def triggers(definition: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Trigger blocks by kind; a kind without an object gets an empty one."""
    block = definition.get("trigger")
    if not isinstance(block, dict):
        return {}
    return {kind: dict(value) if isinstance(value, dict) else {} for kind, value in block.items()}
