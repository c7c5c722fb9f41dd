"""The three flows in Node-RED, installed from npm into a cache folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

VERSION = "4.1.15"
CACHE = Path(os.environ.get("BLOK_BENCH_CACHE", Path.home() / ".cache" / "blok-benchmarks"))
SETTINGS = """module.exports = {
  uiPort: process.env.PORT, uiHost: "127.0.0.1", flowFile: "flows.json",
  httpAdminRoot: false, disableEditor: true,
  logging: { console: { level: "off", metrics: false, audit: false } },
};
"""
Flow = list[dict[str, Any]]


def installed() -> Path | None:
    """The folder of Node-RED, installed first if need be; None without Node.js."""
    if shutil.which("npm") is None:
        return None
    folder = CACHE / f"node-red-{VERSION}"
    script = folder / "node_modules" / "node-red" / "red.js"
    if not script.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        command = ["npm", "install", "--no-audit", "--no-fund", "--omit=optional", f"node-red@{VERSION}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        if done.returncode or not script.is_file():
            return None
    return folder


def write_flows(folder: Path, user: Path) -> list[str]:
    """Write flows and settings to ``user``; gives the command that serves them (the port is PORT)."""
    user.mkdir(parents=True, exist_ok=True)
    (user / "flows.json").write_text(json.dumps([{"id": "tab", "type": "tab", "label": "bench"}, *_flows()]))
    (user / "settings.js").write_text(SETTINGS)
    return ["node", str(folder / "node_modules" / "node-red" / "red.js"), "--userDir", str(user)]


def _flows() -> Flow:
    return [*_hello(), *_chain(), *_foreach()]


def _entry(name: str, first: str) -> dict[str, Any]:
    return {
        "id": f"{name}-in",
        "type": "http in",
        "z": "tab",
        "url": f"/{name}",
        "method": "get",
        "wires": [[first]],
    }


def _exit(name: str) -> dict[str, Any]:
    return {"id": f"{name}-out", "type": "http response", "z": "tab", "statusCode": "200", "wires": []}


def _function(name: str, code: str, following: str) -> dict[str, Any]:
    return {"id": name, "type": "function", "z": "tab", "func": code, "outputs": 1, "wires": [[following]]}


def _hello() -> Flow:
    code = 'msg.payload = {message: "Hello " + msg.req.query.name, ok: true}; return msg;'
    return [_entry("hello", "hello-1"), _function("hello-1", code, "hello-out"), _exit("hello")]


def _chain() -> Flow:
    first = (
        'msg.payload = {value: Number(msg.req.query.n) + 1, label: "run-" + msg.req.query.name}; return msg;'
    )
    again = "msg.payload = {value: msg.payload.value + 1, label: `${msg.payload.label}`}; return msg;"
    steps = [
        _function(
            f"chain-{number}",
            again if number > 1 else first,
            f"chain-{number + 1}" if number < 10 else "chain10-out",
        )
        for number in range(1, 11)
    ]
    return [_entry("chain10", "chain-1"), *steps, _exit("chain10")]


def _foreach() -> Flow:
    seed = 'msg.payload = Array.from({length: 100}, (_, n) => ({sku: "A" + n, qty: n})); return msg;'
    one = "sku: msg.payload.sku, qty: msg.payload.qty"
    lane = "msg.payload = {{" + one + ", lane: `{}-${{msg.payload.sku}}`}}; return msg;"
    count = (
        "msg.payload = {count: msg.payload.length, last: msg.payload[msg.payload.length - 1]}; return msg;"
    )
    split = {
        "id": "each-split",
        "type": "split",
        "z": "tab",
        "arraySplt": 1,
        "arraySpltType": "len",
        "wires": [["each-pick"]],
    }
    # The switch node compares fields, not computed values, so the parity is one function node.
    pick = {
        "id": "each-pick",
        "type": "function",
        "z": "tab",
        "func": "return msg.payload.qty % 2 === 0 ? [msg, null] : [null, msg];",
        "outputs": 2,
        "wires": [["each-even"], ["each-odd"]],
    }
    join = {
        "id": "each-join",
        "type": "join",
        "z": "tab",
        "mode": "auto",
        "build": "array",
        "wires": [["each-count"]],
    }
    return [
        _entry("foreach100", "each-seed"),
        _function("each-seed", seed, "each-split"),
        split,
        pick,
        _function("each-even", lane.format("even"), "each-join"),
        _function("each-odd", lane.format("odd"), "each-join"),
        join,
        _function("each-count", count, "foreach100-out"),
        _exit("foreach100"),
    ]
