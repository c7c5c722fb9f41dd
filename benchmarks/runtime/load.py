"""Load on one core, a server on the other."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVER_CORE, LOAD_CORE = "0", "1"


@dataclass(frozen=True)
class Measured:
    """What one run of the load generator saw. Times are milliseconds."""

    rate: float
    p50: float
    p99: float
    errors: int

    def __str__(self) -> str:
        return f"{self.rate:,.0f} · {self.p50:.2f}/{self.p99:.1f}" + (
            f" ({self.errors} errors)" if self.errors else ""
        )


def pinned(core: str, command: Sequence[str]) -> list[str]:
    """A command that stays on one core, where the system can do that."""
    return ["taskset", "-c", core, *command] if shutil.which("taskset") else list(command)


@contextmanager
def server(
    command: Sequence[str], port: int, path: str, **options: Any
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Start a server and wait for its first answer; gives the process and the seconds that took."""
    started = time.perf_counter()
    process = subprocess.Popen(
        pinned(SERVER_CORE, command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {process.returncode}")
            try:
                get(port, path)
                break
            except (OSError, ValueError):  # not listening yet, or not ready
                time.sleep(0.005)
            if time.perf_counter() - started > 60:
                raise RuntimeError(f"{command[0]} never answered")
        yield process, time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(20)


def get(port: int, path: str) -> Any:
    """One request; the parsed answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def resident_mb(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a process, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def load(port: int, path: str, connections: int, seconds: int) -> Measured:
    """Send requests for a while with wrk."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
        f"http://127.0.0.1:{port}{path}",
    ]
    text = subprocess.run(pinned(LOAD_CORE, command), capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Measured(
        float(rate[1]) if rate else 0.0,
        _latency(text, "50%"),
        _latency(text, "99%"),
        int(failed[1]) if failed else 0,
    )


def _latency(text: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)", text)
    if not found:
        return 0.0
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]
