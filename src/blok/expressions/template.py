"""Templates: any JSON value of a workflow file, with `js/` and `${}` strings in it, compiled once.

A template is rendered in two passes when it feeds a module node: first without data, then with the data of
the previous step. The second pass only looks at what the AUTHOR wrote and the first pass could not resolve.
Text that came out of data is never evaluated, however much it looks like an expression.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from blok.expressions.engine import Evaluator
from blok.expressions.errors import (
    ExpressionError,
    FailedExpression,
    MapperResolutionError,
    missing_state_error,
    resolution_error,
)
from blok.expressions.expression import Expression, compile_expression
from blok.expressions.placeholders import PLACEHOLDER, DataKey, fill
from blok.expressions.spliced import compile_spliced
from blok.expressions.values import UNDEFINED

log = logging.getLogger("blok.mapper")

_STATE_PATH = re.compile(
    r"""\s*(?:ctx\.)?(?:state|vars)(?:\.([A-Za-z_$][\w$]*)|\[(?:"([^"\\]+)"|'([^'\\]+)')\])""", re.ASCII
)

Render = Callable[[Evaluator, dict[str, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """Which generation's rules hold, and what generation 2 does about a failing expression."""

    generation: Literal[1, 2] = 2
    mode: Literal["strict", "warn", "silent"] = "strict"

    @property
    def strict(self) -> bool:
        """Whether a failing expression fails the step."""
        return self.generation == 2 and self.mode == "strict"


class _Failed(Exception):
    def __init__(self, source: str, syntax: str, cause: ExpressionError) -> None:
        super().__init__(source)
        self.source, self.syntax, self.cause = source, syntax, cause


class Template:
    """A compiled value.

    `constant` says that rendering never changes anything; `value` is what it was made of.
    """

    def __init__(self, value: Any, profile: Profile) -> None:
        self.value = value
        self.profile = profile
        node = _compile(value, profile)
        self.constant = not node.dynamic
        self._once, self._twice = node.once, node.twice

    def render(
        self,
        evaluator: Evaluator,
        ctx: dict[str, Any],
        data: Any = None,
        *,
        step: str | None = None,
        workflow: str | None = None,
    ) -> Any:
        """One pass. Returns fresh containers (parts taken from ctx by `js/` are the very objects of ctx).

        A `js/` value that is undefined is left out of an object, is null in an array, and is UNDEFINED on
        its own. Raises MapperResolutionError in strict mode.
        """
        try:
            return self._once(evaluator, ctx, data)
        except _Failed as failed:
            raise _explain(failed, ctx, step, workflow) from failed.cause

    def render_twice(
        self,
        evaluator: Evaluator,
        ctx: dict[str, Any],
        data: Any,
        *,
        step: str | None = None,
        workflow: str | None = None,
    ) -> Any:
        """Both passes.

        What fails without data is tried again with it. Strict templates fail in the first pass.
        """
        try:
            return self._twice(evaluator, ctx, data)
        except _Failed as failed:
            raise _explain(failed, ctx, step, workflow) from failed.cause


def compile_template(value: Any, profile: Profile) -> Template:
    """Compile a JSON value of a workflow file (references in it must have been lowered)."""
    return Template(value, profile)


def _explain(
    failed: _Failed, ctx: dict[str, Any], step: str | None, workflow: str | None
) -> MapperResolutionError:
    name = workflow if workflow is not None else ctx.get("workflow_name")
    context = FailedExpression(failed.source, failed.syntax, name, step, failed.cause)
    found = _STATE_PATH.match(failed.source)
    if found:
        state_id = found[1] or found[2] or found[3]
        if state_id not in (ctx.get("state") or {}):
            return missing_state_error(context, state_id)
    return resolution_error(context)


@dataclass(frozen=True, slots=True)
class _Node:
    dynamic: bool
    once: Render
    twice: Render


def _compile(value: Any, profile: Profile) -> _Node:
    if isinstance(value, str):
        return _compile_text(value, profile)
    if isinstance(value, dict):
        return _compile_dict(value, profile)
    if isinstance(value, list):
        return _compile_list(value, profile)
    return _constant(value)


def _constant(value: Any) -> _Node:
    def render(_evaluator: Evaluator, _ctx: dict[str, Any], _data: Any) -> Any:
        return value

    return _Node(False, render, render)


def _compile_dict(value: dict[str, Any], profile: Profile) -> _Node:
    nodes = {key: _compile(item, profile) for key, item in value.items()}

    def build(items: list[tuple[str, Render]]) -> Render:
        def render(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
            made = {}
            for key, item in items:
                part = item(evaluator, ctx, data)
                if part is not UNDEFINED:
                    made[key] = part
            return made

        return render

    once = build([(key, node.once) for key, node in nodes.items()])
    twice = build([(key, node.twice) for key, node in nodes.items()])
    return _Node(any(node.dynamic for node in nodes.values()), once, twice)


def _compile_list(value: list[Any], profile: Profile) -> _Node:
    nodes = [_compile(item, profile) for item in value]

    def build(items: list[Render]) -> Render:
        def render(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
            made = [item(evaluator, ctx, data) for item in items]
            return [None if part is UNDEFINED else part for part in made]

        return render

    once = build([node.once for node in nodes])
    twice = build([node.twice for node in nodes])
    return _Node(any(node.dynamic for node in nodes), once, twice)


def _compile_text(text: str, profile: Profile) -> _Node:
    if text.startswith("js/"):
        return _compile_js(text, profile)
    if PLACEHOLDER.search(text):
        return _compile_placeholders(text, profile)
    return _constant(text)


def _keep(text: str, cause: ExpressionError, profile: Profile) -> None:
    if profile.generation == 1:
        log.info("kept %r as it is: %s", text, cause)
    elif profile.mode == "warn":
        log.warning("kept %r as it is: %s", text, cause)


def _compile_js(text: str, profile: Profile) -> _Node:
    source = text[3:]
    expression = compile_spliced(source, 1) if profile.generation == 1 else compile_expression(source)

    def evaluate(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
        return expression.evaluate(evaluator, ctx, data, ctx.get("func"), ctx.get("vars"))

    def strict(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
        try:
            return evaluate(evaluator, ctx, data)
        except ExpressionError as cause:
            raise _Failed(source, "js", cause) from cause

    def strict_twice(evaluator: Evaluator, ctx: dict[str, Any], _data: Any) -> Any:
        return strict(evaluator, ctx, None)

    def lenient(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
        try:
            return evaluate(evaluator, ctx, data)
        except ExpressionError as cause:
            _keep(text, cause, profile)
            return text

    def lenient_twice(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
        try:
            return evaluate(evaluator, ctx, None)
        except ExpressionError:
            return lenient(evaluator, ctx, data)

    return _Node(True, strict, strict_twice) if profile.strict else _Node(True, lenient, lenient_twice)


def _compile_placeholders(text: str, profile: Profile) -> _Node:
    found = [match[0] for match in PLACEHOLDER.finditer(text)]
    literals = PLACEHOLDER.split(text)[::2]
    parts = [_Part(match[2:-1], profile) for match in found]

    def once(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
        return fill(text, literals, found, [part.text(evaluator, ctx, data) for part in parts])

    def twice(evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
        return fill(text, literals, found, [part.text_twice(evaluator, ctx, data) for part in parts])

    return _Node(True, once, twice)


class _Part:
    """One placeholder of a text."""

    def __init__(self, source: str, profile: Profile) -> None:
        self.expression: Expression = compile_expression(source)
        self.key = DataKey(source, profile.generation)
        self.profile = profile

    def text(self, evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> str | None:
        """The text of one pass; None when the placeholder stays as it is."""
        try:
            return self._text(evaluator, ctx, data)
        except ExpressionError as cause:
            if self.profile.strict:
                raise _Failed(self.expression.source, "template", cause) from cause
            _keep(f"${{{self.expression.source}}}", cause, self.profile)
            return None

    def text_twice(self, evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> str | None:
        if self.profile.strict:
            return self.text(evaluator, ctx, None)
        try:
            return self._text(evaluator, ctx, None)
        except ExpressionError:
            return self.text(evaluator, ctx, data)

    def _text(self, evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> str:
        if data is not None:
            text = self.key.text(data)
            if text is not None:
                return text
        if self.profile.generation == 1:
            return self.expression.text(evaluator, ctx, data, None, None, 1)
        return self.expression.text(evaluator, ctx, data, ctx.get("func"), ctx.get("vars"), 2)
