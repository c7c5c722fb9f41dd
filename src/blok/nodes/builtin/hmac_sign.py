"""Sign a payload."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from blok.nodes.builtin.hash_text import encoded
from blok.nodes.contract import node


class Inputs(TypedDict):
    """``prefix`` comes before the signature, such as ``sha256=``."""

    payload: str
    secret: Annotated[str, Meta(min_length=1)]
    algorithm: NotRequired[Literal["sha256", "sha384", "sha512"]]
    encoding: NotRequired[Literal["hex", "base64", "base64url"]]
    prefix: NotRequired[str]


@node(
    name="@blokjs/hmac-sign",
    description="Sign a payload with a shared secret; hmac-verify checks such signatures.",
    tags=("security",),
    examples=(
        {
            "inputs": {"payload": "hello", "secret": "key", "prefix": "sha256="},
            "output": "sha256=9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b",
        },
    ),
)
def hmac_sign(inputs: Inputs) -> str:
    """The signature, behind its prefix."""
    algorithm = getattr(hashlib, inputs.get("algorithm", "sha256"))
    digest = hmac.new(inputs["secret"].encode(), inputs["payload"].encode(), algorithm).digest()
    return inputs.get("prefix", "") + encoded(digest, inputs.get("encoding", "hex"))
