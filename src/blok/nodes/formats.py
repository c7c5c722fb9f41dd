"""Text formats that checks know, with their message."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme) and (bool(parts.netloc) or parts.scheme not in {"http", "https"})


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
FORMATS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "uri": (_is_url, "Invalid url"),
    "email": (lambda text: _EMAIL.fullmatch(text) is not None, "Invalid email"),
}
