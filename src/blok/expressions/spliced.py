"""Raw JavaScript with `${...}` in it, as conditions and v1 `js/` values may have.

The formats define this as pasting the placeholder's text into the program, which would let request data
become code. Here the placeholders are cut out before compiling and their values are handed in as variables:
inside quotes as text, elsewhere only when the text is a plain number, true, false, null or undefined.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import tree_sitter

from blok.expressions.engine import Evaluator
from blok.expressions.errors import ExpressionError
from blok.expressions.expression import Expression, compile_expression
from blok.expressions.placeholders import PLACEHOLDER, DataKey, value_text
from blok.expressions.syntax import parse, text_of
from blok.expressions.values import UNDEFINED, text_number

_MARK = re.compile(r"\$blok([0-9]+)\$")
_NUMBER = re.compile(r"-?(?:[0-9]|[1-9][0-9]{1,20})(?:\.[0-9]{1,20})?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}

Evaluate = Callable[[Evaluator, dict[str, Any], Any, Any, Any], Any]


class Spliced:
    """Compiled raw JavaScript whose `${...}` parts are filled in at run time."""

    def __init__(self, source: str, generation: int) -> None:
        self.source = source
        self.generation = generation
        keys = PLACEHOLDER.findall(source)
        self._parts = [(compile_expression(key), DataKey(key, generation), f"${{{key}}}") for key in keys]
        self.tier = 2
        self.quick = None  # what it evaluates depends on its placeholders
        counter = iter(range(len(keys)))
        marked = PLACEHOLDER.sub(lambda _: f"$blok{next(counter)}$", source)
        self._quoted: set[int] = set()
        rewritten = None if "$blok" in source else self._rewrite(marked)
        names = tuple(f"$blok{number}$" for number in range(len(keys)))
        self._expression = None if rewritten is None else Expression(rewritten, names)

    def evaluate(self, evaluator: Evaluator, ctx: dict[str, Any], data: Any, func: Any, vars: Any) -> Any:
        """The value; raises ExpressionError."""
        if self._expression is None:
            raise ExpressionError("SyntaxError", "a ${} placeholder stands where no value can")
        values = tuple(self._value(number, evaluator, ctx, data) for number in range(len(self._parts)))
        return self._expression.evaluate_with(evaluator, ctx, data, func, vars, values)

    def _value(self, number: int, evaluator: Evaluator, ctx: dict[str, Any], data: Any) -> Any:
        expression, key, shown = self._parts[number]
        text = key.text(data)
        if text is None:
            scope_vars = None if self.generation == 1 else ctx.get("vars")
            try:
                value = expression.evaluate(evaluator, ctx, data, None, scope_vars)
            except ExpressionError:
                if self.generation == 2 or number not in self._quoted:
                    raise
                return shown  # v1 leaves what it cannot resolve
            if number not in self._quoted and (
                value is UNDEFINED or value is None or type(value) in (bool, int, float)
            ):
                return value
            text = value_text(value, self.generation)
        if number in self._quoted:
            return text
        if _NUMBER.fullmatch(text):
            return text_number(text)
        if text in _WORDS:
            return _WORDS[text]
        raise ExpressionError(
            "SyntaxError", f"the value of {shown} is text: put quotes around the placeholder"
        )

    def _rewrite(self, marked: str) -> str | None:
        """The program with the marks turned into variables; None when one stands where no value can."""
        tree = parse(marked)
        if tree is None:
            return None
        edits: list[tuple[int, int, str]] = []
        waiting: list[tree_sitter.Node] = [tree]
        while waiting:
            node = waiting.pop()
            text = text_of(node)
            if not _MARK.search(text):
                continue
            if node.type == "string":
                edits.append((node.start_byte, node.end_byte, self._string(node, text)))
            elif (
                node.type == "string_fragment"
                and node.parent is not None
                and node.parent.type == "template_string"
            ):
                self._quoted.update(map(int, _MARK.findall(text)))
                edits.append((node.start_byte, node.end_byte, _MARK.sub(r"${$blok\1$}", text)))
            elif node.type == "identifier":
                if not _MARK.fullmatch(text):
                    return None
            elif node.named_child_count == 0:
                return None
            waiting.extend(child for child in node.named_children if node.type != "string")
        program = f"({marked})".encode()
        for start, end, text in sorted(edits, reverse=True):
            program = program[:start] + text.encode() + program[end:]
        return program.decode()[1:-1]

    def _string(self, node: tree_sitter.Node, text: str) -> str:
        self._quoted.update(map(int, _MARK.findall(text)))
        quote = text[0]
        joined = _MARK.sub(rf"{quote}+$blok\1$+{quote}", text)
        is_key = (
            node.parent is not None
            and node.parent.type == "pair"
            and node.parent.child_by_field_name("key") == node
        )
        return f"[{joined}]" if is_key else f"({joined})"


@lru_cache(maxsize=2048)
def compile_spliced(source: str, generation: int) -> "Spliced | Expression":
    """Raw JavaScript, with or without `${...}` in it."""
    if PLACEHOLDER.search(source):
        return Spliced(source, generation)
    return compile_expression(source)
