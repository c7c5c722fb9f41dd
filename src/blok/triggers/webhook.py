"""The webhook trigger: signed calls from elsewhere, each taken once."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import time
from typing import Any

import msgspec

from blok.runner.engine import Engine
from blok.runner.plan import Plan
from blok.runner.reply import Reply, json_reply
from blok.runner.run import Outcome
from blok.server.request import HttpRequest, context_request_v2

DUPLICATE_SECONDS = 300
_SCHEMES = {"hmac-sha256": hashlib.sha256, "hmac-sha1": hashlib.sha1, "hmac-sha512": hashlib.sha512}
_DEFAULT_SECRETS = {
    "github": "GITHUB_WEBHOOK_SECRET",
    "stripe": "STRIPE_WEBHOOK_SECRET",
    "slack": "SLACK_SIGNING_SECRET",
    "shopify": "SHOPIFY_WEBHOOK_SECRET",
    "svix": "SVIX_WEBHOOK_SECRET",
}


class Unverified(Exception):
    """The signature does not hold; ``reason`` says in which way."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Signed:
    """A verified call: the event's id and type, as far as the sender says them."""

    event_id: str | None
    event_type: str | None


def verify(
    block: Mapping[str, Any], secret: str, headers: Mapping[str, str], raw: bytes, now: float
) -> Signed:
    """Check the signature of a call.

    Raises:
        Unverified: with one of the reasons missing_signature, missing_timestamp, bad_format, timestamp_drift,
            signature_mismatch.
    """
    tolerance = float(block.get("tolerance") or 300)
    provider = block.get("provider")
    check = _PROVIDERS.get(str(provider))
    if check is not None:
        return check(secret, headers, raw, (now, tolerance))
    return _custom(block["signature"], secret, headers, raw, (now, tolerance))


def _need(headers: Mapping[str, str], name: str, reason: str = "missing_signature") -> str:
    value = headers.get(name.lower())
    if not value:
        raise Unverified(reason, f"The header {name} is missing.")
    return value


def _same(given: str, expected: str) -> None:
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Unverified("signature_mismatch", "The signature does not match the body.")


def _recent(text: str, clock: tuple[float, float]) -> None:
    try:
        at = float(text)
    except ValueError:
        raise Unverified("bad_format", "The timestamp is not a number.") from None
    if abs(clock[0] - at) > clock[1]:
        raise Unverified("timestamp_drift", "The timestamp is too far from now.")


def _mac(secret: str | bytes, *parts: bytes, algorithm: Any = hashlib.sha256) -> bytes:
    key = secret if isinstance(secret, bytes) else secret.encode()
    return hmac.new(key, b"".join(parts), algorithm).digest()


def _body(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError):
        return None


