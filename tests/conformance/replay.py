"""Run cases and compare what happens with what was recorded."""

from __future__ import annotations

import asyncio
import copy
import json
import math
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blok.expressions import UNDEFINED, Evaluator, Profile, compile_template
from blok.server import AsgiApp, build_application
from tests.conformance.client import Answer, send
from tests.conformance.fixture_nodes import fixture_nodes

Case = dict[str, Any]


@dataclass
class Result:
    """How one case went; ``problems`` is empty when it passed."""

    case: Case
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.problems


def generation_of(case: Case) -> int:
    return 1 if case["format"] == "v1" else 2


@contextmanager
def environment(case: Case) -> Iterator[None]:
    """NODE_ENV=test and the case's own variables, and nothing left behind."""
    kept = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("BLOK_")]:
        del os.environ[name]
    os.environ.update({"NODE_ENV": "test", **(case.get("env") or {})})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def replay(case: Case) -> Result:
    """Run one case from a fresh start."""
    result = Result(case)
    with environment(case):
        try:
            if "mapper" in case:
                _mapper(case, result)
            else:
                asyncio.run(_workflow(case, result))
        except Exception as error:  # a crash of the runtime is a failed case, not a failed replay
            result.problems.append(f"crashed: {type(error).__name__}: {error}")
    return result


def _mapper(case: Case, result: Result) -> None:
    generation = generation_of(case)
    ctx = copy.deepcopy(case.get("ctx") or {})
    if generation == 2:
        ctx.setdefault("state", ctx.get("vars", {}))
        ctx["vars"] = ctx["state"]
        ctx.setdefault("env", dict(os.environ))
        for alias, name in (("req", "request"), ("prev", "response")):
            if name in ctx:
                ctx[alias] = ctx[name]
    mode = os.environ.get("BLOK_MAPPER_MODE", "strict")
    profile = Profile(generation, mode if mode in {"warn", "silent"} else "strict")  # type: ignore[arg-type]
    mapper, expect = case["mapper"], case["expect"]
    evaluator = Evaluator()
    try:
        template = compile_template(copy.deepcopy(mapper["input"]), profile)
        value = template.render(evaluator, ctx, mapper.get("data"))
    except Exception as error:
        if not ({"error_contains", "error_name"} & set(expect)):
            raise
        if "error_name" in expect and type(error).__name__ != expect["error_name"]:
            result.problems.append(
                f"error: expected {expect['error_name']}, got {type(error).__name__}: {error}"
            )
        if expect.get("error_contains", "") not in str(error):
            result.problems.append(f"error: {expect['error_contains']!r} is not in {str(error)!r}")
        return
    finally:
        evaluator.close()
    if "value" not in expect:
        result.problems.append(f"expected an error, got {value!r}")
    elif not same(_marked(value), expect["value"]):
        result.problems.append(f"value: expected {expect['value']!r}, got {value!r}")


def _marked(value: Any) -> Any:
    return {"$undefined": True} if value is UNDEFINED else value


def same(left: Any, right: Any) -> bool:
    """Deep equality of JSON values: true is not 1, key order is free, undefined members are absent."""
    if isinstance(right, dict):
        right = (
            {key: value for key, value in right.items() if value != {"$undefined": True}}
            if right != {"$undefined": True}
            else right
        )
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return type(left) in {int, float} and left == right if isinstance(right, int | float) else left == right


async def _workflow(case: Case, result: Result) -> None:
    generation = generation_of(case)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = dict(case.get("files") or {})
        if "workflow" in case:
            files[case.get("file") or f"{case['id']}.json"] = case["workflow"]
        for name, content in files.items():
            file = root / "workflows" / "json" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        application = build_application(
            root,
            generation=generation,  # type: ignore[arg-type]
            nodes=fixture_nodes(generation),
            durable=False,
        )
        app = AsgiApp(application)
        many = "requests" in case
        requests = case["requests"] if many else [case["request"]]
        expected = case["expect"] if many else [case["expect"]]
        for number, (request, expect) in enumerate(zip(requests, expected, strict=True)):
            answer = await send(app, request)
            prefix = f"request {number + 1}: " if many else ""
            result.problems.extend(prefix + problem for problem in compare(answer, expect))
        await application.engine.close()


def compare(answer: Answer, expect: dict[str, Any]) -> list[str]:
    """What differs between an answer and what was recorded."""
    problems: list[str] = []
    body = answer.body
    if "status" in expect and answer.status != expect["status"]:
        problems.append(f"status: expected {expect['status']}, got {answer.status} with {body!r}")
    if "body" in expect and not same(body, expect["body"]):
        problems.append(f"body: expected {json.dumps(expect['body'])}, got {json.dumps(body)}")
    if "error_contains" in expect:
        text = (
            body["error"]
            if isinstance(body, dict) and isinstance(body.get("error"), str)
            else json.dumps(body)
        )
        if expect["error_contains"] not in text:
            problems.append(f"error: {expect['error_contains']!r} is not in {text!r}")
    for key, value in (expect.get("body_subset") or {}).items():
        if not isinstance(body, dict) or key not in body or not same(body[key], value):
            problems.append(f"body.{key}: expected {value!r}, got {body!r}")
    for name, value in (expect.get("headers") or {}).items():
        if answer.headers.get(name.lower()) != value:
            problems.append(f"header {name}: expected {value!r}, got {answer.headers.get(name.lower())!r}")
    for name, pattern in (expect.get("header_matches") or {}).items():
        if not re.search(pattern, answer.headers.get(name.lower(), "")):
            problems.append(f"header {name}: {answer.headers.get(name.lower())!r} does not match {pattern}")
    missing = [
        key for key in expect.get("body_has_keys") or () if not isinstance(body, dict) or key not in body
    ]
    if missing:
        problems.append(f"body: lacks {missing}, got {body!r}")
    if "body_is" in expect and _kind(body) != expect["body_is"]:
        problems.append(f"body: expected a {expect['body_is']}, got {body!r}")
    return problems


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}[
        type(value)
    ]
