"""One expression: compiled once, evaluated by closures where that is exact, by the engine otherwise."""

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from tree_sitter import Node

from blok.expressions.compiled import Compiled, Unproven, compile_tree, finished, new_frame
from blok.expressions.compiled.frame import DIRTY
from blok.expressions.engine import Evaluator
from blok.expressions.errors import ExpressionError, Fallback
from blok.expressions.syntax import Path, parse, touched
from blok.expressions.values import INHERITED, UNDEFINED, checked_json, checked_text, normal, number_text

_Wanted = dict[str, "_Wanted | None"]


class Expression:
    """A JavaScript expression, without the `js/` prefix.

    `tier` says how it is evaluated: 0 a constant, 1 compiled closures (which may still turn to the engine
    for values they are not proven for), 2 the engine.
    """

    def __init__(self, source: str, more: tuple[str, ...] = ()) -> None:
        self.source = source
        self._more = more
        tree = parse(source)
        self.compiled = _compiled(tree, more)
        self.quick = None if self.compiled is None or self.compiled.roots else _by_ctx(self.compiled)
        self.tier = self._tier()

    @cached_property
    def _reads(self) -> tuple[_Wanted, bool]:
        """What the engine must be given, and whether it may change it; most expressions never ask."""
        seen = touched(parse(self.source))
        return _wanted(seen.paths), seen.may_change

    def evaluate(
        self,
        evaluator: Evaluator,
        ctx: dict[str, Any],
        data: Any = None,
        func: Any = None,
        vars: Any = None,
    ) -> Any:
        """The value, `UNDEFINED` included. Raises ExpressionError for a throw, a syntax error or a limit."""
        return self.evaluate_with(evaluator, ctx, data, func, vars, ())

    def evaluate_with(
        self,
        evaluator: Evaluator,
        ctx: dict[str, Any],
        data: Any,
        func: Any,
        vars: Any,
        more: tuple[Any, ...],
    ) -> Any:
        """Like `evaluate`, with the values of the names handed in besides."""
        if self.compiled is not None:
            try:
                return self._run(ctx, data, func, vars, more)
            except (Fallback, RecursionError):
                pass
        return self.in_engine(evaluator, ctx, data, func, vars, more_values=more)

    def _run(self, ctx: dict[str, Any], data: Any, func: Any, vars: Any, more: tuple[Any, ...]) -> Any:
        """The value by compiled code; raises Fallback where that is not proven."""
        if self.quick is not None:
            return self.quick(ctx)
        assert self.compiled is not None, "only called for compiled expressions"
        frame = new_frame(data, func, vars, more, self.compiled.free)
        value = self.compiled.run(ctx, frame)
        if frame[DIRTY]:
            value = finished(value)
        return normal(value) if type(value) is float else value

    def _tier(self) -> int:
        if self.compiled is None:
            return 2
        if self.compiled.reads:
            return 1
        try:
            self.constant = self._run({}, None, None, None, ())
        except (Fallback, ExpressionError, RecursionError):
            return 1
        return 1 if isinstance(self.constant, (dict, list)) else 0

    def text(
        self,
        evaluator: Evaluator,
        ctx: dict[str, Any],
        data: Any,
        func: Any,
        vars: Any,
        generation: int,
    ) -> str:
        """The value as text inside a template of the given generation."""
        if self.compiled is not None:
            try:
                value = self._run(ctx, data, func, vars, ())
                return value if type(value) is str else checked_value_text(value, generation)
            except (Fallback, RecursionError):
                pass
        text: str = self.in_engine(evaluator, ctx, data, func, vars, as_text=2 if generation == 1 else 1)
        return text

    def in_engine(
        self,
        evaluator: Evaluator,
        ctx: dict[str, Any],
        data: Any,
        func: Any,
        vars: Any,
        *,
        as_text: int = 0,
        more_values: tuple[Any, ...] = (),
    ) -> Any:
        """Evaluate in the sandbox, handing over only what the expression touches."""
        values = {
            "ctx": ctx,
            "data": {} if data is None else data,
            "func": {} if func is None else func,
            "vars": {} if vars is None else vars,
        }
        reads, may_change = self._reads
        roots = {name: _pick(values[name], wanted) for name, wanted in reads.items() if name in values}
        more = self._more
        given = list(more_values)
        if "process" in reads and "env" in ctx:
            wanted = reads["process"]
            more = (*more, "process")
            given.append({"env": ctx["env"]} if wanted is None else _pick({"env": ctx["env"]}, wanted))
        if given:
            roots["more"] = given
        return evaluator.run(self.source, roots, more=more, as_text=as_text, may_change=may_change)

    @cached_property
    def error(self) -> ExpressionError | None:
        """The syntax error of an expression that cannot be compiled, for linters."""
        if self.tier < 2:
            return None
        evaluator = Evaluator()
        try:
            evaluator.compile(self.source, self._more)
        except ExpressionError as error:
            return error
        finally:
            evaluator.close()
        return None


def _by_ctx(compiled: Compiled) -> Callable[[dict[str, Any]], Any]:
    """Compiled code as a function of ctx alone; it may raise Fallback and ExpressionError."""
    run = compiled.run
    if compiled.path:
        return run  # type: ignore[return-value]  # a path needs no frame
    if not compiled.free:

        def frameless(ctx: dict[str, Any]) -> Any:
            value = run(ctx, None)
            return normal(value) if type(value) is float else value

        return frameless
    empty = new_frame(None, None, None, (), compiled.free)

    def framed(ctx: dict[str, Any]) -> Any:
        frame = empty.copy()
        value = run(ctx, frame)
        if frame[DIRTY]:
            value = finished(value)
        return normal(value) if type(value) is float else value

    return framed


def _compiled(tree: Node | None, more: tuple[str, ...]) -> Compiled | None:
    if tree is None:
        return None
    try:
        return compile_tree(tree, more)
    except Unproven:
        return None


def _wanted(paths: frozenset[Path]) -> "_Wanted":
    tree: _Wanted = {}
    for path in paths:
        node = tree
        for key in path[:-1]:
            below = node.setdefault(key, {})
            assert below is not None, "no path covers another"
            node = below
        node[path[-1]] = None
    return tree


def _pick(value: Any, wanted: "_Wanted | None") -> Any:
    """The wanted parts of `value`, as partial copies of the objects on the way to them."""
    if wanted is None or not isinstance(value, Mapping):
        return value
    picked = {}
    for key, below in wanted.items():
        if key in value:
            picked[key] = _pick(value[key], below)
        elif key in INHERITED:
            return value
    return picked


def checked_value_text(value: Any, generation: int) -> str:
    """A value's text inside a template, by compiled code.

    V1 String(value), v2 nothing for null, JSON for objects.
    """
    if type(value) is int:
        return number_text(value)
    if generation == 2:
        if value is None or value is UNDEFINED:
            return ""
        if isinstance(value, (dict, list)):
            return checked_json(value)
    return checked_text(value)


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """The expression of this source.

    The same object for the same text. Never raises: see `Expression.error`.
    """
    return Expression(source)
