"""What may hold a run back at its trigger: delay, debounce and concurrency limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING, Any

from blok.expressions import resolve_key
from blok.runner.run import Outcome, Run
from blok.runner.store import DeferredRun, encode
from blok.workflow.duration import InvalidDurationError, parse_duration

if TYPE_CHECKING:
    from blok.runner.engine import Engine

_SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token", "proxy-authorization"}
)


@dataclass(frozen=True, slots=True)
class Gate:
    """The knobs of one trigger block. Durations are seconds."""

    concurrency_key: Any = None
    limit: int = 1
    lease: float = 3_600.0
    queue: bool = False
    queue_timeout: float | None = None
    backoff: tuple[float, float, float] = (1.0, 30.0, 2.0)
    delay: float | None = None
    ttl: float | None = None
    debounce_key: Any = None
    debounce_delay: float = 0.0
    debounce_max: float | None = None
    leading: bool = False


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    try:
        return parse_duration(value) / 1_000
    except InvalidDurationError:
        return None


def read_gate(block: Mapping[str, Any]) -> Gate | None:
    """The gate a trigger block asks for; None when it asks for nothing."""
    debounce = block.get("debounce")
    debounce = debounce if isinstance(debounce, dict) and debounce.get("key") is not None else {}
    delay = _seconds(block.get("delay"))
    if block.get("concurrencyKey") is None and delay is None and not debounce:
        return None
    retry = block.get("concurrencyQueueRetry")
    retry = retry if isinstance(retry, dict) else {}
    return Gate(
        concurrency_key=block.get("concurrencyKey"),
        limit=max(1, int(block.get("concurrencyLimit") or 1)),
        lease=max(1_000, int(block.get("concurrencyLeaseMs") or 3_600_000)) / 1_000,
        queue=block.get("onLimit") == "queue",
        queue_timeout=_seconds(block.get("concurrencyQueueTimeoutMs")),
        backoff=(
            float(retry.get("minBackoffMs", 1_000)) / 1_000,
            float(retry.get("maxBackoffMs", 30_000)) / 1_000,
            float(retry.get("factor", 2)),
        ),
        delay=delay,
        ttl=_seconds(block.get("ttl")),
        debounce_key=debounce.get("key"),
        debounce_delay=_seconds(debounce.get("delay")) or 0.0,
        debounce_max=_seconds(debounce.get("maxDelay")),
        leading=debounce.get("mode") == "leading",
    )


class Gatekeeper:
    """Counts what is in flight and what is being debounced, for one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # (workflow, key) -> run id -> when its lease ends
        self.in_flight: dict[tuple[str, str], dict[str, float]] = {}
        # (workflow, key) -> (run id, first ping, pings, until when)
        self.debounced: dict[tuple[str, str], list[Any]] = {}

    def hold(self, gate: Gate, run: Run, ctx: dict[str, Any]) -> Outcome | None:
        """Answer for a run that does not start now; None lets it start."""
        if self.engine.settings.scheduling:
            if gate.debounce_key is not None:
                held = self._debounce(gate, run, ctx)
                if held is not None:
                    return held
            elif gate.delay is not None:
                return self._defer(run, ctx, "delayed", time() + gate.delay, gate.ttl)
        if gate.concurrency_key is not None and self.engine.settings.concurrency:
            return self._limit(gate, run, ctx)
        return None

    def release(self, run: Run) -> None:
        """The run is over: its place is free."""
        for slot, holders in list(self.in_flight.items()):
            if holders.pop(run.id, None) is not None and not holders:
                del self.in_flight[slot]

    def _debounce(self, gate: Gate, run: Run, ctx: dict[str, Any]) -> Outcome | None:
        key = resolve_key(gate.debounce_key, run.evaluator, ctx)
        if key is None:
            return None
        now, slot = time(), (run.plan.name, key)
        open_window = self.debounced.get(slot)
        if open_window is not None and open_window[3] > now:
            run_id, first, pings, _ = open_window
            due = now + gate.debounce_delay
            if gate.debounce_max is not None:
                due = min(due, first + gate.debounce_max)
            open_window[2:] = [pings + 1, due]
            if not gate.leading:
                self._store(run, ctx, "debounced", due, None, run_id)
            run.status = "debounced"
            facts = {"status": "debounced", "scheduledAt": round(due * 1_000), "debounced": True}
            return self._told(run, {**facts, "pingCount": pings + 1, "intoRunId": run_id}, run_id)
        due = now + gate.debounce_delay
        self.debounced[slot] = [run.id, now, 1, due]
        if gate.leading:
            return None
        return self._defer(run, ctx, "debounced", due, None)

    def _limit(self, gate: Gate, run: Run, ctx: dict[str, Any]) -> Outcome | None:
        key = resolve_key(gate.concurrency_key, run.evaluator, ctx)
        if key is None:
            return None
        now, slot = time(), (run.plan.name, key)
        holders = self.in_flight.setdefault(slot, {})
        for run_id in [run_id for run_id, until in holders.items() if until <= now]:
            del holders[run_id]
        if len(holders) < gate.limit:
            holders[run.id] = now + gate.lease
            return None
        facts = {"workflowName": run.plan.name, "concurrencyKey": key}
        if not gate.queue:
            run.status = "throttled"
            body = {
                "error": "Concurrency limit reached",
                **facts,
                "concurrencyLimit": gate.limit,
                "currentInFlight": len(holders),
                "retryAfterMs": 1_000,
                "runId": run.id,
            }
            return Outcome(run, "throttled", deferred=body)
        expires = None if gate.queue_timeout is None else now + gate.queue_timeout
        if expires is not None and expires <= now:
            run.status = "expired"
            body = {
                "error": "Queued run expired",
                **facts,
                "queueExpiredAt": round(expires * 1_000),
                "runId": run.id,
            }
            return Outcome(run, "expired", deferred=body)
        return self._defer(run, ctx, "queued", now + gate.backoff[0], gate.queue_timeout)

    def _defer(self, run: Run, ctx: dict[str, Any], status: str, due: float, ttl: float | None) -> Outcome:
        expires = None if ttl is None else time() + ttl
        too_large = self._store(run, ctx, status, due, expires, run.id)
        if too_large is not None:
            return too_large
        run.status = status  # type: ignore[assignment]
        facts: dict[str, Any] = {"status": status, "scheduledAt": round(due * 1_000)}
        if expires is not None:
            facts["expiresAt"] = round(expires * 1_000)
        return self._told(run, {**facts, "debounced": False, "pingCount": 1}, run.id)

    def _told(self, run: Run, facts: dict[str, Any], run_id: str) -> Outcome:
        body = {"runId": run_id, "workflowName": run.plan.name, **facts}
        return Outcome(run, run.status, deferred=body)

    def _store(  # noqa: PLR0917 - one place calls it
        self, run: Run, ctx: dict[str, Any], kind: str, due: float, expires: float | None, run_id: str
    ) -> Outcome | None:
        payload = encode({"request": storable(ctx["request"]), "state": ctx["state"], "trigger": run.trigger})
        limit = self.engine.settings.payload_max_bytes
        if len(payload) > limit:
            run.status = "failed"
            body = {
                "error": "Payload too large for durable scheduling",
                "actualBytes": len(payload),
                "maxBytes": limit,
                "configurable": "BLOK_DISPATCH_PAYLOAD_MAX_BYTES",
            }
            return Outcome(run, "failed", deferred=body)
        self.engine.schedule(DeferredRun(run_id, run.plan.name, kind, due, payload, expires))
        return None


def storable(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request as it may be written to disk: without the headers that carry secrets."""
    headers = {
        key: value for key, value in request.get("headers", {}).items() if key.lower() not in _SECRET_HEADERS
    }
    return {**request, "headers": headers}
