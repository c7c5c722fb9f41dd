"""Shape data."""

from __future__ import annotations

from typing import Any

from blok.nodes.contract import node


@node(
    name="mapper",
    description="Shape data: whatever the model resolves to is the result.",
    tags=("data",),
    input_schema={"type": "object", "properties": {"model": {"type": "object"}}, "required": ["model"]},
    examples=({"inputs": {"model": {"greeting": "Hi"}}, "output": {"greeting": "Hi"}},),
)
def mapper(inputs: dict[str, Any]) -> Any:
    """The model itself: its expressions are already resolved."""
    return inputs["model"]
