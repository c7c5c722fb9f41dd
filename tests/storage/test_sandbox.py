"""What a stranger's workflow cannot do, shown on real sandbox processes."""

import asyncio
import http.server
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest
import pytest_asyncio

from blokhub.infra.sandbox import Execution, Job, SandboxPool
from blokhub.kernel.errors import Unavailable

SECONDS = 2.0


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[SandboxPool]:
    """One process with small limits."""
    made = await _started(1)
    yield made
    await made.close()


async def _started(workers: int, seconds: float = SECONDS) -> SandboxPool:
    made = SandboxPool(workers, seconds, memory_mb=256, output_kb=64)
    await made.start()
    return made


def flow(*steps: dict[str, Any], path: str = "/") -> dict[str, Any]:
    """A workflow of some steps."""
    return {
        "name": "stranger",
        "version": "1.0.0",
        "trigger": {"http": {"method": "GET", "path": path}},
        "steps": list(steps),
    }


def expression(source: str) -> dict[str, Any]:
    """A workflow that answers with the value of an expression."""
    return flow({"id": "value", "use": "@blokjs/expr", "inputs": {"expression": source}})


def call(url: str) -> dict[str, Any]:
    """A workflow that asks another host."""
    return flow({"id": "call", "use": "@blokjs/api-call", "inputs": {"url": url}})


GREETING = expression("'hello'")


def body(execution: Execution) -> Any:
    """The body of the answer."""
    assert execution.response is not None, execution
    return execution.response["body"]


async def assert_still_works(pool: SandboxPool) -> None:
    """The pool runs the next stranger's workflow as if nothing had been."""
    execution = await pool.execute(Job(GREETING, {}))
    assert (execution.status, body(execution)) == ("completed", "hello")


async def test_a_workflow_runs_and_shows_its_trace(pool: SandboxPool) -> None:
    execution = await pool.execute(Job(expression("ctx.request.query.n * 2"), {"query": {"n": 21}}))
    assert (execution.status, body(execution)) == ("completed", 42)
    assert execution.problem is None
    assert [(step["step"], step["output"]) for step in execution.trace] == [("value", 42)]


STEP = {"id": "a", "use": "mapper", "inputs": {"model": {}}}
LOOP = {"while": "true", "maxIterations": 10**9, "do": [STEP]}
PATTERN = {"schema": {"type": "string", "pattern": "^(a+)+$"}, "data": "a" * 40 + "!"}
ENDLESS = {
    "expression": expression("(() => { while (true) {} })()"),
    "regular expression": expression("/^(a+)+$/.test('a'.repeat(60) + '!')"),
    "loop": flow({"id": "loop", "loop": LOOP}),
    "wait": flow({"id": "wait", "wait": {"for": "1h"}}),
    "schema": flow({"id": "schema", "use": "@blokjs/json-schema", "inputs": PATTERN}),
}


@pytest.mark.parametrize("kind", ENDLESS)
async def test_what_never_ends_is_ended_and_the_next_run_works(pool: SandboxPool, kind: str) -> None:
    async with asyncio.timeout(SECONDS + 8):
        execution = await pool.execute(Job(ENDLESS[kind], {}))
    if kind in {"wait", "schema"}:  # the others are held by a limit of their own
        assert execution.status == "timed_out"
        assert execution.problem is not None and "2 s" in execution.problem["detail"]
    assert execution.status in {"timed_out", "failed"}
    await assert_still_works(pool)


BOMBS = [
    "(() => { const a = []; while (true) a.push(new Array(1e6).fill('x')) })()",
    "(() => { let s = 'x'; while (true) s = s + s })()",
    "'x'.repeat(2 ** 30)",
    "(() => { const o = {}; let p = o; while (true) { p.next = {}; p = p.next } })()",
    "new Uint8Array(2 ** 31 - 1).length",
    "Array.from({length: 1e9}, (_, i) => ({i}))",
    "(() => { const f = () => f() + 1; return f() })()",
    "JSON.parse('['.repeat(1e6) + ']'.repeat(1e6))",
]


