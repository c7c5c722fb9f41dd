"""From the outcome of a run to an HTTP answer."""

from __future__ import annotations

from typing import Any

from blok.expressions import UNDEFINED
from blok.nodes.builtin.respond import BRAND
from blok.runner.engine import response_error
from blok.runner.reply import JSON, JSON_HEADERS, Headers, Reply, encode_json, error_reply, json_reply
from blok.runner.run import Outcome

_HELD_STATUS = {"throttled": 429, "expired": 410, "failed": 413}


def shape(outcome: Outcome, generation: int) -> Reply:  # noqa: PLR0911 - one answer per kind of result
    """The answer for an outcome: the last result, the error, or where the run goes on."""
    if outcome.deferred is not None:
        return _held(outcome)
    if outcome.error is not None:
        status, body = response_error(outcome.error)
        return _written(status, body)
    response = outcome.response
    if type(response) is dict and "success" in response and "data" in response:
        data, content_type = response["data"], response.get("contentType") or JSON
    else:
        data, content_type = response, JSON
    if generation == 2 and type(data) is dict and BRAND in data:
        return _respond(data)
    if type(data) is str:
        return Reply(200, [("content-type", content_type)], data.encode())
    if data is UNDEFINED:
        return Reply(200, [("content-type", content_type)])
    if type(data) is bytes:
        return Reply(200, [("content-type", content_type)], data)
    return _written(200, data, content_type)


def _written(status: int, value: Any, content_type: str = JSON) -> Reply:
    headers: Headers = JSON_HEADERS if content_type is JSON else [("content-type", content_type)]
    try:
        return Reply(status, headers, encode_json(value))
    except (TypeError, ValueError, RecursionError) as error:
        return error_reply(500, f"The result cannot be written as JSON: {error}")


def _respond(data: dict[str, Any]) -> Reply:
    """The answer that an ``@blokjs/respond`` step asked for."""
    status = data.get("status", 200)
    status = int(status) if isinstance(status, int | float) and 100 <= status <= 599 else 200
    body, content_type = data.get("body"), data.get("contentType") or ""
    if type(body) is str:
        raw = body.encode()
    elif body is None or body is UNDEFINED:
        raw = b""
    elif type(body) is bytes:
        raw, content_type = body, content_type or "application/octet-stream"
    else:
        try:
            raw = encode_json(body)
        except (TypeError, ValueError, RecursionError) as error:
            return error_reply(500, f"The body cannot be written as JSON: {error}")
    given, cookies = data.get("headers"), data.get("cookies")
    if not given and not cookies:
        return Reply(status, [("content-type", content_type)] if content_type else JSON_HEADERS, raw)
    headers: Headers = []
    for name, value in (given or {}).items():
        lower = str(name).lower()
        if lower == "content-type":
            content_type = content_type or str(value)
        elif lower not in {"content-length", "transfer-encoding", "connection"}:
            headers.append((lower, _safe(value)))
    headers.append(("content-type", content_type or JSON))
    headers.extend(("set-cookie", _safe(cookie)) for cookie in cookies or ())
    return Reply(status, headers, raw)


def _safe(value: Any) -> str:
    """A header value on one line: a line break in data must not start a header of its own."""
    return str(value).replace("\r", " ").replace("\n", " ")


def _held(outcome: Outcome) -> Reply:
    body = outcome.deferred or {}
    status = _HELD_STATUS.get(outcome.status, 202)
    if status == 429:
        return json_reply(429, body, [("retry-after", "1")])
    return json_reply(
        status, body, [("location", f"/__blok/runs/{body['runId']}")] if status == 202 else None
    )
