"""The store of the first generation's examples."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

# The workflow's own flag says get-all; the dash is part of the format.
Action = Literal["get", "get-all", "set", "delete", "clear"]


class Inputs(TypedDict):
    """What to do, and to which key."""

    action: Action
    key: NotRequired[str]
    value: NotRequired[Any]


@node(
    name="memory-storage",
    description="Keep values in the memory of the process (get, get-all, set, delete, clear).",
    tags=("storage",),
    examples=({"inputs": {"action": "set", "key": "k", "value": {"a": 1}}, "output": {"a": 1}},),
)
def memory_storage(ctx: Context, inputs: Inputs) -> Any:
    """``get`` and ``set`` give the value, ``get-all`` everything, the others the previous result."""
    store: dict[str, Any] = ctx.services.setdefault("memory-storage", {})
    action, key = inputs["action"], inputs.get("key")
    if action == "get-all":
        return dict(store)
    if action == "clear":
        store.clear()
        return ctx.data
    if not key:
        raise GlobalError(f'memory-storage: action "{action}" needs a key')
    if action == "set":
        store[key] = inputs.get("value")
        return store[key]
    if action == "delete":
        store.pop(key, None)
        return ctx.data
    return store.get(key)
