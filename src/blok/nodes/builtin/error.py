"""Fail with a message."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """The message, and the status of the answer (500)."""

    message: Any
    statusCode: NotRequired[int]


@node(
    name="error",
    description="Fail with a message.",
    tags=("control",),
    examples=({"inputs": {"message": "No such item", "statusCode": 404}, "error": {"status": 404}},),
)
def error(inputs: Inputs) -> None:
    """Raise the message."""
    message = inputs["message"]
    raise GlobalError(
        message if isinstance(message, str) else repr(message), code=inputs.get("statusCode", 500)
    )
