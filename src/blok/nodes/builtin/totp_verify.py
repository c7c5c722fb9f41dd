"""Check a one-time code."""

from __future__ import annotations

import base64
import binascii
import hmac
from time import time
from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from blok.nodes.builtin._moments import moment
from blok.nodes.builtin.hmac_verify import unauthorized
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

_STEP = 30


class Inputs(TypedDict):
    """``secret`` is Base32; ``window`` (1) is how many steps of 30 seconds a clock may be off."""

    secret: str
    code: str
    at: NotRequired[str | int | float]
    window: NotRequired[Annotated[int, Meta(ge=0, le=10)]]


class Verified(TypedDict):
    """``step`` is the time step of the code: refuse it the second time."""

    verified: bool
    step: int


@node(
    name="@blokjs/totp-verify",
    description="Check a six-digit code of an authenticator app (TOTP, RFC 6238); answer 401 if it is wrong.",
    tags=("security",),
    examples=(
        {
            "inputs": {
                "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
                "code": "287082",
                "at": "1970-01-01T00:00:59Z",
            },
            "output": {"verified": True, "step": 1},
        },
    ),
)
def totp_verify(inputs: Inputs) -> Verified:
    """Compare with the codes around now, in constant time."""
    code = inputs["code"].replace(" ", "")
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        raise unauthorized("malformed_code", "The code has six digits")
    key = _key(inputs["secret"])
    seconds = moment(inputs["at"]).timestamp() if "at" in inputs else time()
    window = inputs.get("window", 1)
    current = int(seconds // _STEP)
    for step in range(max(0, current - window), current + window + 1):
        if hmac.compare_digest(_code(key, step), code):
            return {"verified": True, "step": step}
    raise unauthorized("invalid_code", "The code is wrong or has expired")


def _key(secret: str) -> bytes:
    plain = "".join(secret.split()).upper().rstrip("=")
    try:
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except binascii.Error:
        raise GlobalError("totp-verify: the secret is not Base32") from None
    if len(key) < 10:
        raise GlobalError("totp-verify: the secret needs at least 80 bits")
    return key


def _code(key: bytes, step: int) -> str:
    """The code of a time step (RFC 4226, section 5.3; SHA-1 is what the apps use)."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
