"""Write a line to the log."""

from __future__ import annotations

import logging
from typing import Any, Literal, NotRequired, TypedDict

import msgspec

from blok.nodes.context import Context
from blok.nodes.contract import node

_LEVELS = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR, "debug": logging.DEBUG}


class Inputs(TypedDict):
    """What to write; ``attrs`` is appended as JSON."""

    level: Literal["info", "warn", "error", "debug"]
    message: str
    attrs: NotRequired[dict[str, Any]]


@node(
    name="@blokjs/log",
    description="Write a line to the log.",
    tags=("observability",),
    examples=(
        {"inputs": {"level": "info", "message": "hello"}, "output": {"level": "info", "message": "hello"}},
    ),
)
def log(ctx: Context, inputs: Inputs) -> dict[str, str]:
    """Write the line and hand back its level and message."""
    attributes = inputs.get("attrs")
    tail = f" {msgspec.json.encode(attributes).decode()}" if attributes else ""
    ctx.logger.log(_LEVELS[inputs["level"]], "%s%s", inputs["message"], tail)
    return {"level": inputs["level"], "message": inputs["message"]}
