"""Raw-JavaScript positions: branch conditions and loop checks."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from blok.expressions.engine import Evaluator
from blok.expressions.errors import ExpressionError, Fallback
from blok.expressions.spliced import compile_spliced
from blok.expressions.values import truthy

Condition = Callable[[Evaluator, dict[str, Any], Any, Any], bool]


@lru_cache(maxsize=2048)
def compile_condition(source: str, generation: int = 2) -> Condition:
    """A condition as a function of (evaluator, ctx, data, vars); it raises ExpressionError."""
    expression = compile_spliced(source, generation)

    def slow(evaluator: Evaluator, ctx: dict[str, Any], data: Any, vars: Any) -> bool:
        return truthy(expression.evaluate(evaluator, ctx, data, None, vars))

    quick = expression.quick
    if quick is None:
        return slow

    def holds(evaluator: Evaluator, ctx: dict[str, Any], data: Any, vars: Any) -> bool:
        try:
            value = quick(ctx)
        except (Fallback, RecursionError, ExpressionError):
            return slow(evaluator, ctx, data, vars)
        return value if value is True or value is False else truthy(value)

    return holds


def evaluate_condition(
    source: Any,
    evaluator: Evaluator,
    ctx: dict[str, Any],
    data: Any = None,
    vars: Any = None,
    *,
    generation: int = 2,
) -> bool:
    """Whether a condition holds, by JavaScript truthiness. `${...}` in it is filled in first.

    A condition that is not text (`true` in a file) is judged as it is. Raises ExpressionError.
    """
    if not isinstance(source, str):
        return truthy(source)
    return compile_condition(source, generation)(evaluator, ctx, data, vars)
