"""What can go wrong while an expression is evaluated or a template is rendered."""

import re
from dataclasses import dataclass


class ExpressionError(Exception):
    """An expression threw, could not be parsed, or hit a limit.

    `name` is the JavaScript error name (TypeError, ReferenceError, SyntaxError, RangeError, Error, or
    whatever the author threw); the limits report themselves as TimeoutError and MemoryError. `message` is
    its message.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}" if message else name)
        self.name = name
        self.message = message


class Fallback(Exception):
    """A compiled expression met a value it is not proven for: evaluate it in the engine instead."""


@dataclass(frozen=True, slots=True)
class FailedExpression:
    """Where a template failed. `syntax` is "js" or "template"."""

    expression: str
    syntax: str
    workflow_name: str | None
    step_name: str | None
    cause: ExpressionError


class MapperResolutionError(Exception):
    """A strict template met an expression that failed; the message names step, workflow, cause and remedy."""

    def __init__(self, message: str, context: FailedExpression) -> None:
        super().__init__(message)
        self.context = context
        self.cause = context.cause


class NamedMissingStateError(MapperResolutionError):
    """The failing expression reads the state of a step that has stored nothing."""


class UnresolvableKeyExpressionError(Exception):
    """A key (idempotency, concurrency, debounce) is written in a form that can never resolve."""


_STRICT_ADVICE = (
    "  fix: verify the referenced ctx path exists at run time. Set BLOK_MAPPER_MODE=strict to fail, "
    "warn to log and keep the text, or silent to keep the text."
)


_SHORT_REQUEST = re.compile(r"\bctx\.(body|query|params|headers)\b")


def _hint(expression: str, cause: ExpressionError) -> str | None:
    short = _SHORT_REQUEST.search(expression)
    if short:
        return f"ctx.{short[1]} does not exist; write ctx.request.{short[1]}"
    if cause.name == "ReferenceError":
        return "only ctx, data, func and vars are in scope; a step's output is ctx.state.<step id>"
    if cause.name == "SyntaxError":
        return "write one JavaScript expression, without statements and without a trailing semicolon"
    if cause.name == "TypeError" and ("undefined" in cause.message or "null" in cause.message):
        return "a part of the path has no value; use ?. to allow for that or ?? to give a default"
    return None


def resolution_error(context: FailedExpression) -> MapperResolutionError:
    """The error of a strict template, in the wording that tools which read it expect."""
    shown = f"js/{context.expression}" if context.syntax == "js" else f"${{{context.expression}}}"
    lines = [
        f'[blok][mapper] Failed to resolve `{shown}` in step "{context.step_name or "<unknown step>"}" '
        f'of workflow "{context.workflow_name or "<unknown workflow>"}"',
        f"  underlying: {context.cause.message or context.cause.name}",
    ]
    hint = _hint(context.expression, context.cause)
    if hint:
        lines.append(f"  hint: {hint}")
    lines.append(_STRICT_ADVICE)
    return MapperResolutionError("\n".join(lines), context)


def missing_state_error(context: FailedExpression, state_id: str) -> NamedMissingStateError:
    """The error for an expression that reads the state of a step which stored nothing."""
    return NamedMissingStateError(
        f'[blok][mapper] Step "{context.step_name or "<unknown step>"}" in workflow '
        f'"{context.workflow_name or "<unknown workflow>"}" references state `{state_id}`, '
        "which was never persisted.\n"
        f"  underlying: {context.cause.message or context.cause.name}\n"
        "  fix: check the step id, that the step runs before this one, and that it is not `ephemeral`.",
        context,
    )
