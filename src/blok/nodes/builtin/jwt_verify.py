"""Verify a JSON Web Token."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import msgspec

from blok.nodes.builtin.hmac_verify import unauthorized
from blok.nodes.context import Context
from blok.nodes.contract import node
from blok.nodes.egress import EgressPolicy, fetch, policy_from
from blok.nodes.errors import GlobalError, InputError, Issue

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_SYMMETRIC = ("HS256", "HS384", "HS512")
_ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


class Inputs(TypedDict):
    """Exactly one of ``secret``, ``publicKey`` (PEM) and ``jwksUri``."""

    token: str
    secret: NotRequired[str]
    publicKey: NotRequired[str]
    jwksUri: NotRequired[str]
    algorithms: NotRequired[list[str]]
    issuer: NotRequired[str | list[str]]
    audience: NotRequired[str | list[str]]
    clockToleranceSeconds: NotRequired[int | float]


@node(
    name="@blokjs/jwt-verify",
    description="Verify a JSON Web Token; answer 401 when it does not hold.",
    tags=("security",),
    examples=({"inputs": {"token": "", "secret": "s"}, "error": {"status": 401}},),
)
async def jwt_verify(ctx: Context, inputs: Inputs) -> dict[str, Any]:
    """Check signature, algorithm, times, issuer and audience."""
    from joserfc import jws  # noqa: PLC0415 - slow to import; a project without tokens never pays
    from joserfc.errors import BadSignatureError, JoseError  # noqa: PLC0415

    sources = [name for name in ("secret", "publicKey", "jwksUri") if inputs.get(name)]
    if len(sources) != 1:
        text = "Exactly one of `secret`, `publicKey`, or `jwksUri` must be set."
        raise InputError([Issue((), "custom", text, text)])
    token = inputs["token"].removeprefix("Bearer ").strip()
    if not token:
        raise unauthorized("missing_token", "No bearer token was provided")
    allowed = inputs.get("algorithms") or list(_SYMMETRIC if sources == ["secret"] else _ASYMMETRIC)
    header = _header(token)
    algorithm = header.get("alg")
    if algorithm not in allowed or algorithm not in (*_SYMMETRIC, *_ASYMMETRIC):
        raise unauthorized("algorithm_not_allowed", f"Algorithm {algorithm!r} is not allowed")
    # A public key must never be taken for a shared secret.
    if (algorithm in _SYMMETRIC) != (sources == ["secret"]):
        raise unauthorized(
            "algorithm_not_allowed", f"Algorithm {algorithm!r} does not fit the configured key"
        )
    key = await _key(ctx, inputs, sources[0])
    try:
        verified = jws.deserialize_compact(token, key, algorithms=[algorithm])
        claims = msgspec.json.decode(verified.payload)
    except BadSignatureError:
        raise unauthorized("invalid_signature", "Signature verification failed") from None
    except (JoseError, ValueError) as error:
        raise unauthorized("verification_failed", f"The token cannot be verified: {error}") from None
    if not isinstance(claims, dict):
        raise unauthorized("malformed_token", "The token's claims are not an object")
    _check_claims(claims, inputs)
    found = {
        "claims": claims,
        "subject": claims.get("sub"),
        "issuer": claims.get("iss"),
        "audience": claims.get("aud"),
        "expiresAt": claims.get("exp"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _header(token: str) -> dict[str, Any]:
    from joserfc import jws  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415

    try:
        found: dict[str, Any] = jws.extract_compact(token.encode()).headers()
        return found
    except (JoseError, ValueError):
        raise unauthorized("malformed_token", "The token is not a signed JSON Web Token") from None


async def _key(ctx: Context, inputs: Inputs, source: str) -> Any:
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey  # noqa: PLC0415

    try:
        if source == "secret":
            return OctKey.import_key(inputs["secret"])
        if source == "jwksUri":
            return await _key_set(ctx, inputs["jwksUri"])
        for kind in (RSAKey, ECKey, OKPKey):
            try:
                return kind.import_key(inputs["publicKey"])
            except (ValueError, TypeError, JoseError):
                continue
    except (ValueError, JoseError) as error:
        raise GlobalError(f"jwt-verify: the configured key cannot be read: {error}") from None
    raise GlobalError("jwt-verify: publicKey is not a PEM public key")


async def _key_set(ctx: Context, url: str) -> KeySet:
    """The published keys, kept for five minutes."""
    from joserfc.jwk import KeySet  # noqa: PLC0415

    known: dict[str, tuple[float, KeySet]] = ctx.services.setdefault("jwks", {})
    if url in known and known[url][0] > time():
        return known[url][1]
    policy = ctx.services.get("egress")
    answer = await fetch(
        policy if isinstance(policy, EgressPolicy) else policy_from(ctx.env), "GET", url, {}, None
    )
    keys = KeySet.import_key_set(msgspec.json.decode(answer.content))
    known[url] = (time() + 300, keys)
    return keys


def _check_claims(claims: dict[str, Any], inputs: Inputs) -> None:
    now, leeway = time(), inputs.get("clockToleranceSeconds", 0)
    for name in ("exp", "nbf", "iat"):
        if name in claims and (not isinstance(claims[name], int | float) or isinstance(claims[name], bool)):
            raise unauthorized("claim_validation_failed", f'The claim "{name}" must be a number')
    if "exp" in claims and claims["exp"] + leeway <= now:
        raise unauthorized("token_expired", "The token has expired")
    if "nbf" in claims and claims["nbf"] - leeway > now:
        raise unauthorized("token_not_yet_valid", "The token is not valid yet")
    for name, wanted, reason in (
        ("iss", inputs.get("issuer"), "issuer_mismatch"),
        ("aud", inputs.get("audience"), "audience_mismatch"),
    ):
        if wanted is None:
            continue
        accepted = {wanted} if isinstance(wanted, str) else set(wanted)
        given = claims.get(name)
        held = {given} if isinstance(given, str) else set(given) if isinstance(given, list) else set()
        if not accepted & held:
            raise unauthorized(reason, f'The claim "{name}" is not what is expected')
