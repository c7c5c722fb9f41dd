"""`blok run`: one workflow file, one request, no server; or a published workflow, on its hub."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from blok.cli.hub_client import is_reference
from blok.cli.output import console, fail, fail_workflow, find_root, print_json
from blok.runner.plan import Plan
from blok.runner.run import Outcome
from blok.runner.shape import shape
from blok.server.build import build_application
from blok.server.environment import project_environment
from blok.workflow import WorkflowError, load_file


def run(
    file: Path,
    /,
    *,
    body: Annotated[str | None, Parameter(name=["--body", "-b"])] = None,
    method: Annotated[str | None, Parameter(name=["--method", "-X"])] = None,
    query: Annotated[list[str] | None, Parameter(name=["--query", "-q"], negative=())] = None,
    header: Annotated[list[str] | None, Parameter(name=["--header", "-H"], negative=())] = None,
    param: Annotated[list[str] | None, Parameter(negative=())] = None,
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
    trace: Annotated[bool, Parameter(negative=())] = False,
    generation: int | None = None,
    path: str | None = None,
    hub: str | None = None,
) -> None:
    """Run one workflow and print its answer. Ends with 1 when the answer is an error.

    Parameters
    ----------
    file
        The workflow file; or OWNER/NAME or OWNER/NAME@VERSION, to run what is published on the hub.
    body
        The request body: JSON, text, @file, or - for standard input.
    method
        The HTTP method; the workflow's own when not given.
    query
        A query parameter, name=value; may be repeated.
    header
        A header, "Name: value"; may be repeated.
    param
        A path parameter, name=value; may be repeated.
    json_output
        Print status, headers, body and trace as JSON.
    trace
        Show what every step did.
    generation
        1 or 2: the rules the file follows.
    path
        On the hub: the path that is asked for, when the workflow takes parameters from it.
    hub
        The hub; BLOK_HUB, or the one last signed in to, when not given.
    """
    if not file.is_file() and is_reference(str(file)):
        from blok.cli.hub_client.run import run_on_hub  # noqa: PLC0415 - only this way of running needs a client

        run_on_hub(
            str(file),
            body=None if body is None else _body(body)[0],
            method=method,
            path=path,
            query=_pairs(query or [], "="),
            headers=_pairs(header or [], ":"),
            hub=hub,
            as_json=json_output,
            with_trace=trace,
        )
        return
    if not file.is_file():
        fail(f"{file} does not exist.", code=2)
    root = find_root(file)
    environment = {"NODE_ENV": "development", **project_environment(root, os.environ)}
    chosen: Any = generation if generation in {1, 2} else None
    application = build_application(root, environment=environment, generation=chosen, durable=False)
    project = application.project
    try:
        entry = project.entries.get(file.resolve())
        plan = (
            project.plan_of(entry)
            if entry is not None and entry.error is None
            else project.engine.compile(load_file(file, generation=project.layout.generation))
        )
    except WorkflowError as error:
        error.source = error.source or str(file)
        fail_workflow(error)
    project.engine.can_defer = False
    request = _request(plan, body, method)
    request["query"] = _pairs(query or [], "=")
    request["params"] = _pairs(param or [], "=")
    request["headers"] = {name.lower(): text for name, text in _pairs(header or [], ":").items()}
    outcome = asyncio.run(project.engine.run(plan, request))
    _print(outcome, plan, as_json=json_output, with_trace=trace)


def _pairs(items: list[str], separator: str) -> dict[str, str]:
    pairs = {}
    for item in items:
        name, found, value = item.partition(separator)
        if not found:
            fail(f'"{item}" is not of the form name{separator}value.', code=2)
        pairs[name.strip()] = value.strip()
    return pairs


def _body(text: str | None) -> tuple[Any, str]:
    if text is None:
        return {}, ""
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        try:
            text = Path(text[1:]).read_text("utf-8")
        except OSError as error:
            fail(f"The body file cannot be read: {error}", code=2)
    try:
        return json.loads(text), text
    except ValueError:
        return text, text


def _request(plan: Plan, body: str | None, method: str | None) -> dict[str, Any]:
    http = plan.workflow.trigger.get("http") or {}
    own = str(http.get("method") or "GET").upper()
    value, raw = _body(body)
    path = str(http.get("path") or "/")
    return {
        "body": value,
        "rawBody": raw,
        "method": (
            method or ("POST" if body and own in {"ANY", "*"} else "GET" if own in {"ANY", "*"} else own)
        ).upper(),
        "path": path,
        "url": path,
    }


def _print(outcome: Outcome, plan: Plan, *, as_json: bool, with_trace: bool) -> None:
    reply = shape(outcome, plan.profile.generation)
    text = reply.body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    steps = outcome.run.record()["nodes"] if with_trace else None
    if as_json:
        facts = {"status": reply.status, "headers": dict(reply.headers), "body": value}
        print_json({**facts, "trace": steps} if with_trace else facts)
    else:
        for step in steps or ():
            mark = "[red]✗[/]" if step["error"] else "[green]✓[/]"
            place = (
                "  " * step["depth"]
                + step["step"]
                + (f" #{step['iteration']}" if "iteration" in step else "")
            )
            console(stderr=True).print(f"{mark} {place} [dim]{step['node']} {step['duration_ms']:.2f} ms[/]")
            shown = (
                step["error"]["message"] if step["error"] else json.dumps(step["output"], ensure_ascii=False)
            )
            console(stderr=True).print(f"    {shown[:300]}", markup=False)
        if reply.status >= 400:
            console(stderr=True).print(f"[red]{reply.status}[/]")
        sys.stdout.write(
            (text if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)) + "\n"
        )
    if reply.status >= 400:
        sys.exit(1)
