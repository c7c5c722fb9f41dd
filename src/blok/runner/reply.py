"""What goes back to the caller, whatever server is in front."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec

from blok.expressions import UNDEFINED

JSON = "application/json"
Headers = list[tuple[str, str]]
JSON_HEADERS: Headers = [("content-type", JSON)]


@dataclass(slots=True)
class Reply:
    """An HTTP answer. With ``stream`` the body comes piece by piece."""

    status: int
    headers: Headers
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None


def _other(value: Any) -> Any:
    """What JSON has no form for: undefined is null inside lists, everything else is text."""
    return None if value is UNDEFINED else str(value)


_encode = msgspec.json.Encoder(enc_hook=_other).encode


def encode_json(value: Any) -> bytes:
    """Compact JSON.

    Raises:
        TypeError, ValueError, RecursionError: for values that cannot be written (cycles).
    """
    try:
        return _encode(value)
    except (OverflowError, msgspec.ValidationError):
        return _encode(_small_numbers(value))
    except TypeError:
        return _encode(_text_keys(value))


def _small_numbers(value: Any) -> Any:
    """Integers beyond 64 bits as the nearest double, which is what JavaScript would hold."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return float(value)
    if isinstance(value, dict):
        return {key: _small_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_small_numbers(item) for item in value]
    return value


def _text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _text_keys(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_text_keys(item) for item in value]
    return value


def json_reply(status: int, value: Any, headers: Headers | None = None) -> Reply:
    """A JSON answer."""
    return Reply(status, JSON_HEADERS if headers is None else [*JSON_HEADERS, *headers], encode_json(value))


def text_reply(status: int, text: str, content_type: str = "text/plain; charset=utf-8") -> Reply:
    """A text answer."""
    return Reply(status, [("content-type", content_type)], text.encode())


def error_reply(status: int, message: str, headers: Headers | None = None) -> Reply:
    """``{"error": message}``."""
    return json_reply(status, {"error": message}, headers)
