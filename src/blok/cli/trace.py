"""`blok trace`: the runs of a running server."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Annotated, Any

from cyclopts import Parameter

from blok.cli.output import console, fail, print_json


def trace(
    run: str | None = None,
    /,
    *,
    url: str = "http://localhost:4000",
    workflow: str | None = None,
    limit: int = 20,
    token: Annotated[str | None, Parameter(env_var="BLOK_ADMIN_TOKEN")] = None,
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """List the last runs of a server, or show every step of one.

    Parameters
    ----------
    run
        The id of a run.
    url
        The server.
    workflow
        Only runs of this workflow.
    limit
        How many runs to list.
    token
        The server's admin token, in production.
    json_output
        Print JSON.
    """
    from urllib.parse import quote  # noqa: PLC0415 - beside the work that needs it

    path = (
        f"/__blok/runs/{quote(run)}"
        if run
        else f"/__blok/runs?limit={limit}" + (f"&workflow={quote(workflow)}" if workflow else "")
    )
    found = _get(url.rstrip("/") + path, token)
    if json_output:
        print_json(found)
        return
    screen = console()
    if run is None:
        for row in found["runs"]:
            colour = (
                "green" if row["status"] == "completed" else "red" if row["status"] == "failed" else "yellow"
            )
            screen.print(
                f"{row['id']}  [{colour}]{row['status']:9}[/] {row['durationMs']:9.2f} ms  "
                f"{row['workflowName']}  [dim]{row['triggerSummary']}[/]"
            )
        return
    screen.print(f"[bold]{found['run']['workflowName']}[/] {found['run']['status']}")
    for step in found["nodes"]:
        mark = "[red]✗[/]" if step["error"] else "[green]✓[/]"
        number = f" #{step['iteration']}" if "iteration" in step else ""
        screen.print(
            f"{mark} {'  ' * step['depth']}{step['step']}{number} "
            f"[dim]{step['node']} {step['duration_ms']:.2f} ms[/]"
        )
        if step["error"]:
            screen.print(f"    {step['error']['message']}", markup=False)


def _get(address: str, token: str | None) -> Any:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - the address the user gave
            return json.load(reply)
    except urllib.error.HTTPError as error:
        try:
            reason = json.load(error)["error"]
        except (ValueError, KeyError):
            reason = str(error)
        fail(reason)
    except (urllib.error.URLError, ValueError) as error:
        fail(
            f"{address} does not answer: {getattr(error, 'reason', error)}",
            fix="Start the server with `blok dev`, or give --url.",
        )
