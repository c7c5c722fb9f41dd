"""`blok test`: the examples recorded beside workflows, ``<name>.examples.json``."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from blok.cli.output import console, fail, find_root, print_json, short
from blok.nodes.egress import EgressPolicy, Fixture
from blok.runner.run import Outcome
from blok.runner.shape import shape
from blok.server.build import build_application
from blok.server.environment import project_environment
from blok.server.project import Entry, Project

SUFFIX = ".examples.json"


def test(
    *paths: Path,
    json_output: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Run recorded examples; ends with 1 when one of them fails.

    An example has a `request` (method, query, headers, params, body), what to `expect` (status, body,
    body_subset, headers) and `fixtures`: recorded answers of the APIs it calls. Nothing else is called.

    Parameters
    ----------
    paths
        Workflow files, example files or folders; the current folder when none are given.
    json_output
        Print JSON.
    """
    import asyncio  # noqa: PLC0415 - beside the work that needs it

    logging.disable(logging.ERROR)
    files = _example_files(paths or (Path(),))
    if not files:
        fail("No examples found.", fix=f"Record some in a file beside the workflow: hello{SUFFIX}", code=2)
    results = asyncio.run(_run_all(files))
    failed = [result for result in results if result["problems"]]
    if json_output:
        print_json(results)
    else:
        screen = console()
        for result in results:
            mark = "[red]✗[/]" if result["problems"] else "[green]✓[/]"
            screen.print(f"{mark} {result['file']}: {result['example']}")
            for problem in result["problems"]:
                screen.print(f"    {problem}", markup=False)
        screen.print(f"{len(results) - len(failed)} of {len(results)} examples passed")
    sys.exit(1 if failed else 0)


def _example_files(paths: tuple[Path, ...]) -> list[Path]:
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(file for file in path.rglob(f"*{SUFFIX}") if ".blok" not in file.parts)
        elif path.name.endswith(SUFFIX):
            found.add(path)
        else:
            beside = path.with_name(path.stem + SUFFIX)
            if not beside.is_file():
                fail(f"{path} has no examples.", fix=f"Record them in {beside.name}.", code=2)
            found.add(beside)
    return sorted(found)


async def _run_all(files: list[Path]) -> list[dict[str, Any]]:
    results = []
    for file in files:
        try:
            content = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            results.append(
                {"file": short(file), "example": "(file)", "problems": [f"cannot be read: {error}"]}
            )
            continue
        examples = content.get("examples", []) if isinstance(content, dict) else content
        for number, example in enumerate(examples, start=1):
            problems = await run_example(file, example)
            name = example.get("name") or f"example {number}"
            results.append({"file": short(file), "example": name, "problems": problems})
    return results


async def run_example(file: Path, example: dict[str, Any]) -> list[str]:
    """What is wrong with one example, run from a fresh start."""
    root = find_root(file)
    environment = {"NODE_ENV": "test", **project_environment(root, os.environ), **example.get("env", {})}
    project = build_application(root, environment=environment, durable=False).project
    entry = _entry_beside(project, file)
    if entry is None:
        return [f"no workflow file beside {file.name}"]
    if entry.error is not None or entry.plan is None:
        return [entry.error.located() if entry.error else "the workflow cannot run"]
    fixtures = tuple(
        Fixture(
            url=str(item["url"]),
            method=str(item.get("method", "GET")),
            status=int(item.get("status", 200)),
            headers=dict(item.get("headers") or {}),
            body=item.get("body"),
        )
        for item in example.get("fixtures", [])
    )
    project.engine.services["egress"] = EgressPolicy(allowed_hosts=(), fixtures=fixtures)
    outcome = await project.engine.run(entry.plan, _request(entry, example.get("request") or {}))
    return compare(outcome, entry.plan.profile.generation, example.get("expect") or {})


def _entry_beside(project: Project, file: Path) -> Entry | None:
    stem = file.name.removesuffix(SUFFIX)
    folder = file.resolve().parent
    return next(
        (entry for path, entry in project.entries.items() if path.parent == folder and path.stem == stem),
        None,
    )


def _request(entry: Entry, given: dict[str, Any]) -> dict[str, Any]:
    http = entry.trigger.get("http") or {}
    body = given.get("body", {})
    path = str(given.get("path") or http.get("path") or "/")
    return {
        "body": body,
        "rawBody": json.dumps(body) if body else "",
        "headers": {str(name).lower(): str(value) for name, value in (given.get("headers") or {}).items()},
        "params": dict(given.get("params") or {}),
        "query": {str(name): str(value) for name, value in (given.get("query") or {}).items()},
        "method": str(given.get("method") or http.get("method") or "GET").upper(),
        "path": path,
        "url": path,
    }


def compare(outcome: Outcome, generation: int, expect: dict[str, Any]) -> list[str]:
    """How an outcome differs from what an example expects."""
    reply = shape(outcome, generation)
    text = reply.body.decode("utf-8", "replace")
    try:
        body: Any = json.loads(text)
    except ValueError:
        body = text
    problems = []
    if reply.status != expect.get("status", 200):
        problems.append(f"status: expected {expect.get('status', 200)}, got {reply.status} with {text[:300]}")
    if "body" in expect and body != expect["body"]:
        problems.append(f"body: expected {json.dumps(expect['body'])}, got {text[:1000]}")
    for key, value in (expect.get("body_subset") or {}).items():
        if not isinstance(body, dict) or body.get(key) != value:
            problems.append(f"body.{key}: expected {json.dumps(value)}, got {text[:300]}")
    headers = dict(reply.headers)
    for name, value in (expect.get("headers") or {}).items():
        if headers.get(name.lower()) != value:
            problems.append(f"header {name}: expected {value!r}, got {headers.get(name.lower())!r}")
    return problems
