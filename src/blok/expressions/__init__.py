"""Expressions of workflow files: `js/...`, `${...}`, `$ref`, `$tpl` and raw conditions.

Each is compiled once. Constants cost nothing (tier 0), the common subset of JavaScript runs as Python
closures with exactly JavaScript's meaning (tier 1), and everything else runs in a sandboxed JavaScript
engine (tier 2).
"""

from blok.expressions.conditions import compile_condition, evaluate_condition
from blok.expressions.engine import Evaluator, Limits
from blok.expressions.errors import (
    ExpressionError,
    MapperResolutionError,
    NamedMissingStateError,
    UnresolvableKeyExpressionError,
)
from blok.expressions.expression import Expression, compile_expression
from blok.expressions.keys import check_key, resolve_key
from blok.expressions.references import find_refs, lower_refs
from blok.expressions.rendering import Profile
from blok.expressions.template import Template, compile_template
from blok.expressions.values import UNDEFINED, strict_equals, stringify, to_text, truthy

__all__ = [
    "UNDEFINED",
    "Evaluator",
    "Expression",
    "ExpressionError",
    "Limits",
    "MapperResolutionError",
    "NamedMissingStateError",
    "Profile",
    "Template",
    "UnresolvableKeyExpressionError",
    "check_key",
    "compile_condition",
    "compile_expression",
    "compile_template",
    "evaluate_condition",
    "find_refs",
    "lower_refs",
    "resolve_key",
    "strict_equals",
    "stringify",
    "to_text",
    "truthy",
]
