"""The one duration grammar of the formats."""

from __future__ import annotations

import math
import re

_PATTERN = re.compile(r"(\d+)(ms|s|m|h|d)")
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class InvalidDurationError(ValueError):
    """The value is neither a number of milliseconds nor a text such as ``30s``."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f'Invalid duration: "{value}". Use a number of milliseconds or whole units such as '
            '"250ms", "30s", "5m", "2h", "1d".'
        )


def parse_duration(value: object) -> int:
    """Return milliseconds for a non-negative number or ``<digits>(ms|s|m|h|d)``.

    Fractions and compounds (``1.5h``, ``1h30m``) are refused, as the format has it.

    Raises:
        InvalidDurationError: for anything else.
    """
    if isinstance(value, bool):
        raise InvalidDurationError(value)
    if isinstance(value, int | float):
        if not math.isfinite(value) or value < 0:
            raise InvalidDurationError(value)
        return math.floor(value)
    if isinstance(value, str):
        found = _PATTERN.fullmatch(value.strip())
        if found:
            return int(found.group(1)) * _MILLISECONDS[found.group(2)]
    raise InvalidDurationError(value)
