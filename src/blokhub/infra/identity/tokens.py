"""Access tokens: short-lived JWTs signed with Ed25519 (RFC 7519, RFC 8037), and the keys that check them."""

import hashlib
import hmac
import time
import warnings
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, OKPKey

from blokhub.kernel.context import Actor

# RFC 9864 renames the algorithm; clients in the field still know it as EdDSA only.
warnings.filterwarnings("ignore", category=SecurityWarning, message="EdDSA is deprecated")

_ALGORITHM = "EdDSA"
AUDIENCE = "blok"


@dataclass(frozen=True)
class Identity:
    """Whom a valid access token names, the session it belongs to, and until when (seconds since 1970)."""

    actor: Actor
    session_id: str
    expires_at: int


class TokenIssuer:
    """Signs access tokens with a key derived from the installation's secret: every replica has the same."""

    def __init__(self, secret: str, issuer: str, seconds: int) -> None:
        seed = hmac.new(secret.encode(), b"access tokens, key 1", hashlib.sha256).digest()
        private = Ed25519PrivateKey.from_private_bytes(seed)
        self._key = OKPKey.import_key(private, {"alg": _ALGORITHM, "use": "sig"})
        self._key_id = self._key.thumbprint()
        self._issuer = issuer
        self.seconds = seconds

    def issue(self, actor: Actor, session_id: str) -> str:
        """A token that holds for `seconds`."""
        moment = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": actor.id,
            "sid": session_id,
            "handle": actor.handle,
            "roles": list(actor.roles),
            "iat": moment,
            "exp": moment + self.seconds,
        }
        header = {"alg": _ALGORITHM, "typ": "at+jwt", "kid": self._key_id}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])

    def public_keys(self) -> dict[str, Any]:
        """The JSON Web Key Set (RFC 7517) by which anyone can check the tokens."""
        return {"keys": [{**self._key.as_dict(private=False), "kid": self._key_id}]}


class TokenVerifier:
    """Checks access tokens against a key set; remembers those that it found valid until they expire."""

    def __init__(self, issuer: str) -> None:
        self._keys: KeySet | None = None
        self._rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._valid: dict[str, Identity] = {}

    @property
    def ready(self) -> bool:
        """Whether the keys are known yet."""
        return self._keys is not None

    def use_keys(self, key_set: dict[str, Any]) -> None:
        """Check against `key_set` from now on."""
        self._keys = KeySet.import_key_set(key_set)  # type: ignore[arg-type]

    def verify(self, token: str) -> Identity | None:
        """Whom the token names, or None when it is expired, forged, or meant for someone else."""
        known = self._valid.get(token)
        if known is not None:
            return known if known.expires_at > time.time() else None
        if self._keys is None:
            return None
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[_ALGORITHM])
            self._rules.validate(decoded.claims)
            claims = decoded.claims
            actor = Actor(claims["sub"], claims["handle"], tuple(claims["roles"]))
            identity = Identity(actor, claims["sid"], claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        if len(self._valid) > 10_000:
            self._valid.clear()
        self._valid[token] = identity
        return identity
