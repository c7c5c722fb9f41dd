"""Answer with a status, headers and a body of one's own."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from blok.nodes.contract import node

BRAND = "__blokRespond__"


class Inputs(TypedDict, total=False):
    """The answer. Without a body the response is empty."""

    body: Any
    status: Annotated[int, Meta(ge=100, le=599)]
    contentType: str
    headers: dict[str, str]
    cookies: list[str]


@node(
    name="@blokjs/respond",
    description="Answer with a status, headers, cookies and a body.",
    tags=("http",),
    examples=(
        {"inputs": {"status": 201, "body": {"ok": True}}, "output": {"status": 201, "body": {"ok": True}}},
    ),
)
def respond(inputs: Inputs) -> dict[str, Any]:
    """Mark the inputs as the HTTP answer; the server reads it when this is the last result."""
    return {BRAND: True, **inputs}
