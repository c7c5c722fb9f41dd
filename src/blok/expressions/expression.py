"""One expression: compiled once, evaluated by closures where that is exact, by the engine otherwise."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from blok.expressions.engine import Evaluator
from blok.expressions.errors import ExpressionError
from blok.expressions.syntax import Path, parse, touched

# Names every object has without owning them: reading one needs the whole object.
INHERITED = frozenset(
    """constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf __proto__
    __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__""".split()  # noqa: SIM905
)

_Wanted = dict[str, "_Wanted | None"]


class Expression:
    """A JavaScript expression, without the `js/` prefix.

    `tier` says how it is evaluated: 0 a constant, 1 compiled closures (which may still turn to the engine
    for values they are not proven for), 2 the engine.
    """

    def __init__(self, source: str, more: tuple[str, ...] = ()) -> None:
        self.source = source
        self.tier = 2
        self._more = more
        tree = parse(source)
        seen = touched(tree)
        self._may_change = seen.may_change
        self._process = any(path[0] == "process" for path in seen.paths)
        self._wanted = _wanted(seen.paths)

    def evaluate(
        self,
        evaluator: Evaluator,
        ctx: dict[str, Any],
        data: Any = None,
        func: Any = None,
        vars: Any = None,
    ) -> Any:
        """The value, `UNDEFINED` included. Raises ExpressionError for a throw, a syntax error or a limit."""
        return self.in_engine(evaluator, ctx, data, func, vars)

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
        value: str = self.in_engine(evaluator, ctx, data, func, vars, as_text=2 if generation == 1 else 1)
        return value

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
        roots = {name: _pick(values[name], wanted) for name, wanted in self._wanted.items() if name in values}
        more = self._more
        given = list(more_values)
        if self._process and "env" in ctx:
            wanted = self._wanted["process"]
            more = (*more, "process")
            given.append({"env": ctx["env"]} if wanted is None else _pick({"env": ctx["env"]}, wanted))
        if given:
            roots["more"] = given
        return evaluator.run(self.source, roots, more=more, as_text=as_text, may_change=self._may_change)

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


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """The expression of this source.

    The same object for the same text. Never raises: see `Expression.error`.
    """
    return Expression(source)
