"""The limit: the same three answers by hand, as a bare ASGI handler with prepared closures.

It does what the workflows ask for and nothing else: a context per request, inputs made by one closure per
value, the result in an envelope and in state, a copy of context and state per item. No engine, no JavaScript
rules, no schemas, no errors, no record of the run.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count as count_up
from typing import Any
from urllib.parse import parse_qsl

import msgspec

IDS = count_up()
ENV: dict[str, str] = {}
encode = msgspec.json.Encoder().encode
Ctx = dict[str, Any]
Value = Callable[[Ctx], Any]
Step = Callable[[Ctx], None]


def inc(inputs: Ctx) -> Ctx:
    return {"value": inputs["value"] + 1, "label": inputs["label"]}


def seed(inputs: Ctx) -> Ctx:
    return {"items": [{"sku": f"A{number}", "qty": number} for number in range(inputs["n"])]}


def item(inputs: Ctx) -> Ctx:
    return {"sku": inputs["sku"], "qty": inputs["qty"], "lane": inputs["lane"]}


def count(inputs: Ctx) -> Ctx:
    results = inputs["results"]
    return {"count": len(results), "last": results[-1]}


def envelope(data: Any) -> Ctx:
    return {"steps": [], "data": data, "error": None, "success": True, "contentType": ""}


def step(key: str, node: Callable[[Ctx], Any], **inputs: Value) -> Step:
    """A step: make the inputs, call the node, keep the result."""
    fields = tuple(inputs.items())

    def run(ctx: Ctx) -> None:
        result = node({name: make(ctx) for name, make in fields})
        ctx["response"] = ctx["prev"] = envelope(result)
        ctx["state"][key] = result

    return run


def chain_step(number: int) -> Step:
    before = f"s{number - 1}"
    return step(
        f"s{number}",
        inc,
        value=lambda ctx: ctx["state"][before]["value"],
        label=lambda ctx: f"{ctx['state'][before]['label']}",
    )


def lane_step(lane: str) -> Step:
    return step(
        lane,
        item,
        sku=lambda ctx: ctx["state"]["item"]["sku"],
        qty=lambda ctx: ctx["state"]["item"]["qty"],
        lane=lambda ctx: f"{lane}-{ctx['state']['item']['sku']}",
    )


EVEN, ODD = lane_step("even"), lane_step("odd")


def is_even(ctx: Ctx) -> bool:
    return bool(ctx["state"]["item"]["qty"] % 2 == 0)


def branch(ctx: Ctx) -> None:
    (EVEN if is_even(ctx) else ODD)(ctx)


def for_each(ctx: Ctx) -> None:
    results = []
    for index, one in enumerate(ctx["state"]["seed"]["items"]):
        inner = {**ctx, "response": {"data": None, "contentType": "", "success": True, "error": None}}
        inner["state"] = inner["vars"] = {**ctx["state"], "item": one, "itemIndex": index}
        branch(inner)
        results.append(inner["response"]["data"])
    ctx["response"] = ctx["prev"] = envelope(results)
    ctx["state"]["loop"] = results


FLOWS: dict[str, tuple[Step, ...]] = {
    "/hello": (
        step(
            "greet",
            lambda inputs: inputs["body"],
            body=lambda ctx: {"message": f"Hello {ctx['request']['query']['name']}", "ok": True},
        ),
    ),
    "/chain10": (
        step(
            "s1",
            inc,
            value=lambda ctx: int(ctx["request"]["query"]["n"]),
            label=lambda ctx: f"run-{ctx['request']['query']['name']}",
        ),
        *(chain_step(number) for number in range(2, 11)),
    ),
    "/foreach100": (
        step("seed", seed, n=lambda _ctx: 100),
        for_each,
        step("out", count, results=lambda ctx: ctx["state"]["loop"]),
    ),
}


async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    path = scope["path"]
    request = {
        "method": scope["method"],
        "path": path,
        "query": dict(parse_qsl(scope["query_string"].decode())),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
        "params": {},
        "body": {},
        "rawBody": "",
        "url": path,
    }
    state: Ctx = {}
    response = {"data": "", "contentType": "", "success": True, "error": None}
    ctx: Ctx = {
        "id": next(IDS),
        "workflow_name": path,
        "workflow_path": path,
        "request": request,
        "req": request,
        "response": response,
        "prev": response,
        "state": state,
        "vars": state,
        "config": {},
        "env": ENV,
        "error": {"message": []},
    }
    for run in FLOWS[path]:
        run(ctx)
    body = encode(ctx["response"]["data"])
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
