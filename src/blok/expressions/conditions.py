"""Raw-JavaScript positions: branch conditions and loop checks."""

from typing import Any

from blok.expressions.engine import Evaluator
from blok.expressions.spliced import compile_spliced
from blok.expressions.values import truthy


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
    return truthy(compile_spliced(source, generation).evaluate(evaluator, ctx, data, None, vars))
