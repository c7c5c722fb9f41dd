"""Moments and time zones, as the date nodes take them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blok.nodes.errors import GlobalError


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name such as Europe/Lisbon. Raises GlobalError 400 for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise GlobalError(f"{name!r} is not an IANA time zone such as Europe/Lisbon", code=400) from None


def moment(value: str | float, timezone: str = "UTC") -> datetime:
    """A moment from ISO 8601 text or milliseconds since 1970, in the given zone.

    Text without an offset is read as local time there. Raises GlobalError 400 when it is neither.
    """
    place = zone(timezone)
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value.strip())
            return found.astimezone(place) if found.tzinfo else found.replace(tzinfo=place)
        return datetime.fromtimestamp(value / 1000, UTC).astimezone(place)
    except (ValueError, OverflowError, OSError):
        text = f"{value!r} is neither an ISO 8601 moment nor milliseconds since 1970"
        raise GlobalError(text, code=400) from None


def iso(found: datetime) -> str:
    """ISO 8601 with an offset, and milliseconds only when there are some; UTC as ``Z``."""
    unit = "milliseconds" if found.microsecond else "seconds"
    return found.isoformat(timespec=unit).replace("+00:00", "Z")
