"""One run of one workflow, and what came of it."""

from __future__ import annotations

import copy
import itertools
import os
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from blok.expressions import Evaluator
from blok.nodes.context import Context
from blok.nodes.errors import GlobalError
from blok.runner.trace import step_records

if TYPE_CHECKING:
    from blok.runner.engine import Engine
    from blok.runner.plan import Plan

Status = Literal[
    "running",
    "completed",
    "failed",
    "timedOut",
    "cancelled",
    "delayed",
    "queued",
    "debounced",
    "throttled",
    "expired",
]
TERMINAL = frozenset({"completed", "failed", "timedOut", "cancelled", "throttled", "expired"})

_numbers = itertools.count(random.getrandbits(40))
_prefix = "-".join(
    (
        f"{os.getpid() & 0xFFFF:04x}{random.getrandbits(16):04x}",
        f"{random.getrandbits(16):04x}",
        f"4{random.getrandbits(12):03x}",
        f"a{random.getrandbits(12):03x}",
        "",
    )
)


def new_request_id() -> str:
    """An id in the form of a uuid, unique on this machine; cheaper than asking the system for randomness."""
    return f"{_prefix}{next(_numbers):012x}"


class Run:
    """One run. Steps write to ``events``; whoever wants to read it asks for ``record``."""

    __slots__ = (
        "_forks",
        "_number",
        "cancelled",
        "connection",
        "deadlines",
        "depth",
        "engine",
        "error",
        "evaluator",
        "events",
        "finished",
        "kept_inputs",
        "node_context",
        "notes",
        "parent",
        "plan",
        "remembered",
        "request",
        "response",
        "resume",
        "started",
        "started_at",
        "status",
        "stream",
        "trigger",
    )

    def __init__(self, engine: Engine, plan: Plan, trigger: str, request: dict[str, Any]) -> None:
        self._number: int | str = next(_numbers)
        self.engine = engine
        self.plan = plan
        self.trigger = trigger
        self.request = request
        self.evaluator = Evaluator(engine.limits)
        self.events: Any = []
        self.status: Status = "running"
        self.cancelled = False
        self.remembered = False
        self.started = time.perf_counter()
        self.started_at = time.time()
        self.finished = 0.0
        self.error: BaseException | None = None
        self.response: Any = None
        self.depth = 0
        self.parent: Run | None = None
        self.stream: Any = None
        self.connection: Any = None
        self.notes: list[tuple[str, Any]] | None = None
        self.node_context: Context | None = None
        self.resume: list[dict[str, Any]] | None = None
        self.deadlines: dict[str, float] | None = None
        # Inputs of steps that may be tried again: they are resolved on the first attempt only.
        self.kept_inputs: dict[int, Any] = {}
        self._forks: list[Run] | None = None

    @property
    def id(self) -> str:
        """``run_`` and twelve hexadecimal digits."""
        number = self._number
        return number if isinstance(number, str) else f"run_{number & 0xFFFFFFFFFFFF:012x}"

    def take_id(self, run_id: str) -> None:
        """Go on under the id of a run that left off."""
        self._number = run_id

    def context(self, ctx: dict[str, Any]) -> Context:
        """What nodes see of ``ctx``; one object per ctx in a row."""
        found = self.node_context
        if found is None or found.values is not ctx:
            found = self.node_context = Context(self, ctx)
        return found

    def note(self, kind: str, payload: Any) -> None:
        """Keep a remark with the run's record."""
        if self.notes is None:
            self.notes = []
        self.notes.append((kind, payload))

    def cancel(self) -> None:
        """Stop before the next step, in parallel branches too."""
        self.cancelled = True
        for branch in self._forks or ():
            branch.cancel()

    def fork(self) -> Run:
        """The same run for one parallel branch, with events of its own."""
        branch = copy.copy(self)
        branch.events = self.events.branch() if hasattr(self.events, "branch") else []
        branch.node_context = None
        branch.kept_inputs = {}
        branch._forks = None
        if self._forks is None:
            self._forks = []
        self._forks.append(branch)
        return branch

    def duration_ms(self) -> float:
        """How long the run took, or has taken so far."""
        return ((self.finished or time.perf_counter()) - self.started) * 1_000

    def summary(self) -> dict[str, Any]:
        """The run in one row."""
        request = self.request
        return {
            "id": self.id,
            "workflowName": self.plan.name,
            "workflowPath": self.plan.key,
            "triggerType": self.trigger,
            "triggerSummary": f"{request.get('method', '')} {request.get('path', '')}".strip()
            or self.trigger,
            "status": self.status,
            "startedAt": round(self.started_at * 1_000),
            "finishedAt": round(self.started_at * 1_000 + self.duration_ms())
            if self.status in TERMINAL
            else None,
            "durationMs": round(self.duration_ms(), 3),
            "nodeCount": self.plan.step_count,
            "parentRunId": self.parent.id if self.parent is not None else None,
            "error": describe_error(self.error),
        }

    def record(self) -> dict[str, Any]:
        """The run with all its steps."""
        notes = [{"type": kind, "payload": payload} for kind, payload in self.notes or ()]
        skipped = [
            {
                "step": info.name,
                "node": info.node,
                "depth": info.depth,
                "path": info.path,
                "reason": "inactive, or behind stop",
            }
            for info in self.plan.skipped
        ]
        return {"run": self.summary(), "nodes": step_records(self), "logs": notes, "skipped": skipped}


def describe_error(error: BaseException | None) -> dict[str, Any] | None:
    """An error as JSON."""
    if error is None:
        return None
    found: dict[str, Any] = {"name": type(error).__name__, "message": str(error)}
    if isinstance(error, GlobalError):
        found["code"] = error.code
    return found


@dataclass(slots=True)
class Outcome:
    """How a run ended. ``response`` is the last step's envelope or raw result; ``error`` what went wrong.

    A run that goes on later (delayed, queued, debounced) carries what the caller is told in ``deferred``.
    """

    run: Run
    status: Status
    response: Any = None
    error: BaseException | None = None
    content_type: str = ""
    deferred: dict[str, Any] | None = field(default=None)

    @property
    def data(self) -> Any:
        """The result itself, out of its envelope."""
        response = self.response
        if isinstance(response, dict) and "data" in response and "success" in response:
            return response["data"]
        return response
