"""Long work on a hub, followed step by step until it ends."""

import time
from collections.abc import Callable
from typing import Any

from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from blok.cli.hub_client.client import HubClient
from blok.cli.hub_client.display import one_line
from blok.cli.hub_client.problems import REFUSED, UNREACHABLE, ClientError
from blok.cli.output import console

_LOOK_EVERY = 0.1
_PATIENCE_SECONDS = 30.0
_MARKS = {"completed": "✓", "failed": "✗", "compensated": "↩", "waiting": "·", "running": "…"}
_STYLES = {"completed": "green", "failed": "red", "compensated": "yellow", "waiting": "dim", "running": ""}

Saga = dict[str, Any]


def follow(client: HubClient, saga_id: str, *, quiet: bool) -> Saga:
    """Watch a saga until it ends, showing its steps unless `quiet`. Raises ClientError when it fails."""
    out = console(stderr=True)
    if quiet:
        saga = _until_end(client, saga_id, lambda _: None)
    elif out.is_terminal:
        with Live(console=out, refresh_per_second=12, transient=False) as live:
            saga = _until_end(client, saga_id, lambda saga: live.update(_steps(saga)))
    else:
        told: set[tuple[str, str]] = set()

        def tell(saga: Saga) -> None:
            for step in saga["steps"]:
                if step["state"] in ("completed", "failed", "compensated"):
                    key = (step["name"], step["state"])
                    if key not in told:
                        told.add(key)
                        out.print(f"{_MARKS[step['state']]} {one_line(step['name'])}", markup=False)

        saga = _until_end(client, saga_id, tell)
    if saga["state"] != "completed":
        raise _failure(saga)
    return saga


def _until_end(client: HubClient, saga_id: str, show: Callable[[Saga], None]) -> Saga:
    """Ask until the saga ends. A hub that restarts meanwhile goes on with it, so do we."""
    last_answer = time.monotonic()
    while True:
        try:
            saga: Saga = client.get(f"/api/sagas/{saga_id}")
        except ClientError as error:
            if error.code != UNREACHABLE or time.monotonic() - last_answer > _PATIENCE_SECONDS:
                raise
        else:
            last_answer = time.monotonic()
            show(saga)
            if saga["state"] in ("completed", "failed", "compensated"):
                return saga
        time.sleep(_LOOK_EVERY)


def _steps(saga: Saga) -> Table:
    shown = Table.grid(padding=(0, 1))
    for step in saga["steps"]:
        state = step["state"]
        mark = (
            Spinner("dots")
            if state == "running"
            else Text(_MARKS.get(state, "·"), style=_STYLES.get(state, ""))
        )
        shown.add_row(mark, Text(one_line(step["name"]), style="dim" if state == "waiting" else ""))
    return shown


def _failure(saga: Saga) -> ClientError:
    broken = next((step for step in saga["steps"] if step.get("error")), None)
    problem = saga.get("error") or (broken or {}).get("error") or {}
    where = f' at the step "{broken["name"]}"' if broken else ""
    reason = str(
        problem.get("detail") or problem.get("message") or problem.get("title") or "it gives no reason"
    )
    fields = problem.get("errors") or []
    details = [f"{each.get('pointer', '')}: {each.get('detail') or each.get('message')}" for each in fields]
    lines = "".join(f"\n  {one_line(detail)}" for detail in details if one_line(reason) not in detail)
    return ClientError(
        f"The hub took it back{where}: {reason}{lines}",
        "Mend that and publish again; the version's number is still free.",
        REFUSED,
    )
