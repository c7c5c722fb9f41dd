"""Sagas: operations of several steps that survive the death of the process.

A saga is a durable workflow of DBOS: each finished step is remembered in PostgreSQL, and after a crash the
saga goes on with the first that is not. When a step fails for good, the compensations of those that ran
follow in reverse. Every step must bear being run again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos._error import DBOSNonExistentWorkflowError

from blokhub.infra import saga_log
from blokhub.infra.database import service_url
from blokhub.infra.host import Host
from blokhub.infra.migrate import SAGA_SCHEMA
from blokhub.kernel import faults
from blokhub.kernel.errors import ProblemError, Unavailable, VersionConflict

_log = structlog.get_logger("saga")

Payload = dict[str, Any]
Action = Callable[[Host, Payload], Awaitable[None]]
Compensation = Callable[[Host, Payload], Awaitable[None]]

# Sagas recorded under another number are left to the processes that know it; raise it when the order or
# the meaning of steps changes.
_APPLICATION_VERSION = "1"


@dataclass(frozen=True)
class Step:
    """One step. With `awaits`, it ends when `signal` brings a message of that name; its action may be None.

    `attempts` counts the tries of the action after unexpected errors, and after those that may be over in
    a moment (VersionConflict, Unavailable); any other ProblemError ends it at once.
    """

    name: str
    action: Action | None
    compensation: Compensation | None = None
    awaits: str | None = None
    timeout: float = 30.0
    attempts: int = 4


@dataclass(frozen=True)
class Saga:
    """The steps of one kind of saga, in order."""

    kind: str
    steps: Sequence[Step]


class SagaEngine:
    """Runs the sagas of every service in this process."""

    def __init__(self) -> None:
        self._sagas: dict[str, tuple[Host, Saga]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dbos: DBOS | None = None
        self._run: Any = None

    def add(self, host: Host, sagas: Sequence[Saga]) -> None:
        """Take over the sagas of a service."""
        for saga in sagas:
            self._sagas[saga.kind] = (host, saga)

    async def launch(self, postgres_url: str, secret: str, executor: str) -> None:
        """Start, and go on with what this executor left unfinished."""
        self._loop = asyncio.get_running_loop()
        logging.getLogger("dbos").setLevel(logging.WARNING)
        url = service_url(postgres_url, secret, SAGA_SCHEMA).set(drivername="postgresql")
        config: DBOSConfig = {
            "name": "blok",
            "system_database_url": url.render_as_string(hide_password=False),
            "dbos_system_schema": SAGA_SCHEMA,
            "application_version": _APPLICATION_VERSION,
            "executor_id": executor,
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": 0.2,
        }
        self._dbos = DBOS(config=config)

        async def run_saga(kind: str, saga_id: str, payload: Payload) -> None:
            await self._run_saga(kind, saga_id, payload)

        self._run = DBOS.workflow(name="saga", max_recovery_attempts=1000)(run_saga)
        await asyncio.to_thread(DBOS.launch)

    async def start(self, kind: str, saga_id: str, payload: Payload) -> None:
        """Begin a saga; beginning the same `saga_id` again changes nothing."""
        with SetWorkflowID(saga_id):
            await DBOS.start_workflow_async(self._run, kind, saga_id, payload)

    async def signal(self, saga_id: str, topic: str, message: Payload, *, once: str) -> None:
        """Bring a waiting step its message; `once` makes repetitions of the same message harmless."""
        try:
            await DBOS.send_async(saga_id, message, topic, idempotency_key=once)
        except DBOSNonExistentWorkflowError:
            _log.warning("message for an unknown saga", saga=saga_id, topic=topic)

    async def unfinished_by(self) -> set[str]:
        """The executors that have sagas which are neither finished nor waiting to be taken up."""
        pending = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return {each.executor_id for each in pending if each.executor_id}

    async def take_over(self, executor: str) -> None:
        """Go on with what `executor` left unfinished. It must have ended."""
        await asyncio.to_thread(DBOS._recover_pending_workflows, [executor])

    async def close(self) -> None:
        """Stop; unfinished sagas go on at the next launch."""
        if self._dbos is not None:
            await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=0, destroy_registry=True)
            self._dbos = None
            if self._loop is not None:  # DBOS had lent the loop its threads, and took them along
                self._loop.set_default_executor(ThreadPoolExecutor())

    async def _run_saga(self, kind: str, saga_id: str, payload: Payload) -> None:
        host, saga = self._sagas[kind]
        done: list[Step] = []
        try:
            for step in saga.steps:
                done.append(step)
                await self._step(host, saga_id, step, payload)
        except _StepFailed as failure:
            await self._mark(host, saga_id, failure.step, "failed", failure.problem)
            for step in reversed(done):
                if step.compensation is not None:
                    await self._compensate(host, step, payload | {"problem": failure.problem})
                if step.name != failure.step:
                    await self._mark(host, saga_id, step.name, "compensated", None)
            await self._finish(host, saga_id, "compensated", failure.problem)
        else:
            await self._finish(host, saga_id, "completed", None)

    async def _step(self, host: Host, saga_id: str, step: Step, payload: Payload) -> None:
        await self._mark(host, saga_id, step.name, "running", None)
        problem = await self._durable(f"{step.name}", lambda: self._attempt(host, step, payload))
        if problem is None and step.awaits is not None:
            message = await DBOS.recv_async(step.awaits, timeout_seconds=step.timeout)
            problem = message.get("problem") if message is not None else _timed_out(step)
        if problem is not None:
            raise _StepFailed(step.name, problem)
        await self._mark(host, saga_id, step.name, "completed", None)

    async def _attempt(self, host: Host, step: Step, payload: Payload) -> Payload | None:
        """Run the action; returns the problem that ended it, if one did."""
        faults.place(f"saga.{step.name}.before")
        pause = 0.1
        for attempt in range(1, step.attempts + 1):
            try:
                if step.action is not None:
                    await step.action(host, payload)
            except ProblemError as error:
                if attempt == step.attempts or not isinstance(error, VersionConflict | Unavailable):
                    return error.as_problem()
                await asyncio.sleep(pause)
                pause *= 3
            except Exception as error:
                _log.warning("saga step failed", step=step.name, attempt=attempt, error=repr(error))
                if attempt == step.attempts:
                    return ProblemError(f"The step {step.name} failed {attempt} times: {error}").as_problem()
                await asyncio.sleep(pause)
                pause *= 3
            else:
                break
        faults.place(f"saga.{step.name}.after")
        return None

    async def _compensate(self, host: Host, step: Step, payload: Payload) -> None:
        compensation = step.compensation
        assert compensation is not None

        async def compensate() -> None:
            faults.place(f"saga.{step.name}.compensate")
            pause = 0.2
            while True:  # a compensation must succeed in the end; the process may be restarted meanwhile
                try:
                    return await compensation(host, payload)
                except Exception as error:
                    _log.error("compensation failed, trying again", step=step.name, error=repr(error))
                    await asyncio.sleep(pause)
                    pause = min(pause * 3, 60)

        await self._durable(f"compensate {step.name}", compensate)

    async def _mark(self, host: Host, saga_id: str, step: str, state: str, problem: Payload | None) -> None:
        await self._durable(
            f"mark {step} {state}", lambda: saga_log.mark(host.database, saga_id, step, state, problem)
        )

    async def _finish(self, host: Host, saga_id: str, state: str, problem: Payload | None) -> None:
        await self._durable(f"mark {state}", lambda: saga_log.finish(host.database, saga_id, state, problem))

    async def _durable(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        """Run `action` as a step that DBOS remembers, on the loop that owns the connections."""
        loop = self._loop
        assert loop is not None

        async def run() -> Any:
            async def call() -> Any:
                return await action()

            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call(), loop))

        return await DBOS.run_step_async({"name": name}, run)


class _StepFailed(Exception):
    def __init__(self, step: str, problem: Payload) -> None:
        super().__init__(step)
        self.step = step
        self.problem = problem


def _timed_out(step: Step) -> Payload:
    return ProblemError(f"The step {step.name} was not answered within {step.timeout:g} s.").as_problem()


__all__ = ["Saga", "SagaEngine", "Step"]
