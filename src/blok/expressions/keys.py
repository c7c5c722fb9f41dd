"""Keys of idempotency, concurrency and debounce: a constant, `js/...` or a `$ref`."""

import re
from typing import Any

from blok.expressions.engine import Evaluator
from blok.expressions.errors import UnresolvableKeyExpressionError
from blok.expressions.expression import compile_expression
from blok.expressions.references import lower_refs
from blok.expressions.values import UNDEFINED, stringify, to_text

_NEVER_RESOLVES = (
    (re.compile(r"\$\."), "is a `$.` proxy path"),
    (re.compile(r"ctx\."), "is a bare `ctx.` path"),
    (re.compile(r".*\$\{", re.DOTALL), "is a `${}` template"),
    (re.compile(r".*\{\{", re.DOTALL), "is a `{{}}` template"),
)


def check_key(source: Any) -> None:
    """Raise UnresolvableKeyExpressionError when a key is written in a form that never resolves."""
    if isinstance(source, str) and not source.startswith("js/"):
        for pattern, what in _NEVER_RESOLVES:
            if pattern.match(source):
                raise UnresolvableKeyExpressionError(
                    f'the key "{source}" {what}, which never resolves. '
                    'Write "js/ctx.…" or {"$ref": {"step": "…"}}.'
                )


def resolve_key(source: Any, evaluator: Evaluator, ctx: dict[str, Any]) -> str | None:
    """The key's text, or None when it has no value (then nothing is cached or gated).

    Only `ctx` is in scope. Raises UnresolvableKeyExpressionError for a form that can never resolve and
    ExpressionError when the expression throws.
    """
    source = lower_refs(source)
    check_key(source)
    value = source
    if isinstance(source, str) and source.startswith("js/"):
        value = compile_expression(source[3:]).evaluate(evaluator, ctx)
    if value is None or value is UNDEFINED:
        return None
    return stringify(value) if isinstance(value, (dict, list)) else to_text(value)
