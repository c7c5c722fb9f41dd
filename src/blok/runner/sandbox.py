"""Run a stranger's workflow under a policy: no environment, no network but what is granted, all bounded.

The policy bounds what the workflow can ask of this process. A host that runs strangers' work should still
call this in a process of its own that it can kill, for code that never comes back (a runaway regular
expression in a schema, say).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from blok.expressions import Limits
from blok.nodes.contract import Node
from blok.nodes.egress import EgressPolicy, Fixture
from blok.nodes.registry import NodeRegistry, builtin_nodes, host_node
from blok.runner.engine import Engine
from blok.runner.errors import RunCancelledError
from blok.runner.reply import Reply
from blok.runner.run import Outcome, Run
from blok.runner.settings import Settings
from blok.runner.shape import shape
from blok.runner.trace import step_record, step_records
from blok.workflow import Format, Generation, WorkflowError, detect_generation, load_text, normalise, parse
from blok.workflow.model import Workflow

SandboxStatus = Literal["completed", "failed", "timed_out", "cancelled", "invalid"]
OnStep = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class SandboxPolicy:
    """What a run may do.

    ``allowed_hosts`` are the hosts api-call may reach (none by default); ``fixtures`` are recorded answers
    (``{method, url, status, headers, body}``) that are asked first. ``allowed_nodes`` None means every
    built-in node; host nodes are always allowed. Times are seconds.
    """

    allowed_hosts: tuple[str, ...] = ()
    fixtures: tuple[Mapping[str, Any], ...] = ()
    allowed_nodes: tuple[str, ...] | None = None
    wall_seconds: float = 10.0
    expression_cpu_seconds: float = 0.5
    expression_memory_bytes: int = 64 * 1024 * 1024
    max_steps: int = 10_000
    max_output_bytes: int = 1024 * 1024
    call_timeout_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class RunResult:
    """How it went. ``response`` has status, headers and body; ``error`` says why it did not complete."""

    status: SandboxStatus
    response: dict[str, Any] | None
    trace: list[dict[str, Any]]
    duration_ms: float
    error: dict[str, Any] | None = None


class _ObservedEvents(list[Any]):
    """The events of a run, told to somebody as they come."""

    def __init__(self, tell: Callable[[Any], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, event: Any) -> None:
        """Keep the event and tell of it."""
        super().append(event)
        if type(event) is tuple and len(event) > 2:
            self._tell(event)

    def branch(self) -> _ObservedEvents:
        """The events of a parallel branch, told to the same listener."""
        return _ObservedEvents(self._tell)


def execute(
    definition: Mapping[str, Any] | str,
    request: Mapping[str, Any] | None = None,
    *,
    policy: SandboxPolicy | None = None,
    host_nodes: Mapping[str, Any] | None = None,
    on_step: OnStep | None = None,
    generation: Generation | None = None,
    encoding: Format = "json",
    workflows: Mapping[str, Mapping[str, Any]] | None = None,
) -> RunResult:
    """Run a definition once and wait for it; see ``execute_async``. Must not be called on an event loop."""
    return asyncio.run(
        execute_async(
            definition,
            request,
            policy=policy,
            host_nodes=host_nodes,
            on_step=on_step,
            generation=generation,
            encoding=encoding,
            workflows=workflows,
        )
    )


async def execute_async(
    definition: Mapping[str, Any] | str,
    request: Mapping[str, Any] | None = None,
    *,
    policy: SandboxPolicy | None = None,
    host_nodes: Mapping[str, Any] | None = None,
    on_step: OnStep | None = None,
    generation: Generation | None = None,
    encoding: Format = "json",
    workflows: Mapping[str, Mapping[str, Any]] | None = None,
) -> RunResult:
    """Run a definition (a document, or its text) once under a policy.

    ``host_nodes`` are functions of (inputs) or (ctx, inputs), by node name; ``on_step`` hears of every
    finished step; ``workflows`` are those that sub-workflow steps may name. The generation is found from
    the document's shape unless given. Never raises for what the workflow does: see ``RunResult.status``.
    """
    policy = policy or SandboxPolicy()
    started = time.perf_counter()
    try:
        workflow = _load(definition, encoding, generation)
        engine = _engine(policy, host_nodes or {})
        plan = engine.compile(workflow)
        for name, inner in (workflows or {}).items():
            engine.workflows[name] = engine.compile(_load(inner, "json", None))
    except WorkflowError as error:
        facts = {
            "name": type(error).__name__,
            "message": error.message,
            "line": error.line,
            "column": error.column,
        }
        return RunResult("invalid", None, [], _since(started), facts)
    run = Run(engine, plan, "http", _request(request or {}))
    if on_step is not None:
        listener, base = on_step, run.started_at - run.started
        run.events = _ObservedEvents(lambda event: listener(step_record(event, base)))
    guard = _Guard(run, policy)
    try:
        outcome = await _guarded(engine, run, policy)
    finally:
        guard.stop()
    return _result(outcome, run, policy, guard, started)


def _load(definition: Mapping[str, Any] | str, encoding: Format, generation: Generation | None) -> Workflow:
    if isinstance(definition, str):
        chosen = generation or detect_generation(parse(definition, encoding))
        return load_text(definition, encoding, generation=chosen)
    document = dict(definition)
    return normalise(document, generation=generation or detect_generation(document))


def _engine(policy: SandboxPolicy, host_nodes: Mapping[str, Any]) -> Engine:
    given: dict[str, Node] = {name: host_node(name, function) for name, function in host_nodes.items()}
    if policy.allowed_nodes is not None:
        everything = NodeRegistry()
        allowed = [everything.find(name) for name in policy.allowed_nodes]
        given = {**{item.name: item for item in allowed if item is not None}, **given}
    registry = NodeRegistry(given, builtins=policy.allowed_nodes is None)
    settings = Settings(environment="sandbox", self_base_url="", env={})
    limits = Limits(
        cpu_seconds=policy.expression_cpu_seconds,
        wall_seconds=policy.wall_seconds,
        memory_bytes=policy.expression_memory_bytes,
    )
    engine = Engine(registry, settings=settings, limits=limits, can_defer=False)
    engine.services["egress"] = EgressPolicy(
        allowed_hosts=policy.allowed_hosts,
        timeout_seconds=policy.call_timeout_seconds,
        fixtures=tuple(_fixture(item) for item in policy.fixtures),
    )
    return engine


def _fixture(item: Mapping[str, Any]) -> Fixture:
    return Fixture(
        url=str(item["url"]),
        method=str(item.get("method", "GET")),
        status=int(item.get("status", 200)),
        headers=dict(item.get("headers") or {}),
        body=item.get("body"),
    )


def _request(given: Mapping[str, Any]) -> dict[str, Any]:
    """A whole request from the parts that were given."""
    path = str(given.get("path", "/"))
    headers = {str(key).lower(): str(value) for key, value in (given.get("headers") or {}).items()}
    body = given.get("body", {})
    return {
        "body": {} if body is None else body,
        "rawBody": given.get("rawBody", json.dumps(body) if body else ""),
        "headers": headers,
        "params": dict(given.get("params") or {}),
        "query": dict(given.get("query") or {}),
        "method": str(given.get("method", "GET")).upper(),
        "path": path,
        "url": str(given.get("url", path)),
    }


class _Guard:
    """A thread that stops the run when it has taken too long or too many steps.

    Steps that never yield to the event loop can only be stopped from outside of it.
    """

    def __init__(self, run: Run, policy: SandboxPolicy) -> None:
        self.reason: str | None = None
        self._run = run
        self._until = time.perf_counter() + policy.wall_seconds
        self._max_steps = policy.max_steps
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            if time.perf_counter() > self._until:
                self.reason = "time"
            elif len(self._run.events) > self._max_steps:
                self.reason = "steps"
            if self.reason is not None:
                self._run.cancel()

    def stop(self) -> None:
        """Stop watching."""
        self._done.set()
        self._thread.join()


async def _guarded(engine: Engine, run: Run, policy: SandboxPolicy) -> Outcome:
    ctx = engine.make_ctx(run.plan, run.request, None)
    try:
        async with asyncio.timeout(policy.wall_seconds):
            return await engine.run_prepared(run, ctx)
    except TimeoutError:
        run.cancel()
        return Outcome(
            run, "timedOut", None, TimeoutError(f"The run took longer than {policy.wall_seconds:g} s.")
        )


def _result(outcome: Outcome, run: Run, policy: SandboxPolicy, guard: _Guard, started: float) -> RunResult:
    trace = step_records(run)
    duration = _since(started)
    error = outcome.error
    if guard.reason == "time" or outcome.status == "timedOut":
        text = (
            str(error)
            if error is not None and str(error)
            else f"The run took longer than {policy.wall_seconds:g} s."
        )
        return RunResult("timed_out", None, trace, duration, {"name": "TimeLimit", "message": text})
    if guard.reason == "steps":
        text = f"The run made more than {policy.max_steps} steps."
        return RunResult("failed", None, trace, duration, {"name": "StepLimit", "message": text})
    if isinstance(error, RunCancelledError):
        return RunResult(
            "cancelled", None, trace, duration, {"name": "Cancelled", "message": "The run was stopped."}
        )
    reply = shape(outcome, run.plan.profile.generation)
    if len(reply.body) > policy.max_output_bytes:
        text = f"The answer has {len(reply.body)} bytes; {policy.max_output_bytes} are allowed."
        return RunResult("failed", None, trace, duration, {"name": "OutputLimit", "message": text})
    facts = {"name": type(error).__name__, "message": str(error)} if error is not None else None
    return RunResult("failed" if error is not None else "completed", _response(reply), trace, duration, facts)


def _response(reply: Reply) -> dict[str, Any]:
    headers = dict(reply.headers)
    text = reply.body.decode("utf-8", "replace")
    body: Any = text
    if "json" in headers.get("content-type", "") and text:
        try:
            body = json.loads(text)
        except ValueError:
            body = text
    return {"status": reply.status, "headers": headers, "body": body}


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1_000, 3)


def safe_nodes() -> tuple[str, ...]:
    """Names of the built-in nodes, for policies that list what is allowed."""
    return tuple(builtin_nodes())