def _text(value: Any, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


Clock = tuple[float, float]


def _github(secret: str, headers: Mapping[str, str], raw: bytes, _clock: Clock) -> Signed:
    given = _need(headers, "x-hub-signature-256")
    if not given.startswith("sha256="):
        raise Unverified("bad_format", "The signature does not start with sha256=.")
    _same(given, "sha256=" + _mac(secret, raw).hex())
    return Signed(headers.get("x-github-delivery"), headers.get("x-github-event"))


def _stripe(secret: str, headers: Mapping[str, str], raw: bytes, clock: Clock) -> Signed:
    pairs = [part.partition("=") for part in _need(headers, "stripe-signature").split(",")]
    stamps = [value for key, _, value in pairs if key.strip() == "t"]
    given = [value for key, _, value in pairs if key.strip() == "v1"]
    if not stamps or not given:
        raise Unverified("bad_format", "The signature has no t or v1 part.")
    _recent(stamps[0], clock)
    expected = _mac(secret, stamps[0].encode(), b".", raw).hex()
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
        raise Unverified("signature_mismatch", "The signature does not match the body.")
    body = _body(raw)
    return Signed(_text(body, "id"), _text(body, "type"))


def _slack(secret: str, headers: Mapping[str, str], raw: bytes, clock: Clock) -> Signed:
    given = _need(headers, "x-slack-signature")
    stamp = _need(headers, "x-slack-request-timestamp", "missing_timestamp")
    _recent(stamp, clock)
    _same(given, "v0=" + _mac(secret, b"v0:", stamp.encode(), b":", raw).hex())
    body = _body(raw)
    return Signed(_text(body, "event_id"), _text(body, "type"))


def _shopify(secret: str, headers: Mapping[str, str], raw: bytes, _clock: Clock) -> Signed:
    _same(_need(headers, "x-shopify-hmac-sha256"), base64.b64encode(_mac(secret, raw)).decode())
    return Signed(headers.get("x-shopify-webhook-id"), headers.get("x-shopify-topic"))


def _svix(secret: str, headers: Mapping[str, str], raw: bytes, clock: Clock) -> Signed:
    message = _need(headers, "webhook-id")
    stamp = _need(headers, "webhook-timestamp", "missing_timestamp")
    _recent(stamp, clock)
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"))
    except ValueError:
        raise Unverified("bad_format", "The configured secret is not base64.") from None
    expected = base64.b64encode(_mac(key, message.encode(), b".", stamp.encode(), b".", raw)).decode()
    given = [part.partition(",")[2] for part in _need(headers, "webhook-signature").split(" ")]
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
        raise Unverified("signature_mismatch", "The signature does not match the body.")
    return Signed(message, _text(_body(raw), "type"))


def _custom(
    wanted: Mapping[str, Any], secret: str, headers: Mapping[str, str], raw: bytes, clock: Clock
) -> Signed:
    algorithm = _SCHEMES.get(str(wanted.get("scheme") or "hmac-sha256"))
    if algorithm is None:
        raise Unverified("bad_format", f"The scheme {wanted.get('scheme')} is not known.")
    given = _need(headers, str(wanted.get("header") or "x-signature"))
    parts = [raw]
    if wanted.get("timestampHeader"):
        stamp = _need(headers, str(wanted["timestampHeader"]), "missing_timestamp")
        _recent(stamp, clock)
        parts = [stamp.encode(), b".", raw]
    mac = _mac(secret, *parts, algorithm=algorithm)
    template = str(wanted.get("format") or "{hex}")
    _same(given, template.replace("{hex}", mac.hex()).replace("{base64}", base64.b64encode(mac).decode()))
    identifier = headers.get(str(wanted.get("eventIdHeader") or "").lower())
    return Signed(
        identifier or _text(_body(raw), str(wanted.get("eventIdPath") or "id")), _text(_body(raw), "type")
    )


_PROVIDERS: dict[str, Callable[[str, Mapping[str, str], bytes, Clock], Signed]] = {
    "github": _github,
    "stripe": _stripe,
    "slack": _slack,
    "shopify": _shopify,
    "svix": _svix,
}


async def answer_webhook(engine: Engine, plan: Plan, request: HttpRequest, params: dict[str, str]) -> Reply:
    """Verify a call, take it once, run the workflow, and say what became of it."""
    block = plan.workflow.trigger["webhook"]
    wanted = block.get("signature")
    signature: dict[str, Any] = wanted if isinstance(wanted, dict) else {}
    name = (
        block.get("secretEnv")
        or signature.get("secretEnv")
        or _DEFAULT_SECRETS.get(str(block.get("provider")), "")
    )
    secret = engine.settings.env.get(str(name), "")
    try:
        if not secret:
            raise Unverified("missing_secret", f"The secret {name or '(secretEnv)'} is not set.")
        signed = verify(block, secret, request.headers, request.body, time())
    except Unverified as refused:
        return json_reply(401, {"error": "Unauthorized", "reason": refused.reason, "message": str(refused)})
    events = block.get("events")
    if isinstance(events, list) and events and signed.event_type not in events:
        return json_reply(
            200, {"status": "ignored", "reason": "event_not_allowed", "eventType": signed.event_type}
        )
    facts = {"eventId": signed.event_id, "eventType": signed.event_type}
    first = _seen(engine, plan, signed.event_id) if block.get("idempotencyKey") is not None else None
    if first is not None:
        return json_reply(200, {"status": "duplicate", **facts, "firstSeenRunId": first})
    seen, request_id = context_request_v2(request, request.path, params)
    outcome = await engine.run(plan, seen, trigger="webhook", request_id=request_id)
    _remember(engine, plan, signed.event_id, outcome.run.id)
    return json_reply(200, {"status": "ok", **facts, "runId": outcome.run.id, "response": _result(outcome)})


def _result(outcome: Outcome) -> Any:
    return {"error": str(outcome.error)} if outcome.error is not None else outcome.data


def _seen(engine: Engine, plan: Plan, event_id: str | None) -> str | None:
    known: dict[tuple[str, str], tuple[float, str]] = engine.services.setdefault("webhook-events", {})
    found = known.get((plan.name, event_id or ""))
    return found[1] if found is not None and event_id and found[0] > time() else None


def _remember(engine: Engine, plan: Plan, event_id: str | None, run_id: str) -> None:
    known: dict[tuple[str, str], tuple[float, str]] = engine.services.setdefault("webhook-events", {})
    now = time()
    for key in [key for key, (until, _) in known.items() if until <= now]:
        del known[key]
    if event_id:
        known[plan.name, event_id] = (now + DUPLICATE_SECONDS, run_id)
