"""A key-value store that lives as long as the process."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from blok.nodes.context import Context
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """``list`` and ``clear`` take a prefix, the others a key."""

    action: Literal["get", "set", "delete", "list", "clear"]
    key: NotRequired[str]
    value: NotRequired[Any]
    prefix: NotRequired[str]


@node(
    name="@blokjs/in-memory-kv",
    description="Get, set, delete, list or clear values kept in the memory of the process.",
    tags=("storage",),
    examples=({"inputs": {"action": "set", "key": "a", "value": 1}, "output": {"key": "a", "value": 1}},),
)
def in_memory_kv(ctx: Context, inputs: Inputs) -> Any:
    """Do the action; what comes back depends on it."""
    store: dict[str, Any] = ctx.services.setdefault("in-memory-kv", {})
    action, prefix = inputs["action"], inputs.get("prefix", "")
    if action == "list":
        return [{"key": name, "value": value} for name, value in store.items() if name.startswith(prefix)]
    if action == "clear":
        gone = [name for name in store if name.startswith(prefix)]
        for name in gone:
            del store[name]
        return {"count": len(gone)}
    key = inputs.get("key", "")
    if not key:
        raise GlobalError(f'in-memory-kv: action "{action}" needs a key')
    if action == "set":
        store[key] = inputs.get("value")
        return {"key": key, "value": store[key]}
    if action == "delete":
        return {"key": key, "deleted": store.pop(key, _ABSENT) is not _ABSENT}
    return {"key": key, "value": store.get(key)}


_ABSENT: Any = object()
