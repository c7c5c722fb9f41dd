"""The nodes that cases call beside the built-in ones."""

from __future__ import annotations

import asyncio
from typing import Any

from blok.expressions import UNDEFINED
from blok.nodes import Node, node


def fixture_nodes(generation: int) -> dict[str, Node]:
    """Fresh fixture nodes: their counters start at zero."""
    calls: dict[str, int] = {}

    @node(
        name="flaky",
        input_schema={
            "type": "object",
            "properties": {"key": {"type": "string"}, "failTimes": {"type": "number"}, "value": {}},
            "required": ["key", "failTimes"],
        },
    )
    def flaky(inputs: dict[str, Any]) -> dict[str, Any]:
        count = calls[inputs["key"]] = calls.get(inputs["key"], 0) + 1
        if count <= inputs["failTimes"]:
            raise Exception(f"flaky {count}")
        return {"calls": count, **({"value": inputs["value"]} if "value" in inputs else {})}

    @node(name="sleep")
    async def sleep(inputs: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(inputs["ms"] / 1_000)
        return {"slept": inputs["ms"], **({"value": inputs["value"]} if "value" in inputs else {})}

    @node(name="mapper")
    def anything(inputs: dict[str, Any]) -> Any:
        return inputs.get("model", UNDEFINED)

    made = [flaky, sleep, *([anything] if generation == 2 else [])]
    return {item.name: item for item in made}
