"""Make a slug."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from blok.nodes.contract import node

# Letters that no decomposition turns into a plain one.
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d"}
)


class Inputs(TypedDict):
    """``maxLength`` (80) cuts between words where it can."""

    text: str
    separator: NotRequired[Annotated[str, Meta(pattern="^[-_.]$")]]
    maxLength: NotRequired[Annotated[int, Meta(ge=1, le=500)]]


@node(
    name="@blokjs/slug",
    description="Make a short name for addresses from a text: lower case, plain letters, digits, hyphens.",
    tags=("text",),
    examples=({"inputs": {"text": "Crème brûlée, für 2!"}, "output": "creme-brulee-fur-2"},),
)
def slug(inputs: Inputs) -> str:
    """The slug; empty when nothing of the text can be kept."""
    separator, longest = inputs.get("separator", "-"), inputs.get("maxLength", 80)
    plain = unicodedata.normalize("NFKD", inputs["text"].translate(_LETTERS)).encode("ascii", "ignore")
    words = re.findall(r"[a-z0-9]+", plain.decode().lower())
    kept = separator.join(words)
    if len(kept) <= longest:
        return kept
    cut = kept[: longest + 1].rpartition(separator)[0]
    return cut or kept[:longest]
