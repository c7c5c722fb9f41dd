"""A few sandbox processes, each executing one workflow at a time in a fork of itself.

A run gets a fresh fork, so nothing of one stranger's run is left for the next; a run that exceeds its
wall-clock time is killed together with its process, and a new process takes the place.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from prometheus_client import Counter, Gauge

from blokhub.infra.sandbox.frames import HEADER, MAX_FRAME, pack, unpack
from blokhub.kernel.errors import Unavailable

_log = structlog.get_logger("sandbox")
_runs = Counter("blok_sandbox_runs_total", "Runs in the sandbox.", ["status"])
_busy = Gauge("blok_sandbox_busy", "Sandbox processes at work.")
_GRACE_SECONDS = 1.5

HostCall = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Job:
    """A workflow to execute. `host_nodes` names the nodes whose calls come back to the hub.

    `seconds` is how long it may take, when that is less than the pool allows.
    """

    definition: dict[str, Any]
    request: dict[str, Any]
    host_nodes: tuple[str, ...] = ()
    fixtures: tuple[dict[str, Any], ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    dry: bool = False
    seconds: float | None = None


class Execution(msgspec.Struct, frozen=True):
    """What came of it. `problem` tells why it did not complete: a name and a sentence."""

    status: str
    response: dict[str, Any] | None = None
    trace: list[dict[str, Any]] = []
    problem: dict[str, Any] | None = None
    duration_ms: float = 0.0


@dataclass
class SandboxPool:
    """The processes. `seconds`, `memory_mb` and `output_kb` bound each run."""

    workers: int
    seconds: float
    memory_mb: int
    output_kb: int
    _idle: asyncio.Queue["_Worker"] = field(default_factory=asyncio.Queue)
    _all: list["_Worker"] = field(default_factory=list)

    async def start(self) -> None:
        """Start the processes."""
        for _ in range(self.workers):
            worker = _Worker(self)
            await worker.start()
            self._all.append(worker)
            self._idle.put_nowait(worker)

    async def execute(self, job: Job, host_call: HostCall | None = None) -> Execution:
        """Execute one workflow. Raises Unavailable when no process is free in time."""
        try:
            async with asyncio.timeout(self.seconds * 2):
                worker = await self._idle.get()
        except TimeoutError:
            raise Unavailable("All sandboxes are busy. Try again in a moment.", retry_after=5) from None
        _busy.inc()
        try:
            execution = await worker.execute(job, host_call)
        finally:
            _busy.dec()
            self._idle.put_nowait(worker)
        _runs.labels(execution.status).inc()
        return execution

    async def close(self) -> None:
        """End the processes."""
        for worker in self._all:
            await worker.stop()


class _Worker:
    """One sandbox process and the conversation with it."""

    def __init__(self, pool: SandboxPool) -> None:
        self._pool = pool
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        limits = {"memory_mb": self._pool.memory_mb, "output_kb": self._pool.output_kb}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "blokhub.infra.sandbox.worker",
            msgspec.json.encode(limits).decode(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=None,
            start_new_session=True,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
        )

    async def execute(self, job: Job, host_call: HostCall | None) -> Execution:
        """Execute one job; whatever the process does, there is an answer."""
        if self._process is None or self._process.returncode is not None:
            await self.start()
        try:
            async with asyncio.timeout(self._pool.seconds + _GRACE_SECONDS):
                return await self._converse(job, host_call)
        except TimeoutError:
            await self.stop()
            sentence = f"It took longer than {self._pool.seconds:g} s."
            return Execution("timed_out", problem={"name": "time_limit", "detail": sentence})
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.MsgspecError) as error:
            _log.warning("a sandbox process was lost", error=repr(error))
            await self.stop()
            detail = "The sandbox process ended: most likely it ran out of memory."
            return Execution("failed", problem={"name": "sandbox_lost", "detail": detail})
        except BaseException:
            # The caller went away, or its node failed: what this run still says is for nobody else's ears.
            await self.stop()
            raise

    async def _converse(self, job: Job, host_call: HostCall | None) -> Execution:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        order = {
            "definition": job.definition,
            "request": job.request,
            "host_nodes": job.host_nodes,
            "fixtures": job.fixtures,
            "allowed_hosts": job.allowed_hosts,
            "dry": job.dry,
            "seconds": min(self._pool.seconds, job.seconds or self._pool.seconds),
        }
        process.stdin.write(pack(order))
        await process.stdin.drain()
        while True:
            message = await _read(process.stdout)
            if "result" in message:
                return msgspec.convert(message["result"], Execution)
            reply = await _answer(host_call, message["node"], message["inputs"])
            process.stdin.write(pack(reply))
            await process.stdin.drain()

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _read(stream: asyncio.StreamReader) -> Any:
    (size,) = HEADER.unpack(await stream.readexactly(HEADER.size))
    if size > MAX_FRAME:
        raise ConnectionError("a sandbox process sent too much")
    return unpack(await stream.readexactly(size))


async def _answer(host_call: HostCall | None, node: str, inputs: dict[str, Any]) -> dict[str, Any]:
    if host_call is None:
        return {"error": {"code": 403, "message": f"{node} may not be used in this run."}}
    return await host_call(node, inputs)
