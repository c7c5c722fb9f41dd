"""`make bench-runtime`: our runtime beside a bare handler and Node-RED, then the engine alone."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.runtime import node_red
from benchmarks.runtime.engine import per_step, without_http
from benchmarks.runtime.flows import ANSWERS, REQUESTS, write_project
from benchmarks.runtime.load import Measured, get, load, resident_mb, server

CONNECTIONS = (1, 16, 64)
SECONDS = int(os.environ.get("BENCH_SECONDS", "2"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
BLOK = str(Path(sys.executable).with_name("blok"))
GRANIAN = str(Path(sys.executable).with_name("granian"))
PORTS = {"bare": 9911, "blok": 9912, "node-red": 9913}
Row = dict[str, dict[tuple[str, int], Measured]]


def main() -> None:
    """Run everything and print the tables of BENCHMARKS.md."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install -y wrk")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        measured, facts = side_by_side(root)
        print_table(measured)
        print("\n| | memory after load |\n|---|---|")
        for name, memory in facts.items():
            print(f"| {name} | {memory:.0f} MB |")
        cold_starts(root)
    print("\n| engine without HTTP | µs per run |\n|---|---|")
    for name, micros in without_http().items():
        print(f"| {name} | {micros:.1f} |")
    print("\n| steps in one run | µs per step |\n|---|---|")
    for count, micros in per_step().items():
        print(f"| {count} | {micros:.2f} |")


def side_by_side(root: Path) -> tuple[Row, dict[str, float]]:
    """Every server under every load, in turns, so that a busy moment hits them alike."""
    project = write_project(root / "project")
    bare = [GRANIAN, "--interface", "asgi", "--loop", "uvloop", "--no-ws", "--log-level", "error"]
    commands = {
        "bare": [*bare, "--port", str(PORTS["bare"]), "benchmarks.runtime.bare:app"],
        "blok": [BLOK, "start", str(project), "--host", "127.0.0.1", "--port", str(PORTS["blok"])],
    }
    if os.environ.get("PEERS") != "0":
        installed = node_red.installed()
        if installed is None:
            print("Node-RED cannot be installed here; it is left out.", file=sys.stderr)
        else:
            commands["node-red"] = node_red.write_flows(installed, root / "node-red")
    samples: dict[str, dict[tuple[str, int], list[Measured]]] = {name: {} for name in commands}
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(
                server(command, PORTS[name], REQUESTS["hello"], env={**os.environ, "PORT": str(PORTS[name])})
            )[0]
            for name, command in commands.items()
        }
        for flow, path in REQUESTS.items():
            for name in commands:
                answer = get(PORTS[name], path)
                assert answer == ANSWERS[flow], f"{name} answers {flow} with {answer}"
                load(PORTS[name], path, 16, 1)
            for connections in CONNECTIONS:
                for name in [*commands] * ROUNDS:
                    found = load(PORTS[name], path, connections, SECONDS)
                    samples[name].setdefault((flow, connections), []).append(found)
        facts = {name: resident_mb(process) for name, process in processes.items()}
    return {
        name: {key: _middle(found) for key, found in rows.items()} for name, rows in samples.items()
    }, facts


def _middle(found: list[Measured]) -> Measured:
    wanted = median(one.rate for one in found)
    return min(found, key=lambda one: abs(one.rate - wanted))


def print_table(measured: Row) -> None:
    """Requests per second and milliseconds at p50/p99, and our share of the bare handler."""
    names = list(measured)
    print("| flow, connections | " + " | ".join(names) + " | blok ÷ bare |")
    print("|---|" + "---|" * (len(names) + 1))
    for key in measured["blok"]:
        share = measured["blok"][key].rate / measured["bare"][key].rate
        cells = " | ".join(str(measured[name][key]) for name in names)
        print(f"| {key[0]}, {key[1]} | {cells} | {share:.0%} |")


def cold_starts(root: Path) -> None:
    """From starting the process to the first answer."""
    print("\n| files | cold start | memory |\n|---|---|---|")
    for files in (10, 1_000):
        project = write_project(root / f"cold{files}", files)
        command = [BLOK, "start", str(project), "--host", "127.0.0.1", "--port", "9914"]
        times, memory = [], 0.0
        for _ in range(3):
            with server(command, 9914, REQUESTS["hello"]) as (process, seconds):
                times.append(seconds)
                memory = resident_mb(process)
        print(f"| {files:,} | {median(times):.2f} s | {memory:.0f} MB |")


if __name__ == "__main__":
    main()
