"""Expressions that mean harm: none gets out, none runs on past its limits, none takes the process down."""

import subprocess
import sys
from typing import Any

import pytest
from tests.hostile_expressions import hostile

from blok.expressions import UNDEFINED, Evaluator, ExpressionError, Limits, Profile, compile_template
from blok.expressions.expression import Expression

LIMITS = Limits(cpu_seconds=0.02, wall_seconds=2, memory_bytes=16 * 1024 * 1024)
PLAIN = (str, int, float, bool, type(None), type(UNDEFINED))
SECRET = "a-secret-of-the-process"


def hostile_context() -> dict[str, Any]:
    state: dict[str, Any] = {"items": list(range(60)), "text": "x" * 5000, "a": {"b": 1}}
    return {"request": {"body": {"a": 1}}, "state": state, "vars": state}


def assert_plain(value: Any) -> None:
    waiting, seen = [value], set()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, (dict, list)):
            waiting.extend(part.values() if isinstance(part, dict) else part)
        else:
            assert isinstance(part, PLAIN), f"{type(part)} came out"
            assert not (isinstance(part, str) and SECRET in part)


def attack(source: str) -> None:
    """Evaluate one hostile string: it may give plain data or an ExpressionError, and nothing else."""
    try:
        value = Expression(source).evaluate(Evaluator(LIMITS), hostile_context())
    except ExpressionError as error:
        assert SECRET not in error.message
    else:
        assert_plain(value)


def test_ten_thousand_hostile_strings_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOK_TEST_SECRET", SECRET)

    count = 0
    for source in hostile():
        attack(source)
        count += 1

    assert count == 10_000


def test_what_is_meant_to_exhaust_a_process_does_not() -> None:
    """The costly and deeply nested strings once more, in a process of little memory that would be missed."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from random import Random\n"
        "from tests.hostile_expressions import COSTLY, huge, nested\n"
        "from tests.unit.blok.expressions.test_hostile import attack\n"
        "random = Random(1)\n"
        "for source in [*COSTLY, *(make(random) for make in (huge, nested) for _ in range(150))]:\n"
        "    attack(source)\n"
        "print('alive')\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )

    assert done.stdout == "alive\n", done.stderr[-2000:]


def test_one_expression_cannot_reach_into_the_next_run() -> None:
    harm = Expression("Object.prototype.polluted = 1, globalThis.left = 2, Array.prototype.map = null, 1")
    harm.evaluate(Evaluator(), {})

    found = Expression("[typeof {}.polluted, typeof left, typeof [].map]")
    found.compiled = None

    assert found.evaluate(Evaluator(), {}) == ["undefined", "undefined", "function"]


def test_a_global_does_not_outlive_its_expression() -> None:
    evaluator = Evaluator()
    Expression("globalThis.left = 2").evaluate(evaluator, {})

    assert Expression("typeof globalThis.left").evaluate(evaluator, {}) == "undefined"


def test_a_run_has_a_time_budget_for_all_its_expressions() -> None:
    evaluator = Evaluator(Limits(cpu_seconds=0.02, wall_seconds=0.03))
    for _ in range(3):
        with pytest.raises(ExpressionError, match="TimeoutError"):
            Expression("(() => { for (;;); })()").evaluate(evaluator, {})

    with pytest.raises(ExpressionError, match="used up their time"):
        Expression("new Date(0)").evaluate(evaluator, {})


@pytest.mark.parametrize("text", ["js/1+1", "${ctx.env.SECRET}", "js/ctx.env.SECRET", "${1+1}"])
@pytest.mark.parametrize("generation", [1, 2])
@pytest.mark.parametrize("source", ["js/ctx.request.body.x", "${ctx.request.body.x}"])
def test_text_that_came_out_of_data_is_never_evaluated(source: str, generation: Any, text: str) -> None:
    ctx = {"request": {"body": {"x": text}}, "response": {}, "env": {"SECRET": "s"}, "state": {}}
    template = compile_template({"v": source}, Profile(generation=generation, mode="silent"))

    for render in (template.render, template.render_twice):
        assert render(Evaluator(), ctx, {"x": text}) == {"v": text}


@pytest.mark.parametrize("attack_text", ["' + ctx.env.SECRET + '", "\\", "'", "${ctx.env.SECRET}", "\n", "`"])
def test_a_placeholder_inside_code_is_a_value_not_code(attack_text: str) -> None:
    ctx = {"request": {"body": {"x": attack_text}}, "env": {"SECRET": "s"}}
    template = compile_template("js/'${ctx.request.body.x}'", Profile(generation=1))

    assert template.render_twice(Evaluator(), ctx, {}) == attack_text
