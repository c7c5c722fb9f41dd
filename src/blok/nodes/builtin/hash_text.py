"""Hash a text."""

from __future__ import annotations

import base64
import hashlib
from typing import Literal, NotRequired, TypedDict

from blok.nodes.contract import node


class Inputs(TypedDict):
    """Not for passwords: those need a slow hash with a salt."""

    text: str
    algorithm: NotRequired[Literal["sha256", "sha384", "sha512", "blake2b"]]
    encoding: NotRequired[Literal["hex", "base64", "base64url"]]


@node(
    name="@blokjs/hash",
    description="The digest of a text: for cache keys, fingerprints and API keys, not for passwords.",
    tags=("security", "data"),
    examples=(
        {
            "inputs": {"text": "abc"},
            "output": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        },
    ),
)
def hash_text(inputs: Inputs) -> str:
    """Hash the UTF-8 bytes of the text."""
    digest = hashlib.new(inputs.get("algorithm", "sha256"), inputs["text"].encode()).digest()
    return encoded(digest, inputs.get("encoding", "hex"))


def encoded(digest: bytes, encoding: str) -> str:
    """Bytes as hexadecimal, base64, or base64 for addresses without padding."""
    if encoding == "hex":
        return digest.hex()
    if encoding == "base64":
        return base64.b64encode(digest).decode()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
