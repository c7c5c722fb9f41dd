"""Cut a long text into pieces."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """Lengths in characters; ``overlap`` (0) is what a piece repeats of the one before."""

    text: str
    size: Annotated[int, Meta(ge=50, le=100_000)]
    overlap: NotRequired[Annotated[int, Meta(ge=0, le=50_000)]]


class Chunk(TypedDict):
    """A piece and where it stood."""

    index: int
    start: int
    text: str


@node(
    name="@blokjs/text-chunks",
    description="Cut a long text into overlapping pieces, at paragraphs, sentences or spaces where it can.",
    tags=("text", "ai"),
    examples=(
        {"inputs": {"text": "One short text.", "size": 100}},
        {"inputs": {"text": "x", "size": 100, "overlap": 100}, "error": {"status": 400}},
    ),
)
def text_chunks(inputs: Inputs) -> list[Chunk]:
    """The pieces in order; an empty text has none."""
    text, size, overlap = inputs["text"], inputs["size"], inputs.get("overlap", 0)
    if overlap > size // 2:
        raise GlobalError("text-chunks: the overlap may be at most half the size", code=400)
    chunks: list[Chunk] = []
    start = 0
    while start < len(text):
        end = _end(text, start, size)
        chunks.append({"index": len(chunks), "start": start, "text": text[start:end]})
        if end == len(text):
            break
        start = end - overlap
    return chunks


def _end(text: str, start: int, size: int) -> int:
    """Where a piece ends: behind the last good place of its second half."""
    if start + size >= len(text):
        return len(text)
    for mark in ("\n\n", "\n", ". ", " "):
        # Beyond the half, so that a piece always brings more than it repeats.
        found = text.rfind(mark, start + size // 2 + 1, start + size)
        if found != -1:
            return found + len(mark)
    return start + size
