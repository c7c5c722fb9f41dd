"""From a JSON value to the closures that render it, one specialised closure for each part."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from blok.expressions.engine import Evaluator
from blok.expressions.errors import ExpressionError, Fallback
from blok.expressions.expression import Expression, checked_value_text, compile_expression
from blok.expressions.placeholders import PLACEHOLDER, DataKey, fill
from blok.expressions.spliced import Spliced, compile_spliced
from blok.expressions.values import UNDEFINED

log = logging.getLogger("blok.mapper")

Ctx = dict[str, Any]
Render = Callable[[Evaluator, Ctx, Any], Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """Which generation's rules hold, and what generation 2 does about a failing expression."""

    generation: Literal[1, 2] = 2
    mode: Literal["strict", "warn", "silent"] = "strict"

    @property
    def strict(self) -> bool:
        """Whether a failing expression fails the step."""
        return self.generation == 2 and self.mode == "strict"


class Failed(Exception):
    """An expression of a strict template failed. `syntax` is "js" or "template"."""

    def __init__(self, source: str, syntax: str, cause: ExpressionError) -> None:
        super().__init__(source)
        self.source, self.syntax, self.cause = source, syntax, cause


@dataclass(frozen=True, slots=True)
class Rendering:
    """The closures of one value. `once` makes one pass, `twice` both."""

    dynamic: bool
    once: Render
    twice: Render


def compile_value(value: Any, profile: Profile) -> Rendering:
    """The rendering of any JSON value."""
    if isinstance(value, str):
        if value.startswith("js/"):
            return _js(value, profile)
        if PLACEHOLDER.search(value):
            return _Text(value, profile).rendering()
    elif isinstance(value, dict):
        parts = {key: compile_value(item, profile) for key, item in value.items()}
        dynamic = any(part.dynamic for part in parts.values())
        once = _object(value, {key: part.once for key, part in parts.items()}, parts)
        twice = _object(value, {key: part.twice for key, part in parts.items()}, parts)
        return Rendering(dynamic, once, twice)
    elif isinstance(value, list):
        items = [compile_value(item, profile) for item in value]
        dynamic = any(item.dynamic for item in items)
        return Rendering(
            dynamic, _array([item.once for item in items]), _array([item.twice for item in items])
        )

    def constant(_evaluator: Evaluator, _ctx: Ctx, _data: Any) -> Any:
        return value

    return Rendering(False, constant, constant)


# --- containers -------------------------------------------------------------------------------------------


