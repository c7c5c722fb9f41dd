"""The signed context: how the gateway tells a service who asks.

A client's own header of that name is dropped at the gateway; a service believes only what carries a
fresh signature made with the installation's secret.
"""

import base64
import binascii
import hashlib
import hmac
import time

import msgspec

from blokhub.kernel.context import Actor, Context

HEADER = "blok-context"
_VALID_SECONDS = 60


class _Claims(msgspec.Struct, array_like=True):
    issued_at: int
    correlation: str
    session: str
    actor: tuple[str, str, tuple[str, ...]] | None


class ContextSigner:
    """Signs and checks contexts with a key derived from the installation's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), b"context", hashlib.sha256).digest()
        self._decoder = msgspec.json.Decoder(_Claims)

    def sign(self, context: Context) -> str:
        """The header's value."""
        actor = (context.actor.id, context.actor.handle, context.actor.roles) if context.actor else None
        claims = msgspec.json.encode(_Claims(int(time.time()), context.correlation, context.session, actor))
        mac = hmac.new(self._key, claims, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac + claims).decode()

    def read(self, value: str) -> Context | None:
        """The context that a header carries, or None when it is forged, malformed or old."""
        try:
            raw = base64.urlsafe_b64decode(value.encode())
            mac, claims = raw[:32], raw[32:]
            if not hmac.compare_digest(mac, hmac.new(self._key, claims, hashlib.sha256).digest()):
                return None
            fields = self._decoder.decode(claims)
        except (binascii.Error, msgspec.MsgspecError, ValueError):
            return None
        if abs(time.time() - fields.issued_at) > _VALID_SECONDS:
            return None
        actor = Actor(*fields.actor) if fields.actor else None
        return Context(actor=actor, correlation=fields.correlation, session=fields.session)
