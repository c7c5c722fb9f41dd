"""Fail on purpose."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """``code`` is the HTTP status (500), ``body`` the body of the answer."""

    message: str
    code: NotRequired[int]
    body: NotRequired[Any]
    name: NotRequired[str]


@node(
    name="@blokjs/throw",
    description="Fail with a message, a status and a body.",
    tags=("control",),
    examples=({"inputs": {"message": "Not yours", "code": 403}, "error": {"status": 403}},),
)
def throw(inputs: Inputs) -> None:
    """Raise what the inputs say."""
    raise GlobalError(
        inputs["message"], code=inputs.get("code"), json=inputs.get("body"), name=inputs.get("name")
    )
