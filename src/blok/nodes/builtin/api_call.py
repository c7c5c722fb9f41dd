"""Call an HTTP API."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from time import time
from typing import Annotated, Any, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from blok.nodes.context import Context
from blok.nodes.contract import node
from blok.nodes.egress import EgressPolicy, EgressRefusedError, Fetched, fetch, policy_from
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """Without a body, the previous step's result is sent (GET and HEAD send none)."""

    url: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    method: NotRequired[str]
    headers: NotRequired[dict[str, str]]
    body: NotRequired[Any]
    responseType: NotRequired[str]


@node(
    name="@blokjs/api-call",
    description="Call an HTTP API; the result is parsed JSON, or text.",
    tags=("http", "integration"),
    examples=({"inputs": {"url": "https://api.example.com/items", "method": "GET"}},),
)
async def api_call(ctx: Context, inputs: Inputs) -> Any:
    """Make the call under the project's egress policy."""
    method = (inputs.get("method") or "GET").upper()
    url = inputs["url"]
    policy = _policy(ctx)
    headers = {"User-Agent": "blok", **(inputs.get("headers") or {})}
    content = None if method in {"GET", "HEAD"} else _content(inputs.get("body") or ctx.data, headers)
    try:
        answer = await fetch(policy, method, url, headers, content)
    except EgressRefusedError as refused:
        raise GlobalError(f"api-call to {url} refused: {refused}", code=500, name="ApiCallError") from None
    except TimeoutError:
        text = f"api-call to {url} took longer than {policy.timeout_seconds:g} s"
        raise GlobalError(text, code=504, name="ApiCallError") from None
    except ConnectionError as failed:
        raise GlobalError(f"api-call to {url} failed: {failed}", code=500, name="ApiCallError") from failed
    if answer.status >= 400:
        raise _failure(answer, ctx.generation)
    return _read(answer)


def _policy(ctx: Context) -> EgressPolicy:
    policy = ctx.services.get("egress")
    if not isinstance(policy, EgressPolicy):
        policy = ctx.services["egress"] = policy_from(ctx.env)
    return policy


def _content(body: Any, headers: dict[str, str]) -> bytes | None:
    if body is None or (isinstance(body, str | dict) and not body):
        return None
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    return msgspec.json.encode(body, enc_hook=str)


def _read(answer: Fetched) -> Any:
    text = answer.content.decode("utf-8", "replace")
    if "application/json" in answer.headers.get("content-type", ""):
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, ValueError):
            return text
    return text


def _failure(answer: Fetched, generation: int) -> GlobalError:
    if generation == 1:
        return GlobalError(answer.reason or str(answer.status), code=500)
    body: dict[str, Any] = {"status": answer.status, "statusText": answer.reason, "url": answer.url}
    retry_after = answer.headers.get("retry-after")
    if retry_after:
        body["retryAfter"] = retry_after
        seconds = _seconds(retry_after)
        if seconds is not None:
            body["retryAfterSeconds"] = seconds
    if answer.content:
        body["body"] = _read(answer)
    message = f"api-call to {answer.url} answered {answer.status} {answer.reason}".rstrip()
    return GlobalError(message, code=answer.status, json=body, name="ApiCallError")


def _seconds(value: str) -> int | None:
    if value.isdigit():
        return int(value)
    try:
        return max(0, round(parsedate_to_datetime(value).timestamp() - time()))
    except ValueError:
        return None
