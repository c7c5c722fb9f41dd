"""The branch node. Steps that use it become branches at load; this entry describes it to tools."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Condition(TypedDict):
    """One arm: ``condition`` is a raw expression; the last arm may be an ``else`` without one."""

    type: Literal["if", "else"]
    condition: NotRequired[str]
    steps: list[dict[str, Any]]


class Inputs(TypedDict):
    """The arms, in the order they are tried."""

    conditions: list[Condition]


@node(
    name="@blokjs/if-else",
    description="Run the steps of the first condition that holds.",
    flow=True,
    tags=("control",),
    examples=(
        {
            "inputs": {
                "conditions": [
                    {"type": "if", "condition": "ctx.request.query.q", "steps": []},
                    {"type": "else", "steps": []},
                ]
            }
        },
    ),
)
def if_else(_ctx: Any, _inputs: Inputs) -> list[Any]:
    """Never reached with valid conditions: the loader turns those into a branch."""
    raise GlobalError("if-else needs its conditions as a literal list on the step or its nodes entry.")
