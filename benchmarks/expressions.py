"""What expressions cost: one evaluation in each tier, and the inputs of typical workflows.

Usage: python -m benchmarks.expressions
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from blok.expressions import (
    Evaluator,
    Limits,
    Profile,
    compile_expression,
    compile_template,
    evaluate_condition,
)

EXPRESSIONS = [
    "'constant'",
    "1 + 2 * 3",
    "ctx.state.s1.value",
    "ctx.request.query.name",
    "Number(ctx.request.query.n)",
    "ctx.state.item.qty % 2 === 0",
    "ctx.request.method.toLowerCase() === 'get' && ctx.request.params.id !== undefined",
    "ctx.request.body.action || null",
    "`${ctx.request.query.name}/${ctx.state.s1.value}`",
    "ctx.state.seed.items.filter(i => i.qty > 50).reduce((sum, i) => sum + i.qty, 0)",
    "({ok: true, total: ctx.state.seed.items.length, who: ctx.request.query.name})",
    "new Date(0).toISOString()",
    "ctx.request.query.name.replace(/^a/, 'b')",
]
INPUTS: dict[str, Any] = {
    "hello": [{"body": {"message": "Hello ${ctx.request.query.name}", "ok": True}}],
    "chain10, one step": [{"value": "js/ctx.state.s1.value", "label": "${ctx.state.s1.label}"}],
    "foreach100, one item": [
        {"sku": "js/ctx.state.item.sku", "qty": "js/ctx.state.item.qty", "lane": "even-${ctx.state.item.sku}"}
    ],
    "constants only": [{"operation": "find", "limit": 20, "options": {"deep": False, "fields": ["a", "b"]}}],
}
STRICT = Profile(2, "strict")


def context() -> dict[str, Any]:
    state = {
        "s1": {"value": 1, "label": "run-ann"},
        "item": {"sku": "A7", "qty": 7, "lane": ""},
        "seed": {"items": [{"sku": f"A{n}", "qty": n} for n in range(100)]},
    }
    return {
        "id": "r",
        "workflow_name": "w",
        "request": {"query": {"name": "ann", "n": "1"}, "body": {}, "params": {}, "method": "GET"},
        "response": {"data": {}, "error": None},
        "state": state,
        "vars": state,
    }


def microseconds(work: Callable[[], object]) -> float:
    """The best of five rounds of at least 20 ms."""
    count = 1
    while _seconds(work, count) < 0.02:
        count *= 2
    return min(_seconds(work, count) for _ in range(5)) / count * 1e6


def _seconds(work: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        work()
    return time.perf_counter() - started


def rows() -> list[tuple[str, str, float, float]]:
    """(expression, tier, microseconds as evaluated, microseconds in the engine)."""
    ctx, made = context(), []
    for source in EXPRESSIONS:
        expression = compile_expression(source)
        evaluator = Evaluator(Limits(wall_seconds=60))
        ours = microseconds(partial(expression.evaluate, evaluator, ctx))
        engine = microseconds(partial(expression.in_engine, evaluator, ctx, None, None, None))
        made.append((source, str(expression.tier), ours, engine))
    return made


def main() -> None:
    print(f"{'expression':84} tier {'µs':>8} {'engine µs':>10}")
    for source, tier, ours, engine in rows():
        print(f"{source:84} {tier:>4} {ours:8.2f} {engine:10.2f}")
    print(f"\n{'rendering the inputs of':84}      {'µs':>8}")
    ctx, evaluator = context(), Evaluator()
    for name, values in INPUTS.items():
        templates = [compile_template(value, STRICT).bound("step", "w") for value in values]
        cost = microseconds(lambda ts=templates: [t(evaluator, ctx, None) for t in ts])
        print(f"{name:84}      {cost:8.2f}")
    check = "ctx.state.item.qty % 2 === 0"
    cost = microseconds(lambda: evaluate_condition(check, evaluator, ctx, {}, ctx["vars"]))
    print(f"{'foreach100, one condition':84}      {cost:8.2f}")
    fresh = microseconds(lambda: Evaluator().run("1", {}, may_change=False))
    print(f"{'a fresh engine and one expression in it':84}      {fresh:8.2f}")


if __name__ == "__main__":
    sys.exit(main())
