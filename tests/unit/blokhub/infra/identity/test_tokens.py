"""Only tokens that this hub issued, for itself, and not long ago, name anyone."""

import base64
from typing import Any

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from blokhub.infra.identity import passwords, tokens
from blokhub.infra.identity.tokens import TokenIssuer, TokenVerifier
from blokhub.kernel.context import Actor

SECRET = "a secret that is long enough for every check"
ISSUER = "http://localhost:4000"
ANN = Actor("1", "ann", ("member", "moderator"))


@pytest.fixture
def issuer() -> TokenIssuer:
    return TokenIssuer(SECRET, ISSUER, 600)


@pytest.fixture
def verifier(issuer: TokenIssuer) -> TokenVerifier:
    made = TokenVerifier(ISSUER)
    made.use_keys(msgspec.json.decode(msgspec.json.encode(issuer.public_keys())))
    return made


def _claims(**changes: Any) -> dict[str, Any]:
    moment = int(tokens.time.time())
    whole = {
        "iss": ISSUER,
        "aud": tokens.AUDIENCE,
        "sub": "1",
        "sid": "s",
        "handle": "ann",
        "roles": ["administrator"],
        "iat": moment,
        "exp": moment + 600,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def test_an_issued_token_names_its_actor(issuer: TokenIssuer, verifier: TokenVerifier) -> None:
    identity = verifier.verify(issuer.issue(ANN, "s"))
    assert identity is not None
    assert (identity.actor, identity.session_id) == (ANN, "s")


def test_every_replica_checks_and_issues_with_the_same_key(verifier: TokenVerifier) -> None:
    replica = TokenIssuer(SECRET, ISSUER, 600)
    assert verifier.verify(replica.issue(ANN, "s")) is not None


def test_the_published_keys_are_not_the_private_one(issuer: TokenIssuer) -> None:
    (key,) = issuer.public_keys()["keys"]
    assert "d" not in key
    assert key["kid"]


def test_an_expired_token_is_refused_even_if_it_was_seen_before(
    issuer: TokenIssuer, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, unseen = issuer.issue(ANN, "s"), issuer.issue(ANN, "other")
    assert verifier.verify(seen) is not None
    present = tokens.time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: present + 601)
    assert verifier.verify(seen) is None
    assert verifier.verify(unseen) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://elsewhere.example"},
        {"aud": "others"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"handle": None},
        {"roles": None},
    ],
)
def test_a_well_signed_token_with_other_claims_is_refused(
    issuer: TokenIssuer, verifier: TokenVerifier, changes: dict[str, Any]
) -> None:
    header = {"alg": "EdDSA", "kid": issuer._key_id}
    forged = jwt.encode(header, _claims(**changes), issuer._key, algorithms=["EdDSA"])
    assert verifier.verify(forged) is None


def test_a_token_of_another_key_is_refused(issuer: TokenIssuer, verifier: TokenVerifier) -> None:
    stranger = OKPKey.generate_key("Ed25519")
    header = {"alg": "EdDSA", "kid": issuer._key_id}
    assert verifier.verify(jwt.encode(header, _claims(), stranger, algorithms=["EdDSA"])) is None
    other = TokenIssuer("another secret that is long enough, too", ISSUER, 600)
    assert verifier.verify(other.issue(ANN, "s")) is None


def test_a_token_without_a_signature_is_refused(verifier: TokenVerifier) -> None:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()

    for algorithm in ("none", "None", "NONE"):
        assert verifier.verify(f"{part({'alg': algorithm})}.{part(_claims())}.") is None


def test_the_public_key_is_no_shared_secret(issuer: TokenIssuer, verifier: TokenVerifier) -> None:
    (key,) = issuer.public_keys()["keys"]
    shared = OctKey.import_key(base64.urlsafe_b64decode(key["x"] + "="))
    header = {"alg": "HS256", "kid": issuer._key_id}
    assert verifier.verify(jwt.encode(header, _claims(), shared, algorithms=["HS256"])) is None


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "é.é.é", "eyJhbGciOiJFZERTQSJ9.e30.AA"])
def test_no_text_is_an_error(verifier: TokenVerifier, token: str) -> None:
    assert verifier.verify(token) is None


def test_without_keys_nobody_is_known(issuer: TokenIssuer) -> None:
    verifier = TokenVerifier(ISSUER)
    assert not verifier.ready
    assert verifier.verify(issuer.issue(ANN, "s")) is None


async def test_a_password_fits_its_own_hash_only() -> None:
    hashed = await passwords.hash_password("correct horse battery")
    assert "correct" not in hashed and hashed.startswith("$argon2id$")
    assert await passwords.fits("correct horse battery", hashed)
    assert not await passwords.fits("Correct horse battery", hashed)
    assert not await passwords.fits("", hashed)


async def test_nobody_signs_in_without_a_hash() -> None:
    assert not await passwords.fits("nobody has this password", None)
    assert not await passwords.fits("x", "not a hash")
