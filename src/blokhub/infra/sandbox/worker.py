"""A sandbox process: waits for an order, forks, and executes the workflow in the fork.

Runs as `python -m blokhub.infra.sandbox.worker LIMITS` with pipes for standard input and output. It has no
environment, and where the system allows it no network either.
"""

import ctypes
import gc
import os
import re
import resource
import sys
import time
from contextlib import suppress
from typing import Any, BinaryIO, NoReturn

import msgspec

from blok.nodes import GlobalError
from blok.runner.sandbox import RunResult, SandboxPolicy, execute
from blok.server.routing import compile_path
from blokhub.infra.sandbox import recordings
from blokhub.infra.sandbox.frames import read_frame, write_frame

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# A run that spent its time waiting (for an hour, or for an answer) and not working.
STILL_WAITING = "StillWaiting"
_STATUS = {"invalid": "refused", "cancelled": "failed"}


def main() -> None:
    """Serve orders until standard input ends."""
    limits = msgspec.json.decode(sys.argv[1])
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a node prints must not disturb the conversation
    _warm_up()
    while True:
        order = read_frame(orders)
        if order is None:
            return
        child = os.fork()
        if child == 0:
            _execute_and_end(order, limits, orders, answers)
        _, status = os.waitpid(child, 0)
        if status != 0:
            write_frame(answers, {"result": _lost(limits)})


def _warm_up() -> None:
    """Load everything that a run needs, so that a fork of this process has it, too.

    What is loaded then leaves the garbage collector's sight: a fork that looked at it would copy it.
    """
    inputs = {"schema": {"type": "object"}, "data": {}}
    check = {"id": "check", "use": "@blokjs/json-schema", "inputs": inputs}
    answer = {"id": "answer", "use": "@blokjs/expr", "inputs": {"expression": "(() => { return 1 })()"}}
    execute({"name": "warm-up", "version": "1.0.0", "trigger": {"http": {}}, "steps": [check, answer]}, {})
    gc.collect()
    gc.freeze()


def _execute_and_end(
    order: dict[str, Any], limits: dict[str, int], orders: BinaryIO, answers: BinaryIO
) -> NoReturn:
    """In the fork: give up what is not needed, execute, answer, and end without any cleaning up."""
    code = 1
    try:
        _confine(order, limits)
        write_frame(answers, {"result": _run(order, limits, orders, answers)})
        code = 0
    except MemoryError:
        code = 2
    except Exception as error:
        write_frame(answers, {"result": _untold(error)})
        code = 0
    finally:
        os._exit(code)


def _confine(order: dict[str, Any], limits: dict[str, int]) -> None:
    if sys.platform == "linux" and not order["allowed_hosts"]:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    seconds = int(order["seconds"]) + 2
    _limit(resource.RLIMIT_CPU, seconds)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, _address_space() + limits["memory_mb"] * 1024 * 1024)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space() -> int:
    """The address space in use, in bytes: the limit counts what the interpreter itself has mapped."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * resource.getpagesize()


def _run(
    order: dict[str, Any], limits: dict[str, int], orders: BinaryIO, answers: BinaryIO
) -> dict[str, Any]:
    definition = order["definition"]
    policy = SandboxPolicy(
        allowed_hosts=tuple(order["allowed_hosts"]),
        fixtures=recordings.of_addresses(order["fixtures"]),
        wall_seconds=order["seconds"],
        max_output_bytes=limits["output_kb"] * 1024,
    )
    nodes = {name: _host_node(name, order, orders, answers) for name in order["host_nodes"]}
    before = time.process_time()
    result = execute(
        definition, _whole_request(definition, order["request"]), policy=policy, host_nodes=nodes
    )
    answer = _bounded(result, limits["output_kb"] * 1024)
    if result.status == "timed_out" and time.process_time() - before < order["seconds"] / 2:
        detail = f"It was still waiting when its {order['seconds']:g} s were over."
        answer["problem"] = {"name": STILL_WAITING, "detail": detail}
    return answer


def _whole_request(definition: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Fill in what the workflow's own HTTP trigger says, and the parameters of its path."""
    trigger = definition.get("trigger")
    http = trigger.get("http") if isinstance(trigger, dict) else None
    http = http if isinstance(http, dict) else {}
    method, pattern = http.get("method"), http.get("path")
    named = isinstance(method, str) and method.isalpha() and method.upper() != "ANY"
    whole: dict[str, Any] = {"method": method if named else "GET"}
    whole.update(request)
    if isinstance(pattern, str) and isinstance(request.get("path"), str):
        found = compile_path(pattern).match(request["path"]) or {}
        whole["params"] = {**found, **request.get("params", {})}
    return whole


def _host_node(name: str, order: dict[str, Any], orders: BinaryIO, answers: BinaryIO) -> Any:
    """A node whose work was recorded, or is done by the hub, or by nobody in a dry run."""

    def call(inputs: dict[str, Any]) -> Any:
        reply = recordings.reply_of_node(order["fixtures"], name, inputs)
        if reply is None and order["dry"]:
            raise GlobalError(f"{name} is not called in a dry run.", code=503)
        if reply is None:
            write_frame(answers, {"node": name, "inputs": inputs})
            reply = read_frame(orders) or {"error": {"code": 503, "message": "The hub went away."}}
        if "error" in reply:
            raise GlobalError(reply["error"]["message"], code=reply["error"]["code"])
        return reply["output"]

    return call


def _bounded(result: RunResult, most: int) -> dict[str, Any]:
    """The result as it travels; a trace that is too large loses its values, and says so."""
    problem = None
    if result.error is not None:
        problem = _storable({**result.error, "detail": result.error.get("message", "")})
    trace = _storable(result.trace)
    if len(msgspec.json.encode(trace)) > most:
        trace = [{**step, "inputs": None, "output": None, "state_change": None} for step in trace[:1000]]
        if problem is None:
            problem = {"name": "TraceLimit", "detail": "The trace was too large; its values are left out."}
    return {
        "status": _STATUS.get(result.status, result.status),
        "response": _storable(result.response),
        "trace": trace,
        "problem": problem,
        "duration_ms": result.duration_ms,
    }


def _storable(value: Any) -> Any:
    """A copy without the characters that JavaScript has and neither UTF-8 nor PostgreSQL can hold."""
    if isinstance(value, str):
        return _NOT_STORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    return value


def _untold(error: Exception) -> dict[str, Any]:
    detail = f"What came of the run cannot be told: {_storable(str(error))}"
    return {"status": "failed", "problem": {"name": type(error).__name__, "detail": detail}}


def _lost(limits: dict[str, int]) -> dict[str, Any]:
    detail = f"The run ended its process: most likely it needed more than {limits['memory_mb']} MiB."
    return {"status": "failed", "problem": {"name": "MemoryLimit", "detail": detail}}


if __name__ == "__main__":
    main()
