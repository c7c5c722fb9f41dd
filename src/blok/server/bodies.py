"""Request bodies and query strings, as each generation reads them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

import msgspec


class MalformedBodyError(Exception):
    """The body is not what its content type says."""


def parse_query(query: str) -> dict[str, str]:
    """A flat dict of a query string; the last value of a name wins."""
    if not query:
        return {}
    found: dict[str, str] = {}
    escaped = "%" in query or "+" in query
    for part in query.split("&"):
        if not part:
            continue
        key, _, value = part.partition("=")
        if escaped:
            key, value = unquote_plus(key), unquote_plus(value)
        found[key] = value
    return found


_KEY_PARTS = re.compile(r"\[([^\]]*)\]")


def parse_nested_query(query: str) -> dict[str, Any]:
    """A query string with brackets and repeats: ``a=1&a=2``, ``a[]=1``, ``a[b][c]=1``."""
    result: dict[str, Any] = {}
    for part in query.split("&")[:1_000]:
        if not part:
            continue
        key, _, value = part.partition("=")
        _put(result, unquote_plus(key), unquote_plus(value))
    return {key: _lists(value) for key, value in result.items()}


def _put(result: dict[str, Any], key: str, value: str) -> None:
    head, bracket, _ = key.partition("[")
    parts = [head, *_KEY_PARTS.findall(key)[:5]] if bracket and head and key.endswith("]") else [key]
    target = result
    for position, part in enumerate(parts):
        if part == "":
            part = str(len(target))  # noqa: PLW2901 - an empty bracket means the next index
        if position == len(parts) - 1:
            if part in target:
                known = target[part]
                target[part] = [*known, value] if isinstance(known, list) else [known, value]
            else:
                target[part] = value
        else:
            inner = target.get(part)
            if not isinstance(inner, dict):
                inner = target[part] = {} if inner is None else {"0": inner}
            target = inner


def _lists(value: Any) -> Any:
    """Objects whose keys are all small indexes were lists."""
    if not isinstance(value, dict):
        return value
    items = {key: _lists(item) for key, item in value.items()}
    if items and all(key.isdigit() and int(key) <= 20 for key in items):
        return [items[key] for key in sorted(items, key=int)]
    return items


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def body_v2(content_type: str, raw: bytes) -> Any:
    """Generation 2: JSON leniently, forms flat, multipart fields, anything else as text."""
    kind = media_type(content_type)
    if _is_json(kind):
        try:
            return msgspec.json.decode(raw) if raw else {}
        except (msgspec.DecodeError, ValueError, RecursionError):
            return {}
    if kind == "application/x-www-form-urlencoded":
        return parse_query(raw.decode("utf-8", "replace"))
    if kind == "multipart/form-data":
        return multipart(content_type, raw)
    return raw.decode("utf-8", "replace")


def body_v1(content_type: str, raw: bytes) -> Any:
    """Generation 1: JSON strictly, nested forms, plain text; anything else is an empty object.

    Raises:
        MalformedBodyError: for JSON that does not parse.
    """
    kind = media_type(content_type)
    if not raw:
        return {}
    if kind == "application/json":
        try:
            return msgspec.json.decode(raw)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise MalformedBodyError(f"The request body is not valid JSON: {error}") from None
    if kind == "application/x-www-form-urlencoded":
        return parse_nested_query(raw.decode("utf-8", "replace"))
    if kind == "text/plain":
        return raw.decode("utf-8", "replace")
    return multipart(content_type, raw) if kind == "multipart/form-data" else {}


def multipart(content_type: str, raw: bytes) -> dict[str, Any]:
    """Form fields by name; a file becomes its name, type, size and text content."""
    from email.parser import BytesParser  # noqa: PLC0415 - slow to import, and uploads are rare
    from email.policy import HTTP  # noqa: PLC0415

    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + raw)
    fields: dict[str, Any] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            continue
        content = part.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        filename = part.get_filename()
        if filename is None:
            fields[name] = data.decode("utf-8", "replace")
        else:
            fields[name] = {
                "name": filename,
                "type": part.get_content_type(),
                "size": len(data),
                "content": data.decode("utf-8", "replace"),
            }
    return fields
