"""The limit: the same three answers by hand, as a bare ASGI handler with prepared closures."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec

encode = msgspec.json.Encoder().encode
State = dict[str, Any]


def inc(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"value": inputs["value"] + 1, "label": inputs["label"]}


def seed(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{"sku": f"A{number}", "qty": number} for number in range(inputs["n"])]}


def item(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"sku": inputs["sku"], "qty": inputs["qty"], "lane": inputs["lane"]}


def count(inputs: dict[str, Any]) -> dict[str, Any]:
    results = inputs["results"]
    return {"count": len(results), "last": results[-1]}


def hello(request: dict[str, Any]) -> Any:
    return {"message": f"Hello {request['query']['name']}", "ok": True}


def make_step(before: str, after: str) -> Any:
    def step(state: State) -> Any:
        known = state[before]
        result = state[after] = inc({"value": known["value"], "label": f"{known['label']}"})
        return result

    return step


def first(request: dict[str, Any], state: State) -> None:
    query = request["query"]
    state["s1"] = inc({"value": int(query["n"]), "label": f"run-{query['name']}"})


STEPS = [make_step(f"s{number}", f"s{number + 1}") for number in range(1, 10)]


def chain10(request: dict[str, Any]) -> Any:
    state: State = {}
    first(request, state)
    result = None
    for step in STEPS:
        result = step(state)
    return result


def even(state: State) -> Any:
    one = state["item"]
    return item({"sku": one["sku"], "qty": one["qty"], "lane": f"even-{one['sku']}"})


def odd(state: State) -> Any:
    one = state["item"]
    return item({"sku": one["sku"], "qty": one["qty"], "lane": f"odd-{one['sku']}"})


def foreach100(_request: dict[str, Any]) -> Any:
    state: State = {"seed": seed({"n": 100})}
    results = []
    for index, one in enumerate(state["seed"]["items"]):
        inner = {**state, "item": one, "itemIndex": index}
        results.append(even(inner) if one["qty"] % 2 == 0 else odd(inner))
    state["loop"] = results
    return count({"results": state["loop"]})


ROUTES = {"/hello": hello, "/chain10": chain10, "/foreach100": foreach100}


async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    request = {
        "method": scope["method"],
        "path": scope["path"],
        "query": dict(parse_qsl(scope["query_string"].decode())),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
    }
    body = encode(ROUTES[scope["path"]](request))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
