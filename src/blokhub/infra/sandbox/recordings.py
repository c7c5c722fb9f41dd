"""Recorded answers that stand in for the world outside: for addresses, and for nodes of the hub."""

from collections.abc import Sequence
from typing import Any

Fixture = dict[str, Any]
Reply = dict[str, Any]


def of_addresses(fixtures: Sequence[Fixture]) -> tuple[Fixture, ...]:
    """The recorded answers of addresses (`url`, `method`, `status`, `headers`, `body`)."""
    return tuple(each for each in fixtures if each.get("url") is not None)


def reply_of_node(fixtures: Sequence[Fixture], node: str, inputs: dict[str, Any]) -> Reply | None:
    """The recorded reply of a node, {"output": …} or {"error": …}; None when there is none for `inputs`."""
    for each in fixtures:
        if each.get("node") == node and each.get("inputs") in (None, inputs):
            error = each.get("error")
            return {"output": each.get("output")} if error is None else {"error": error}
    return None
