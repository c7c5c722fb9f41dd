"""Verify the signature of a payload."""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal, NotRequired, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """``signature`` is hexadecimal, behind an optional prefix such as ``sha256=``."""

    signature: str
    payload: str
    secret: str
    algorithm: NotRequired[Literal["sha256", "sha384", "sha512", "sha1"]]
    prefix: NotRequired[str]


def unauthorized(reason: str, message: str) -> GlobalError:
    """The 401 that verification nodes answer with."""
    return GlobalError(
        message, code=401, json={"error": "Unauthorized", "reason": reason, "message": message}
    )


@node(
    name="@blokjs/hmac-verify",
    description="Verify an HMAC signature; answer 401 when it does not hold.",
    tags=("security",),
    examples=({"inputs": {"signature": "", "payload": "x", "secret": "key"}, "error": {"status": 401}},),
)
def hmac_verify(inputs: Inputs) -> dict[str, object]:
    """Compare in constant time."""
    signature, prefix = inputs["signature"], inputs.get("prefix", "")
    algorithm = inputs.get("algorithm", "sha256")
    if not signature:
        raise unauthorized("missing_signature", "No signature was provided")
    if not inputs["secret"]:
        raise unauthorized("misconfigured", "No secret is configured")
    if prefix and not signature.startswith(prefix):
        raise unauthorized("malformed_signature", f"Signature is missing the expected '{prefix}' prefix")
    given = signature.removeprefix(prefix).lower()
    expected = hmac.new(
        inputs["secret"].encode(), inputs["payload"].encode(), getattr(hashlib, algorithm)
    ).hexdigest()
    if len(given) != len(expected) or not set(given) <= set("0123456789abcdef"):
        raise unauthorized("malformed_signature", f"Signature is not a hexadecimal {algorithm} digest")
    if not hmac.compare_digest(given, expected):
        raise unauthorized("invalid_signature", "Signature does not match the payload")
    return {"verified": True, "algorithm": algorithm, "signatureLength": len(given)}
