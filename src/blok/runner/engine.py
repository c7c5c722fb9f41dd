"""The engine: holds the plans, starts runs, brings back those that left off, remembers what happened."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from time import perf_counter, time
from typing import Any

from blok.expressions import Limits
from blok.nodes.errors import GlobalError
from blok.nodes.registry import NodeRegistry
from blok.runner.errors import (
    Deferred,
    RunCancelledError,
    StepTimeoutError,
    WorkflowFailureError,
    error_chain,
    find_global,
)
from blok.runner.gates import Gatekeeper, storable
from blok.runner.journal import Journal
from blok.runner.plan import Entrance, Plan, compile_plan
from blok.runner.run import Outcome, Run, new_request_id
from blok.runner.settings import Settings, read_settings
from blok.runner.store import DeferredRun, DurableStore, encode
from blok.runner.trace import TraceBuffer
from blok.workflow.model import Workflow

logger = logging.getLogger("blok.runner")
Request = dict[str, Any]


class Engine:
    """Everything that runs of one project share. It needs a running event loop to run, not to be made."""

    def __init__(
        self,
        nodes: NodeRegistry | None = None,
        *,
        settings: Settings | None = None,
        store: DurableStore | None = None,
        limits: Limits | None = None,
        can_defer: bool = True,
    ) -> None:
        self.nodes = nodes or NodeRegistry()
        self.settings = settings or read_settings()
        self.store = store or DurableStore()
        self.limits = limits or Limits()
        self.can_defer = can_defer
        self.workflows: dict[str, Plan] = {}
        self.services: dict[str, Any] = {}
        self.traces = TraceBuffer(self.settings.trace_size, self.settings.trace_events)
        self.active: dict[str, Run] = {}
        self.on_finish: list[Callable[[Run], None]] = []
        self.journal: Journal | None = None
        self._writing: asyncio.Task[None] | None = None
        self._gatekeeper = Gatekeeper(self)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.Task[None] | None = None
        self._wake: asyncio.Event | None = None

    def compile(self, workflow: Workflow, key: str | None = None) -> Plan:
        """Compile a workflow against this engine's nodes.

        Raises:
            WorkflowPlanError: for a node or type that does not exist.
        """
        return compile_plan(workflow, self.nodes, mode=self.settings.mapper_mode, key=key)

    def register(self, plan: Plan) -> None:
        """Make a plan known by its workflow's name; the first of a name stays."""
        self.workflows.setdefault(plan.name, plan)

    # -- running

    async def run(
        self,
        plan: Plan,
        request: Request,
        *,
        trigger: str = "http",
        request_id: str | None = None,
        state: dict[str, Any] | None = None,
    ) -> Outcome:
        """Run a plan for a trigger: middleware, then the gates, then the steps, on a first ``state``."""
        run = Run(self, plan, trigger, request)
        ctx = self.make_ctx(plan, request, request_id)
        if state and "state" in ctx:
            ctx["state"].update(state)
        if trigger not in plan.entrances and not self.settings.global_middleware:
            return await self._perform(run, ctx)
        return await self.run_prepared(run, ctx)

    async def run_prepared(self, run: Run, ctx: dict[str, Any]) -> Outcome:
        """Middleware, gates and steps for a run whose context is made."""
        entrance = run.plan.entrances.get(run.trigger, Entrance(run.plan.workflow.middleware))
        chain = (*self.settings.global_middleware, *entrance.middleware)
        if chain:
            try:
                await self._run_middleware(chain, run, ctx)
            except Exception as error:
                return self._end(run, ctx, error)
        if entrance.gate is None:
            return await self._perform(run, ctx)
        try:
            held = self._gatekeeper.hold(entrance.gate, run, ctx)
        except Exception as error:
            return self._end(run, ctx, GlobalError(str(error), code=500))
        if held is not None:
            self.traces.append(run)
            return held
        try:
            return await self._perform(run, ctx)
        finally:
            self._gatekeeper.release(run)

    async def execute(self, run: Run) -> Outcome:
        """Run a plan on its own: no middleware, no gates (sub-workflows)."""
        return await self._perform(run, self.make_ctx(run.plan, run.request, None))

    async def _perform(self, run: Run, ctx: dict[str, Any]) -> Outcome:
        try:
            pending = run.plan.execute(run, ctx)
            if pending is not None:
                self.active[run.id] = run
                try:
                    await pending
                finally:
                    del self.active[run.id]
        except Exception as error:
            return self._end(run, ctx, error)
        return self._end(run, ctx, None)

    def _end(self, run: Run, ctx: dict[str, Any], error: Exception | None) -> Outcome:
        run.finished = perf_counter()
        run.evaluator.close()
        response = ctx["response"]
        statistics = run.plan.statistics
        statistics.runs += 1
        statistics.seconds += run.finished - run.started
        if error is None:
            run.status = "completed"
            run.response = response
        elif isinstance(error, Deferred):
            return self._leave_off(run, ctx, error)
        else:
            statistics.errors += 1
            run.status = _status_of(error)
            run.error = error
        if self.settings.trace:
            self.traces.append(run)
        for listener in self.on_finish:
            listener(run)
        return Outcome(run, run.status, response, error)

    def make_ctx(self, plan: Plan, request: Request, request_id: str | None) -> dict[str, Any]:
        """The context of a fresh run, as its generation has it."""
        response = {"data": "", "contentType": "", "success": True, "error": None}
        config: Any = copy.deepcopy(plan.config) if plan.reads_config else plan.config
        ctx: dict[str, Any] = {
            "id": request_id or new_request_id(),
            "workflow_name": plan.name,
            "workflow_path": plan.key,
            "request": request,
            "response": response,
            "config": config,
            "env": self.settings.env,
            "error": {"message": []},
        }
        if plan.profile.generation == 2:
            ctx["req"] = request
            ctx["prev"] = response
            ctx["state"] = ctx["vars"] = {}
        return ctx

    def child(self, parent: Run, plan: Plan, request: Request) -> Run:
        """A run inside another one."""
        run = Run(self, plan, "subworkflow", request)
        run.parent = parent
        run.depth = parent.depth + 1
        run.stream, run.connection = parent.stream, parent.connection
        return run

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside the requests, and hold on to it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self, run_id: str) -> bool:
        """Stop a run before its next step, or a deferred one before it starts."""
        run = self.active.get(run_id)
        if run is not None:
            run.cancel()
            return True
        if self.store.take(run_id) is not None:
            found = self.traces.find(run_id)
            if found is not None:
                found.status = "cancelled"
            return True
        return False

    # -- middleware and gates

    async def _run_middleware(self, chain: tuple[str, ...], run: Run, ctx: dict[str, Any]) -> None:
        own_config = ctx["config"]
        for name in chain:
            plan = self.workflows.get(name)
            if plan is None or not plan.workflow.is_middleware:
                known = ", ".join(
                    sorted(key for key, item in self.workflows.items() if item.workflow.is_middleware)
                )
                raise WorkflowFailureError(
                    f'[blok] middleware "{name}" not found in WorkflowRegistry. Add a workflow of this name '
                    f'with "middleware": true. Available: {known or "none"}.'
                )
            ctx["config"] = plan.config
            pending = plan.execute(run, ctx)
            if pending is not None:
                await pending
        ctx["config"] = own_config

    # -- runs that go on later

    def _leave_off(self, run: Run, ctx: dict[str, Any], wait: Deferred) -> Outcome:
        payload = encode(
            {
                "request": storable(ctx["request"]),
                "state": ctx["state"],
                "response": ctx["response"],
                "id": ctx["id"],
                "trigger": run.trigger,
                "frames": wait.frames,
                "deadlines": {**(run.deadlines or {}), wait.step: wait.at},
            }
        )
        if len(payload) > self.settings.snapshot_max_bytes:
            size, limit = len(payload), self.settings.snapshot_max_bytes
            return self._end(
                run,
                ctx,
                WorkflowFailureError(f"State of {size} bytes is above the snapshot limit of {limit}."),
            )
        run.status = "delayed"
        run.finished = 0.0
        self.traces.append(run)
        self.schedule(DeferredRun(run.id, run.plan.name, "delayed", wait.at, payload))
        facts = {
            "status": "delayed",
            "scheduledAt": round(wait.at * 1_000),
            "debounced": False,
            "pingCount": 1,
        }
        return Outcome(run, "delayed", deferred={"runId": run.id, "workflowName": run.plan.name, **facts})

    def schedule(self, deferred: DeferredRun) -> None:
        """Keep a run for later and see that it is brought back in time."""
        self.store.defer(deferred)
        self.watch()

    def watch(self) -> None:
        """Start, or wake, the timer that brings deferred runs back."""
        if self._timer is None or self._timer.done():
            self._wake = asyncio.Event()
            self._timer = asyncio.get_running_loop().create_task(self._bring_back())
        elif self._wake is not None:
            self._wake.set()

    async def _bring_back(self) -> None:
        while waiting := self.store.deferred():
            assert self._wake is not None
            left = waiting[0].due - time()
            if left > 0:
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), min(left, 3_600))
                continue
            deferred = self.store.take(waiting[0].id)
            if deferred is not None:
                self.spawn(self.resume(deferred))

    async def resume(self, deferred: DeferredRun) -> Outcome | None:
        """Go on with a deferred run; None when it has expired or its workflow is gone."""
        plan = self.workflows.get(deferred.workflow)
        if plan is None:
            logger.error('run %s cannot go on: workflow "%s" is gone', deferred.id, deferred.workflow)
            return None
        found = self.traces.find(deferred.id)
        if deferred.expires is not None and deferred.expires <= time():
            if found is not None:
                found.status = "expired"
            return None
        content = deferred.content()
        run = found or Run(self, plan, content.get("trigger", "http"), content["request"])
        run.take_id(deferred.id)
        run.status = "running"
        run.resume = content.get("frames") or None
        run.deadlines = content.get("deadlines")
        ctx = self.make_ctx(plan, content["request"], content.get("id"))
        ctx["state"].update(content.get("state") or {})
        if "response" in content:
            ctx["response"] = ctx["prev"] = content["response"]
        entrance = plan.entrances.get(run.trigger)
        if deferred.kind == "queued" and entrance is not None and entrance.gate is not None:
            held = self._gatekeeper.hold(entrance.gate, run, ctx)
            if held is not None:
                return held
        outcome = await self._perform(run, ctx)
        self._gatekeeper.release(run)
        return outcome

    def keep_journal(self, path: Path) -> None:
        """Write finished runs behind, to a file."""
        self.journal = Journal(path)
        self.on_finish.append(self.journal.take)
        self._writing = asyncio.get_running_loop().create_task(self.journal.write_behind())

    async def close(self) -> None:
        """Stop the timer, let what is running finish for a moment, close the files."""
        if self._writing is not None and self.journal is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})
            self.journal.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        self.store.close()


def _status_of(error: Exception) -> Any:
    if isinstance(error, RunCancelledError):
        return "cancelled"
    if any(isinstance(item, StepTimeoutError) for item in error_chain(error)):
        return "timedOut"
    return "failed"


def response_error(error: BaseException) -> tuple[int, Any]:
    """The status and body a caller gets for an error."""
    shaped = find_global(error)
    if shaped is None:
        return 500, {"error": str(error)}
    status = shaped.code if isinstance(shaped.code, int) and 100 <= shaped.code <= 599 else 500
    return status, shaped.json if shaped.has_json() else {"error": shaped.message}
