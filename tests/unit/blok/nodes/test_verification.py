"""Tokens and signatures."""

from time import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from blok.nodes import GlobalError
from blok.runner import SandboxPolicy, execute

SECRET = "a-secret-of-a-good-length-for-hs256"


def token(claims: dict[str, Any], algorithm: str = "HS256", key: Any = None) -> str:
    return jwt.encode({"alg": algorithm}, claims, key or OctKey.import_key(SECRET), algorithms=[algorithm])


def verify(inputs: dict[str, Any]) -> Any:
    step = {"id": "v", "use": "@blokjs/jwt-verify", "inputs": inputs}
    result = execute({"name": "case", "steps": [step]}, policy=SandboxPolicy())
    return result.response


def test_a_good_token_gives_its_claims() -> None:
    reply = verify({"token": "Bearer " + token({"sub": "ada", "exp": int(time()) + 60}), "secret": SECRET})
    assert (reply["status"], reply["body"]["subject"]) == (200, "ada")


@pytest.mark.parametrize(
    ("claims", "extra", "reason"),
    [
        ({"exp": 1}, {}, "token_expired"),
        ({"nbf": 2**40}, {}, "token_not_yet_valid"),
        ({"iss": "a"}, {"issuer": "b"}, "issuer_mismatch"),
        ({"aud": ["a"]}, {"audience": "b"}, "audience_mismatch"),
        ({"exp": "soon"}, {}, "claim_validation_failed"),
        ({}, {"algorithms": ["HS512"]}, "algorithm_not_allowed"),
        ({}, {"secret": "another-secret-of-a-good-length-for-it"}, "invalid_signature"),
    ],
)
def test_a_bad_token_is_refused_with_its_reason(
    claims: dict[str, Any], extra: dict[str, Any], reason: str
) -> None:
    reply = verify({"token": token(claims), "secret": SECRET, **extra})
    assert (reply["status"], reply["body"]["reason"]) == (401, reason)


def test_an_unsigned_token_is_refused() -> None:
    reply = verify({"token": "eyJhbGciOiJub25lIn0.e30.", "secret": SECRET})
    assert reply["body"]["reason"] == "algorithm_not_allowed"


def test_a_public_key_is_never_taken_for_a_secret() -> None:
    pair = RSAKey.generate_key(2048)
    pem = pair.as_pem(private=False).decode()
    good = verify({"token": token({"sub": "x"}, "RS256", pair), "publicKey": pem})
    assert good["body"]["subject"] == "x"
    forged = verify({"token": token({"sub": "x"}), "publicKey": pem, "algorithms": ["HS256", "RS256"]})
    assert forged["body"]["reason"] == "algorithm_not_allowed"


def test_errors_keep_the_names_of_the_first_generation() -> None:
    error = GlobalError("no")
    error.set_code(418)
    error.set_json({"a": 1})
    assert (error.context, error.has_json()) == ({"message": "no", "code": 418, "json": {"a": 1}}, True)
