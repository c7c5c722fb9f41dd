"""`blok run OWNER/NAME`: a published workflow runs on the hub, in its sandbox."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from rich.text import Text

from blok.cli.hub_client.client import open_hub
from blok.cli.hub_client.display import one_line, plain
from blok.cli.output import console, print_json


def run_on_hub(
    package: str,
    *,
    body: Any = None,
    method: str | None = None,
    path: str | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    hub: str | None = None,
    as_json: bool = False,
    with_trace: bool = False,
) -> None:
    """Run OWNER/NAME[@VERSION] on the hub and print its answer. Ends with 1 when the answer is an error."""
    with open_hub(hub, as_json=as_json) as client:
        reference = client.reference(package)
        request = {
            "method": method,
            "path": path,
            "query": dict(query or {}),
            "headers": dict(headers or {}),
            "body": body,
        }
        wish = {
            "package": reference.address,
            "version": reference.version,
            "request": {name: value for name, value in request.items() if value not in (None, {})},
        }
        run = client.post("/api/runs", {name: value for name, value in wish.items() if value is not None})
        if as_json:
            print_json(run)
        else:
            _print(run, with_trace=with_trace)
    response = run.get("response") or {}
    if run["status"] != "completed" or int(response.get("status", 500)) >= 400:
        sys.exit(1)


def _print(run: dict[str, Any], *, with_trace: bool) -> None:
    notes = console(stderr=True)
    for step in run["trace"] if with_trace else ():
        line = Text("✗ ", style="red") if step["error"] else Text("✓ ", style="green")
        line.append("  " * step["depth"] + one_line(step["step"]), style="default")
        line.append(f"  {one_line(step['node'])} {step['duration_ms']:.2f} ms", style="dim")
        notes.print(line)
        shown = step["error"] or step["output"]
        notes.print(f"    {one_line(json.dumps(shown, ensure_ascii=False), 300)}", style="dim", markup=False)
    response = run.get("response")
    if run["status"] != "completed" or response is None:
        problem = run.get("problem") or {}
        reason = (
            problem.get("detail") or problem.get("message") or problem.get("title") or "no reason is given"
        )
        notes.print(
            f"The run {run['status'].replace('_', ' ')}: {one_line(reason)}", style="red", markup=False
        )
    if response is None:
        return
    if int(response["status"]) >= 400:
        notes.print(f"[red]{response['status']}[/]")
    body = response.get("body")
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
    sys.stdout.write((plain(text) if sys.stdout.isatty() else text) + "\n")
