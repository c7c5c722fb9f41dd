"""Recorded cases of the mapper. BLOK_CASES names another file of the same shape."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from blok.expressions import UNDEFINED, Evaluator, MapperResolutionError, Profile, compile_template

CASES = Path(os.environ.get("BLOK_CASES") or Path(__file__).parents[3] / "conformance" / "expressions.json")


def mapper_cases() -> list[dict[str, Any]]:
    return [case for case in json.loads(CASES.read_text(encoding="utf-8"))["cases"] if "mapper" in case]


def context_of(case: dict[str, Any]) -> dict[str, Any]:
    ctx = dict(case["ctx"])
    if case["format"] == "v2":
        ctx["state"] = ctx["vars"] = ctx.get("state", ctx.get("vars", {}))
        ctx["req"] = ctx.get("request")
        ctx["prev"] = ctx.get("response")
    ctx["env"] = case.get("env", {})
    return ctx


@pytest.mark.parametrize("case", mapper_cases(), ids=lambda case: case["id"])
def test_a_recorded_case_gives_the_recorded_value(case: dict[str, Any]) -> None:
    mode = case.get("env", {}).get("BLOK_MAPPER_MODE", "strict")
    profile = Profile(generation=1 if case["format"] == "v1" else 2, mode=mode)
    evaluator = Evaluator()
    expected = case["expect"]

    def render() -> Any:
        template = compile_template(case["mapper"]["input"], profile)
        return template.render(evaluator, context_of(case), case["mapper"].get("data"))

    if "error_name" in expected:
        with pytest.raises(MapperResolutionError) as raised:
            render()
        assert type(raised.value).__name__ == expected["error_name"]
        assert expected.get("error_contains", "") in str(raised.value)
    else:
        value = render()
        if expected["value"] == {"$undefined": True}:
            assert value is UNDEFINED
        else:
            assert json.dumps(value) == json.dumps(expected["value"])
