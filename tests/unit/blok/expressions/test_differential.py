"""Compiled expressions and the JavaScript engine give the same answers."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.expression_pairs import context, difference, expression, value

from blok.expressions import Evaluator, Limits
from blok.expressions.compiled.builtins import KNOWN_NAMES
from blok.expressions.expression import Expression

PAIRS = 5_000
CONTEXTS = 5


def test_compiled_code_and_the_engine_agree() -> None:
    compared = 0

    @given(st.integers(0, 2**32 - 1))
    @settings(
        max_examples=2000,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def agree(seed: int) -> None:
        nonlocal compared
        random = Random(seed)
        made = Expression(expression(random))
        if made.compiled is None:
            return
        evaluator = Evaluator(Limits(wall_seconds=60))
        for _ in range(CONTEXTS):
            found = difference(made, evaluator, context(random), value(random), random.choice([0, 0, 1, 2]))
            assert not found, found
            compared += found is None

    agree()

    assert compared >= PAIRS


def test_every_name_the_engine_defines_is_known_to_the_compiler() -> None:
    names = Expression("Object.getOwnPropertyNames(globalThis)").evaluate(Evaluator(), {})

    assert set(names) <= KNOWN_NAMES
