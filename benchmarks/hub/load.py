"""Load: many requests for a while, with wrk where it is installed and a small client of our own elsewhere."""

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import httpx

GENERATOR = "wrk" if shutil.which("wrk") else "a client of our own on asyncio"


@dataclass(frozen=True)
class Measured:
    """What a load generator saw. Times are milliseconds."""

    rate: float
    p50: float
    p99: float
    errors: int

    def __str__(self) -> str:
        wrong = f" ({self.errors} errors)" if self.errors else ""
        return f"{self.rate:,.0f} · {self.p50:.1f}/{self.p99:.1f}{wrong}"


def load(url: str, paths: Sequence[str], connections: int, seconds: int, token: str = "") -> Measured:
    """Ask for `paths` in turns; with `token` as someone who is signed in."""
    if GENERATOR == "wrk":
        return _wrk(url, paths, connections, seconds, token)
    return asyncio.run(_own(url, paths, connections, seconds, token))


def _wrk(url: str, paths: Sequence[str], connections: int, seconds: int, token: str) -> Measured:
    listed = ",".join(f'"{path}"' for path in paths)
    authorization = f'wrk.headers["Authorization"] = "Bearer {token}"\n' if token else ""
    script = f"""{authorization}local paths = {{{listed}}}
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", file.name, url]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    lost = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    errors = int(refused[1]) if refused else 0
    errors += sum(map(int, lost.groups())) if lost else 0
    return Measured(float(rate[1]) if rate else 0.0, _latency(text, 50), _latency(text, 99), errors)


def _latency(text: str, share: int) -> float:
    found = re.search(rf"\s{share}%\s+([\d.]+)(us|ms|s)", text)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]] if found else 0.0


async def _own(url: str, paths: Sequence[str], connections: int, seconds: int, token: str) -> Measured:
    times: list[float] = []
    errors = 0
    wanted = cycle(paths)
    until = time.perf_counter() + seconds
    headers = {"authorization": f"Bearer {token}"} if token else {}

    async def ask(client: httpx.AsyncClient) -> None:
        nonlocal errors
        while (began := time.perf_counter()) < until:
            answer = await client.get(next(wanted))
            times.append((time.perf_counter() - began) * 1000)
            errors += answer.status_code != 200

    assert urlsplit(url).scheme == "http"
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        await asyncio.gather(*(ask(client) for _ in range(connections)))
    return Measured(len(times) / seconds, percentile(times, 50), percentile(times, 99), errors)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` percent of `values` do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share / 100))] if ranked else 0.0


def replace_section(file: Path, name: str, section: str) -> None:
    """Put `section` in the place of the one between the marks of `name`; at the end when there is none."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = file.read_text(encoding="utf-8") if file.exists() else "# Benchmarks\n"
    marked = f"{begin}\n{section.strip()}\n{end}"
    if begin in text and end in text:
        before, _, rest = text.partition(begin)
        text = before + marked + rest.partition(end)[2]
    else:
        text = f"{text.rstrip()}\n\n{marked}\n"
    file.write_text(text, encoding="utf-8")
