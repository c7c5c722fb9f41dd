"""The three workflows that are measured, and projects of any size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

REQUESTS = {
    "hello": "/hello?name=ann",
    "chain10": "/chain10?n=1&name=ann",
    "foreach100": "/foreach100",
}
ANSWERS = {
    "hello": {"message": "Hello ann", "ok": True},
    "chain10": {"value": 11, "label": "run-ann"},
    "foreach100": {"count": 100, "last": {"sku": "A99", "qty": 99, "lane": "odd-A99"}},
}


def _workflow(name: str, steps: list[dict[str, Any]]) -> dict[str, Any]:
    trigger = {"http": {"method": "GET", "path": f"/{name}", "accept": "application/json"}}
    return {"name": name, "version": "1.0.0", "trigger": trigger, "steps": steps}


def hello(name: str = "hello") -> dict[str, Any]:
    """One step, one text with an expression in it."""
    body = {"message": "Hello ${ctx.request.query.name}", "ok": True}
    return _workflow(
        name, [{"id": "greet", "use": "@blokjs/respond", "type": "module", "inputs": {"body": body}}]
    )


def chain(length: int, name: str) -> dict[str, Any]:
    """Steps that each read what the one before them made."""
    first = {"value": "js/Number(ctx.request.query.n)", "label": "run-${ctx.request.query.name}"}
    steps: list[dict[str, Any]] = [{"id": "s1", "use": "bench-inc", "type": "module", "inputs": first}]
    for number in range(2, length + 1):
        before = f"ctx.state.s{number - 1}"
        inputs = {"value": f"js/{before}.value", "label": f"${{{before}.label}}"}
        steps.append({"id": f"s{number}", "use": "bench-inc", "type": "module", "inputs": inputs})
    return _workflow(name, steps)


def foreach100() -> dict[str, Any]:
    """A hundred items, a branch for each."""

    def arm(lane: str) -> list[dict[str, Any]]:
        inputs = {
            "sku": "js/ctx.state.item.sku",
            "qty": "js/ctx.state.item.qty",
            "lane": lane + "-${ctx.state.item.sku}",
        }
        return [{"id": lane, "use": "bench-item", "type": "module", "inputs": inputs}]

    branch = {"when": "ctx.state.item.qty % 2 === 0", "then": arm("even"), "else": arm("odd")}
    each = {
        "in": "js/ctx.state.seed.items",
        "as": "item",
        "mode": "sequential",
        "do": [{"id": "lane", "branch": branch}],
    }
    steps = [
        {"id": "seed", "use": "bench-seed", "type": "module", "inputs": {"n": 100}},
        {"id": "loop", "forEach": each},
        {"id": "out", "use": "bench-count", "type": "module", "inputs": {"results": "js/ctx.state.loop"}},
    ]
    return _workflow("foreach100", steps)


NODES = '''"""The nodes of the measured workflows."""

from typing import Any, TypedDict

from blok.nodes import node


class Inc(TypedDict):
    """A number and a label."""

    value: int | float
    label: str


class Item(TypedDict):
    """One item of an order."""

    sku: str
    qty: int | float
    lane: str


class Seed(TypedDict):
    """How many items to make."""

    n: int


class Results(TypedDict):
    """What the items came to."""

    results: list[Any]


@node(name="bench-inc")
def inc(inputs: Inc) -> Inc:
    """One more."""
    return {"value": inputs["value"] + 1, "label": inputs["label"]}


@node(name="bench-seed")
def seed(inputs: Seed) -> dict[str, Any]:
    """A list of items."""
    return {"items": [{"sku": f"A{number}", "qty": number} for number in range(inputs["n"])]}


@node(name="bench-item")
def item(inputs: Item) -> Item:
    """The same three."""
    return {"sku": inputs["sku"], "qty": inputs["qty"], "lane": inputs["lane"]}


@node(name="bench-count")
def count(inputs: Results) -> dict[str, Any]:
    """How many, and the last."""
    results = inputs["results"]
    return {"count": len(results), "last": results[-1]}
'''


def write_project(root: Path, files: int = 3, lengths: tuple[int, ...] = ()) -> Path:
    """A project with the three workflows, chains of other lengths, and as many more files as asked for."""
    folder = root / "workflows" / "json"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "nodes").mkdir(exist_ok=True)
    (root / "nodes" / "bench.py").write_text(NODES, "utf-8")
    flows = {"hello": hello(), "chain10": chain(10, "chain10"), "foreach100": foreach100()}
    flows.update({f"chain{length}": chain(length, f"chain{length}") for length in lengths})
    for number in range(files - len(flows)):
        name = f"extra{number}"
        flows[name] = chain(10, name) if number % 3 else hello(name)
    for name, flow in flows.items():
        (folder / f"{name}.json").write_text(json.dumps(flow), "utf-8")
    return root