def _object(value: dict[str, Any], renders: dict[str, Render], parts: dict[str, Rendering]) -> Render:
    """A fresh object each time. Scalars that never change are copied along; the rest is filled in."""
    changing = [
        (key, render)
        for key, render in renders.items()
        if parts[key].dynamic or isinstance(value[key], (dict, list))
    ]
    skeleton = dict(value)
    if not changing:
        return lambda _evaluator, _ctx, _data: skeleton.copy()
    if len(changing) == len(value):
        if len(changing) == 1:
            return _one_member(*changing[0])
        if len(changing) == 2:
            return _two_members(*changing[0], *changing[1])

    def render(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        made = skeleton.copy()
        for key, part in changing:
            found = part(evaluator, ctx, data)
            if found is UNDEFINED:
                del made[key]
            else:
                made[key] = found
        return made

    return render


def _one_member(key: str, part: Render) -> Render:
    def render(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        found = part(evaluator, ctx, data)
        return {} if found is UNDEFINED else {key: found}

    return render


def _two_members(key: str, part: Render, second_key: str, second: Render) -> Render:
    def render(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        found, other = part(evaluator, ctx, data), second(evaluator, ctx, data)
        made = {} if found is UNDEFINED else {key: found}
        if other is not UNDEFINED:
            made[second_key] = other
        return made

    return render


def _array(items: list[Render]) -> Render:
    def render(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        made = [item(evaluator, ctx, data) for item in items]
        return [None if part is UNDEFINED else part for part in made] if UNDEFINED in made else made

    return render


# --- js/ --------------------------------------------------------------------------------------------------


def _keep(text: str, cause: ExpressionError, profile: Profile) -> None:
    if profile.generation == 1:
        log.info("kept %r as it is: %s", text, cause)
    elif profile.mode == "warn":
        log.warning("kept %r as it is: %s", text, cause)


def _js(text: str, profile: Profile) -> Rendering:
    source = text[3:]
    expression = compile_spliced(source, 1) if profile.generation == 1 else compile_expression(source)

    def evaluate(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        return expression.evaluate(evaluator, ctx, data, ctx.get("func"), ctx.get("vars"))

    if profile.strict:
        strict = _strict_js(source, expression, evaluate)
        return Rendering(True, strict, lambda evaluator, ctx, _data: strict(evaluator, ctx, None))

    def once(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        try:
            return evaluate(evaluator, ctx, data)
        except ExpressionError as cause:
            _keep(text, cause, profile)
            return text

    def twice(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        try:
            return evaluate(evaluator, ctx, None)
        except ExpressionError:
            return once(evaluator, ctx, data)

    return Rendering(True, once, twice)


def _strict_js(source: str, expression: Expression | Spliced, evaluate: Render) -> Render:
    def slow(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        try:
            return evaluate(evaluator, ctx, data)
        except ExpressionError as cause:
            raise Failed(source, "js", cause) from cause

    quick = expression.quick
    if quick is None:
        return slow

    def render(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        try:
            return quick(ctx)
        except (Fallback, RecursionError, ExpressionError):
            return slow(evaluator, ctx, data)

    return render


# --- ${} --------------------------------------------------------------------------------------------------


class _Text:
    """A text with placeholders."""

    def __init__(self, text: str, profile: Profile) -> None:
        self.text = text
        self.profile = profile
        self.found = [match[0] for match in PLACEHOLDER.finditer(text)]
        self.literals = PLACEHOLDER.split(text)[::2]
        self.parts = [_Placeholder(match[2:-1], profile) for match in self.found]

    def rendering(self) -> Rendering:
        """The closures: quick ones where compiled code can answer without data."""
        quick = [part.expression.quick for part in self.parts]
        if len(quick) == 1 and quick[0] is not None:
            first = self._quick_one(quick[0])
            return Rendering(True, first(self.once), first(self.twice))
        return Rendering(True, self.once, self.twice)

    def once(self, evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        """One pass over all placeholders."""
        texts = [part.once(evaluator, ctx, data) for part in self.parts]
        return fill(self.text, self.literals, self.found, texts)

    def twice(self, evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
        """Both passes over all placeholders."""
        texts = [part.twice(evaluator, ctx, data) for part in self.parts]
        return fill(self.text, self.literals, self.found, texts)

    def _quick_one(self, quick: Callable[[Ctx], Any]) -> Callable[[Render], Render]:
        """One placeholder: try compiled code first, and start over where it does not answer."""
        before, after = self.literals
        generation = self.profile.generation

        def with_rest(rest: Render) -> Render:
            looks_at_data = rest == self.once

            def render(evaluator: Evaluator, ctx: Ctx, data: Any) -> Any:
                if data is None or not looks_at_data:
                    try:
                        text = quick(ctx)
                        if type(text) is not str:
                            text = checked_value_text(text, generation)
                        if "$" not in text:
                            return before + text + after
                    except (Fallback, RecursionError, ExpressionError):
                        pass
                return rest(evaluator, ctx, data)

            return render

        return with_rest


class _Placeholder:
    """One placeholder of a text."""

    def __init__(self, source: str, profile: Profile) -> None:
        self.expression = compile_expression(source)
        self.key = DataKey(source, profile.generation)
        self.profile = profile

    def once(self, evaluator: Evaluator, ctx: Ctx, data: Any) -> str | None:
        """The text of one pass; None when the placeholder stays as it is."""
        try:
            return self._text(evaluator, ctx, data)
        except ExpressionError as cause:
            if self.profile.strict:
                raise Failed(self.expression.source, "template", cause) from cause
            _keep(f"${{{self.expression.source}}}", cause, self.profile)
            return None

    def twice(self, evaluator: Evaluator, ctx: Ctx, data: Any) -> str | None:
        """The text without data, or else with it."""
        if self.profile.strict:
            return self.once(evaluator, ctx, None)
        try:
            return self._text(evaluator, ctx, None)
        except ExpressionError:
            return self.once(evaluator, ctx, data)

    def _text(self, evaluator: Evaluator, ctx: Ctx, data: Any) -> str:
        if data is not None:
            text = self.key.text(data)
            if text is not None:
                return text
        if self.profile.generation == 1:
            return self.expression.text(evaluator, ctx, data, None, None, 1)
        return self.expression.text(evaluator, ctx, data, ctx.get("func"), ctx.get("vars"), 2)