@pytest.mark.parametrize("source", BOMBS)
async def test_a_memory_bomb_hurts_nobody_else(pool: SandboxPool, source: str) -> None:
    execution = await pool.execute(Job(expression(source), {}))
    assert execution.status in {"failed", "timed_out"}
    await assert_still_works(pool)


async def test_memory_that_grows_from_step_to_step_is_bounded(pool: SandboxPool) -> None:
    doubling = [
        {"id": f"s{n}", "use": "@blokjs/expr", "inputs": {"expression": source}}
        for n, source in enumerate(
            ["'x'.repeat(2e6)", *(f"ctx.state.s{n} + ctx.state.s{n}" for n in range(12))]
        )
    ]
    execution = await pool.execute(Job(flow(*doubling), {}))
    assert execution.status in {"failed", "timed_out"}
    await assert_still_works(pool)


class _Receiver(http.server.BaseHTTPRequestHandler):
    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths that it was asked for."""
    heard: list[str] = []
    handler = type("Receiver", (_Receiver,), {"heard": heard})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


async def test_no_server_is_reached(pool: SandboxPool, receiver: tuple[str, list[str]]) -> None:
    address, heard = receiver
    port = address.rpartition(":")[2]
    for url in (f"{address}/a", f"http://localhost:{port}/b", f"http://0.0.0.0:{port}/c"):
        execution = await pool.execute(Job(call(url), {}))
        assert execution.status == "failed", execution
    assert heard == []


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest/meta-data/", "http://[::1]/", "file:///etc/passwd", "http://example.com"],
)
async def test_no_address_is_reached(pool: SandboxPool, url: str) -> None:
    execution = await pool.execute(Job(call(url), {}))
    assert execution.status == "failed"
    assert execution.duration_ms < SECONDS * 1000


async def test_a_granted_name_does_not_lead_to_this_machine(
    pool: SandboxPool, receiver: tuple[str, list[str]]
) -> None:
    address, heard = receiver
    port = address.rpartition(":")[2]
    job = Job(call(f"http://localhost:{port}/a"), {}, allowed_hosts=("example.com",))
    assert (await pool.execute(job)).status == "failed"
    assert heard == []


async def test_a_recorded_answer_stands_in_for_a_call(pool: SandboxPool) -> None:
    url = "https://api.example.com/rates"
    fixture = {"method": "GET", "url": url, "status": 200, "body": {"eur": 1.1}}
    execution = await pool.execute(Job(call(url), {}, fixtures=(fixture,)))
    assert (execution.status, body(execution)) == ("completed", {"eur": 1.1})


async def test_the_environment_is_empty(pool: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOK_SECRET", "a secret of the hub")
    execution = await pool.execute(Job(expression("ctx.env"), {}))
    assert body(execution) == {}


async def test_what_one_run_keeps_in_memory_is_gone_for_the_next(pool: SandboxPool) -> None:
    def kv(**inputs: Any) -> dict[str, Any]:
        return {"id": inputs["action"], "use": "@blokjs/in-memory-kv", "inputs": {"key": "secret", **inputs}}

    both = await pool.execute(Job(flow(kv(action="set", value="mine"), kv(action="get")), {}))
    assert both.status == "completed", both
    assert "mine" in str(body(both))
    after = await pool.execute(Job(flow(kv(action="get")), {}))
    assert after.status == "completed", after
    assert "mine" not in str(body(after))


async def test_globals_of_one_run_are_gone_for_the_next(pool: SandboxPool) -> None:
    await pool.execute(
        Job(expression("(globalThis.left = 'behind', Object.prototype.left = 'behind', 1)"), {})
    )
    execution = await pool.execute(Job(expression("[typeof globalThis.left, typeof ({}).left]"), {}))
    assert body(execution) == ["undefined", "undefined"]


async def test_an_answer_that_is_too_large_is_refused(pool: SandboxPool) -> None:
    execution = await pool.execute(Job(expression("'x'.repeat(100 * 1024)"), {}))
    assert execution.status == "failed"
    assert execution.problem is not None and execution.problem["name"] == "OutputLimit"
    await assert_still_works(pool)


async def test_a_trace_that_is_too_large_loses_its_values_only(pool: SandboxPool) -> None:
    steps = [
        {"id": f"s{n}", "use": "@blokjs/expr", "inputs": {"expression": "'x'.repeat(3000)"}}
        for n in range(30)
    ]
    execution = await pool.execute(Job(flow(*steps), {}))
    assert (execution.status, body(execution)) == ("completed", "x" * 3000)
    assert [step["step"] for step in execution.trace] == [f"s{n}" for n in range(30)]
    assert {step["output"] for step in execution.trace} == {None}
    assert execution.problem is not None and execution.problem["name"] == "TraceLimit"


async def test_text_that_no_store_can_hold_is_replaced(pool: SandboxPool) -> None:
    execution = await pool.execute(Job(expression("['a' + String.fromCharCode(0) + 'b']"), {}))
    assert (execution.status, body(execution)) == ("completed", ["a\ufffdb"])
    assert execution.trace[0]["output"] == ["a\ufffdb"]


async def test_half_a_character_is_no_lack_of_memory(pool: SandboxPool) -> None:
    for source in (r"'\ud800'", r"['\ud800']", r"({'\ud800': 1})"):
        execution = await pool.execute(Job(expression(source), {}))
        assert execution.problem is None or "Unicode" in execution.problem["name"]


async def test_a_node_of_the_host_is_asked_and_answers(pool: SandboxPool) -> None:
    asked = []

    async def host(node: str, inputs: dict[str, Any]) -> dict[str, Any]:
        asked.append((node, inputs))
        return {"output": {"number": len(asked), "said": inputs["text"]}}

    steps = [
        {"id": "one", "use": "user-auth", "inputs": {"text": "${ctx.request.query.q}"}},
        {"id": "two", "use": "user-auth", "inputs": {"text": "js/ctx.state.one.number + 1"}},
    ]
    job = Job(flow(*steps), {"query": {"q": "hi"}}, host_nodes=("user-auth",))
    execution = await pool.execute(job, host)
    assert (execution.status, body(execution)) == ("completed", {"number": 2, "said": 2})
    assert asked == [("user-auth", {"text": "hi"}), ("user-auth", {"text": 2})]


async def test_an_error_of_a_host_node_is_an_error_of_the_step(pool: SandboxPool) -> None:
    async def host(node: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"error": {"code": 409, "message": "This handle is taken."}}

    job = Job(flow({"id": "one", "use": "user-auth", "inputs": {}}), {}, host_nodes=("user-auth",))
    execution = await pool.execute(job, host)
    assert execution.status == "failed"
    assert execution.response is not None and execution.response["status"] == 409
    assert "taken" in str(execution.response["body"])


async def test_a_host_that_fails_does_not_cost_the_sandbox_its_next_run(pool: SandboxPool) -> None:
    async def host(node: str, inputs: dict[str, Any]) -> dict[str, Any]:
        raise LookupError("the users service is away")

    job = Job(flow({"id": "one", "use": "user-auth", "inputs": {}}), {}, host_nodes=("user-auth",))
    with pytest.raises(LookupError):
        await pool.execute(job, host)
    await assert_still_works(pool)


async def test_a_reader_who_goes_away_does_not_cost_the_sandbox_its_next_run(pool: SandboxPool) -> None:
    waiting = asyncio.create_task(pool.execute(Job(flow({"id": "w", "wait": {"for": "1s"}}), {})))
    await asyncio.sleep(0.5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await assert_still_works(pool)


async def test_a_dry_run_calls_no_node_of_the_host(pool: SandboxPool) -> None:
    asked = []

    async def host(node: str, inputs: dict[str, Any]) -> dict[str, Any]:
        asked.append(node)
        return {"output": {}}

    job = Job(flow({"id": "one", "use": "user-auth", "inputs": {}}), {}, host_nodes=("user-auth",), dry=True)
    assert (await pool.execute(job, host)).status == "failed"
    assert asked == []


async def test_a_text_that_is_no_workflow_is_refused_with_a_reason(pool: SandboxPool) -> None:
    execution = await pool.execute(Job({"name": "broken", "steps": [{"use": "no-such-node"}]}, {}))
    assert execution.status == "refused"
    assert execution.problem is not None
    assert execution.problem["detail"]


@pytest.mark.parametrize("definition", [{}, {"steps": 3}, {"trigger": 1, "steps": []}, {"steps": [None]}])
async def test_no_definition_brings_a_process_down(pool: SandboxPool, definition: dict[str, Any]) -> None:
    execution = await pool.execute(Job(definition, {}))
    assert execution.status in {"refused", "failed", "completed"}
    assert execution.problem is None or execution.problem["name"] not in {"MemoryLimit", "sandbox_lost"}
    await assert_still_works(pool)


def _processes(pool: SandboxPool) -> list[int]:
    return [worker._process.pid for worker in pool._all if worker._process is not None]


async def test_a_killed_process_is_replaced(pool: SandboxPool) -> None:
    (before,) = _processes(pool)
    os.killpg(before, signal.SIGKILL)
    lost = await pool.execute(Job(GREETING, {}))
    assert lost.status in {"completed", "failed"}
    await assert_still_works(pool)
    (after,) = _processes(pool)
    assert after != before


async def test_a_process_killed_in_the_middle_of_a_run_is_replaced(pool: SandboxPool) -> None:
    (before,) = _processes(pool)
    running = asyncio.create_task(pool.execute(Job(flow({"id": "w", "wait": {"for": "1h"}}), {})))
    await asyncio.sleep(0.5)
    os.killpg(before, signal.SIGKILL)
    lost = await running
    assert lost.status == "failed"
    assert lost.problem is not None and lost.problem["name"] == "sandbox_lost"
    await assert_still_works(pool)


async def test_no_process_is_left_after_the_pool_is_closed() -> None:
    pool = await _started(2, SECONDS)
    processes = _processes(pool)
    running = asyncio.create_task(pool.execute(Job(ENDLESS["wait"], {})))
    await asyncio.sleep(0.3)
    await pool.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    async with asyncio.timeout(10):
        while _alive_in_groups(processes):
            await asyncio.sleep(0.05)


def _alive_in_groups(groups: list[int]) -> list[int]:
    """Ids of processes in these groups; one that has ended and whom nobody has asked for yet is not alive."""
    alive = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getpgid(process.pid) in groups and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process.pid)
    return alive


async def test_four_runs_share_two_processes() -> None:
    pool = await _started(2, 10)
    at_work, most = 0, 0

    async def host(node: str, inputs: dict[str, Any]) -> dict[str, Any]:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.3)
        at_work -= 1
        return {"output": inputs}

    steps = {"id": "one", "use": "user-auth", "inputs": {"n": "js/ctx.request.query.n"}}
    jobs = [Job(flow(steps), {"query": {"n": n}}, host_nodes=("user-auth",)) for n in range(4)]
    executions = await asyncio.gather(*(pool.execute(job, host) for job in jobs))
    assert [body(each) for each in executions] == [{"n": n} for n in range(4)]
    assert most == 2
    await pool.close()


async def test_who_finds_no_free_process_in_time_is_told_so() -> None:
    pool = await _started(1, 0.2)
    worker = await pool._idle.get()
    with pytest.raises(Unavailable):
        await pool.execute(Job(GREETING, {}))
    pool._idle.put_nowait(worker)
    await assert_still_works(pool)
    await pool.close()
