"""An HTTP request as it came, and as each generation's context shows it."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import msgspec

from blok.runner.reply import Reply, json_reply
from blok.server.bodies import body_v1, body_v2, media_type, parse_nested_query, parse_query

_NO_BODY = frozenset({"GET", "HEAD"})


class HttpRequest(msgspec.Struct):
    """``path`` is decoded, ``raw_path`` as it came; header names are lower-case."""

    method: str
    path: str
    raw_path: str
    query: str
    headers: dict[str, str]
    body: bytes = b""


def context_request_v2(
    request: HttpRequest, path: str, params: dict[str, str]
) -> tuple[dict[str, Any], str | None]:
    """``ctx.request`` of generation 2, and the request id that the query may carry."""
    headers, query_text = request.headers, request.query
    query = parse_query(query_text) if query_text else {}
    request_id = query.pop("requestId", None) if query else None
    if request.method in _NO_BODY:
        raw: str = ""
        value: Any = {}
    else:
        content_type = headers.get("content-type", "")
        raw, value = text_of(content_type, request.body), body_v2(content_type, request.body)
    url = f"http://{headers.get('host', 'localhost')}{path}"
    found = {
        "body": value,
        "rawBody": raw,
        "headers": headers,
        "params": params,
        "query": query,
        "method": request.method,
        "path": path,
        "url": f"{url}?{query_text}" if query_text else url,
    }
    return found, request_id


def context_request_v1(
    request: HttpRequest, name: str, path: str, params: dict[str, str]
) -> tuple[dict[str, Any], str | None]:
    """``ctx.request`` of generation 1, and the request id that the query may carry.

    Raises:
        MalformedBodyError: for a JSON body that does not parse.
    """
    headers = request.headers
    query = parse_nested_query(request.query)
    request_id = query.pop("requestId", None)
    content_type = headers.get("content-type", "")
    tail = f"?{request.query}" if request.query else ""
    found = {
        "body": {} if request.method in _NO_BODY else body_v1(content_type, request.body),
        "query": query,
        "params": {"workflow": name, **params},
        "headers": headers,
        "method": request.method,
        "path": path,
        "url": f"{path}{tail}",
        "originalUrl": f"/{name}{path if path != '/' else ''}{tail}",
        "baseUrl": f"/{name}",
        "hostname": headers.get("host", "").partition(":")[0],
        "protocol": "http",
        "cookies": _cookies(headers.get("cookie", "")),
        "rawBody": text_of(content_type, request.body),
    }
    return found, request_id if isinstance(request_id, str) else None


def text_of(content_type: str, body: bytes) -> str:
    """The body as text; pictures, sound and film have none."""
    if not body or media_type(content_type).startswith(("image/", "audio/", "video/")):
        return ""
    return body.decode("utf-8", "replace")


def missing_header(wanted: Any, headers: dict[str, str]) -> Reply | None:
    """The refusal of a request that lacks a header its workflow requires."""
    if not isinstance(wanted, dict):
        return None
    for name, value in wanted.items():
        given = headers.get(name.lower())
        exact = value if isinstance(value, str) and value else None
        if given is None:
            body = {
                "error": "required_header",
                "message": f'Missing required header "{name}".',
                "header": name,
            }
            return json_reply(400, body if exact is None else {**body, "expected": exact})
        if exact is not None and given != exact:
            message = f'Header "{name}" must equal "{exact}".'
            body = {"error": "required_header", "message": message, "header": name, "expected": exact}
            return json_reply(400, body)
    return None


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";") if "=" in part)
    return {name: unquote(value) for name, _, value in pairs}
