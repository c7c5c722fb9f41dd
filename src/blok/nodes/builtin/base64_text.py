"""Base64 there and back."""

from __future__ import annotations

import base64
import binascii
from typing import Literal, NotRequired, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """``urlSafe`` writes ``-`` and ``_`` and no padding; both alphabets can be read."""

    action: Literal["encode", "decode"]
    text: str
    urlSafe: NotRequired[bool]


@node(
    name="@blokjs/base64",
    description="Encode text as Base64, or decode Base64 to text.",
    tags=("data", "text"),
    examples=({"inputs": {"action": "encode", "text": "hello"}, "output": "aGVsbG8="},),
)
def base64_text(inputs: Inputs) -> str:
    """The other form; what is not Base64 of UTF-8 text is a 400."""
    text = inputs["text"]
    if inputs["action"] == "encode":
        if inputs.get("urlSafe"):
            return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        return base64.b64encode(text.encode()).decode()
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        raise GlobalError("This is not Base64 of UTF-8 text", code=400) from None
