"""Calls: global functions, methods, callbacks, arrow functions called on the spot, and template literals."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from blok.expressions.compiled import access, callbacks
from blok.expressions.compiled.array_methods import ARRAY_METHODS, FRESH_ONLY, checked_size
from blok.expressions.compiled.builtins import CALLBACKS, COUNTED, FUNCTIONS, KNOWN_NAMES, to_fixed
from blok.expressions.compiled.frame import Closure, Unproven, spend
from blok.expressions.compiled.text_methods import TEXT_METHODS
from blok.expressions.errors import Fallback
from blok.expressions.syntax import text_of
from blok.expressions.values import UNDEFINED, checked_text, number_text

if TYPE_CHECKING:
    from blok.expressions.compiled.compiler import Compiler

# What follows a `.name(` once its owner is known.
Step = Callable[[Any, dict[str, Any], Any], Any]

# Methods that always make a new array, so that sort() and reverse() on their result change nothing else.
_MAKERS = frozenset(
    """map filter slice concat flat flatMap split toReversed toSorted sort reverse
    Object.keys Object.values Object.entries Array.from""".split()  # noqa: SIM905
)


def call(compiler: "Compiler", node: Node) -> tuple[Closure, bool]:
    """A call, and whether a `?.` may have cut its chain short."""
    function = node.child_by_field_name("function")
    if function is None or node.child_by_field_name("optional_chain") is not None:
        raise Unproven
    given = node.child_by_field_name("arguments")
    if given is None or given.type != "arguments":
        raise Unproven
    name = _global_name(compiler, function)
    if name is not None:
        return _global_call(compiler, name, given), False
    if function.type == "member_expression":
        return _method_call(compiler, function, given)
    if function.type == "parenthesized_expression" and function.named_child_count == 1:
        return _immediate_call(compiler, function.named_children[0], given), False
    raise Unproven


def _global_name(compiler: "Compiler", function: Node) -> str | None:
    """`Math.max` and the like, unless a parameter has taken the name."""
    owner = function
    if function.type == "member_expression":
        if function.child_by_field_name("optional_chain") is not None:
            return None
        owner = function.child_by_field_name("object") or function
    name = text_of(owner)
    if owner.type != "identifier" or name in compiler.names or name not in KNOWN_NAMES:
        return None
    if text_of(function) not in FUNCTIONS:
        raise Unproven
    return text_of(function)


def _global_call(compiler: "Compiler", name: str, given: Node) -> Closure:
    function = FUNCTIONS[name]
    compiler.framed |= name in COUNTED
    compiler.reads |= name == "Date.now"
    arguments, spread = _arguments(compiler, given)
    compiler.framed |= bool(spread)
    if len(arguments) == 1 and not spread:
        only = arguments[0]
        return lambda ctx, frame: function([only(ctx, frame)], frame)
    evaluate = _evaluated(arguments, spread)
    return lambda ctx, frame: function(evaluate(ctx, frame), frame)


def _arguments(compiler: "Compiler", given: Node) -> tuple[list[Closure], set[int]]:
    """The closures of the arguments, and which of them are spread."""
    closures: list[Closure] = []
    spread = set()
    for child in given.named_children:
        if child.type == "comment":
            raise Unproven
        if child.type == "spread_element":
            spread.add(len(closures))
            closures.append(compiler.expression(child.named_child(0)))
        else:
            closures.append(compiler.expression(child))
    return closures, spread


def _evaluated(arguments: list[Closure], spread: set[int]) -> Closure:
    if not spread:
        return lambda ctx, frame: [argument(ctx, frame) for argument in arguments]

    def evaluate(ctx: dict[str, Any], frame: Any) -> Any:
        values: list[Any] = []
        for place, argument in enumerate(arguments):
            value = argument(ctx, frame)
            if place not in spread:
                values.append(value)
            elif type(value) is list:
                spend(frame, len(value) >> 3)
                values += value
            else:
                raise Fallback
        return values

    return evaluate


def _immediate_call(compiler: "Compiler", function: Node, given: Node) -> Closure:
    arguments, spread = _arguments(compiler, given)
    arrow = compiler.arrows.arrow(function, callback=False)
    evaluate = _evaluated(arguments, spread)
    return lambda ctx, frame: arrow.call(ctx, frame, tuple(evaluate(ctx, frame)))


def _method_call(compiler: "Compiler", function: Node, given: Node) -> tuple[Closure, bool]:
    name = compiler.static_key(function)
    assert name is not None, "a member has a written key"
    target = function.child_by_field_name("object")
    optional = function.child_by_field_name("optional_chain") is not None
    compiler.framed = True
    owner, short = compiler.links(target)
    step = _callback_step(compiler, name, given) or _sort_step(compiler, name, given, target)
    if step is None:
        step = _plain_step(compiler, name, given, fresh=_is_fresh(target))
    if short or optional:
        return access.chain(owner, step, optional=optional), True
    made = step
    return lambda ctx, frame: made(owner(ctx, frame), ctx, frame), False


def _is_fresh(node: Node | None) -> bool:
    """Whether a node always makes a new array."""
    if node is not None and node.type == "parenthesized_expression" and node.named_child_count == 1:
        return _is_fresh(node.named_child(0))
    if node is None or node.type != "call_expression":
        return node is not None and node.type == "array"
    function = node.child_by_field_name("function")
    if function is None or function.type != "member_expression":
        return False
    key = function.child_by_field_name("property")
    if text_of(function) in _MAKERS:
        return True
    if key is None or text_of(key) not in _MAKERS:
        return False
    in_place = text_of(key) in FRESH_ONLY
    return not in_place or _is_fresh(function.child_by_field_name("object"))


def _callback_step(compiler: "Compiler", name: str, given: Node) -> Step | None:
    """A call of map(), filter(), reduce() and the like."""
    children = given.named_children
    if name == "reduce" and 1 <= len(children) <= 2:
        arrow = _arrow(compiler, children[0])
        start = [compiler.expression(child) for child in children[1:]]

        def reduce(items: Any, ctx: dict[str, Any], frame: Any) -> Any:
            _check_array(items, name, frame)
            return callbacks.reduce(items, arrow, [value(ctx, frame) for value in start], ctx, frame)

        return reduce
    method = callbacks.CALLBACK_METHODS.get(name)
    if method is None:
        return None
    if len(children) != 1:
        raise Unproven
    callback = _arrow(compiler, children[0])

    def run(items: Any, ctx: dict[str, Any], frame: Any) -> Any:
        _check_array(items, name, frame)
        return method(items, callback, ctx, frame)

    return run


def _check_array(items: Any, name: str, frame: Any) -> None:
    if type(items) is not list:
        if items is None or items is UNDEFINED:
            raise access.nullish_read(items, name)
        raise Fallback
    spend(frame, len(items) + 1)


def _arrow(compiler: "Compiler", node: Node) -> callbacks.Arrow:
    name = text_of(node)
    if node.type == "identifier" and name in CALLBACKS and name not in compiler.names:
        function = CALLBACKS[name]
        compiler.framed = True
        place = compiler.new_place()
        return callbacks.Arrow([place], [], lambda _ctx, frame: function([frame[place]], frame))
    return compiler.arrows.arrow(node, callback=True)


def _sort_step(compiler: "Compiler", name: str, given: Node, target: Node | None) -> Step | None:
    """`sort((a, b) => f(a) - f(b))`: the one kind of comparator whose order every engine agrees on."""
    if name not in ("sort", "toSorted") or given.named_child_count == 0:
        return None
    if name == "sort" and not _is_fresh(target):
        raise Unproven
    arrow = given.named_children[0]
    parameters, body = arrow.child_by_field_name("parameters"), arrow.child_by_field_name("body")
    if given.named_child_count != 1 or parameters is None or body is None or body.type != "binary_expression":
        raise Unproven
    if (
        any(child.type != "identifier" for child in parameters.named_children)
        or parameters.named_child_count != 2
    ):
        raise Unproven
    left, right = body.child_by_field_name("left"), body.child_by_field_name("right")
    operator = body.child_by_field_name("operator")
    if left is None or right is None or operator is None or text_of(operator) != "-":
        raise Unproven
    first, second = (text_of(child) for child in parameters.named_children)
    in_left, in_right = _tokens(left), _tokens(right)
    if (
        first in in_left
        and in_right == [second if token == first else token for token in in_left]
        and second not in in_left
    ):
        descending = False
    elif (
        second in in_left
        and in_right == [first if token == second else token for token in in_left]
        and first not in in_left
    ):
        descending = True
    else:
        raise Unproven
    key = compiler.arrows.key_function(left, second if descending else first)

    def run(items: Any, ctx: dict[str, Any], frame: Any) -> Any:
        _check_array(items, name, frame)
        return callbacks.sort_by_number(items, key, ctx, frame, descending=descending)

    return run


def _tokens(node: Node) -> list[str]:
    """The source of a node as tokens; a property name can never be mistaken for a parameter."""
    if node.child_count == 0 or node.type in ("string", "template_string", "arrow_function"):
        return [f".{text_of(node)}" if node.type != "identifier" else text_of(node)]
    return [token for child in node.children for token in _tokens(child)]


def _plain_step(compiler: "Compiler", name: str, given: Node, *, fresh: bool) -> Step:
    on_text = TEXT_METHODS.get(name)
    on_array = ARRAY_METHODS.get(name)
    if on_array is None and fresh:
        on_array = FRESH_ONLY.get(name)
    on_number = name in ("toFixed", "toString")
    if on_text is None and on_array is None and not on_number:
        raise Unproven
    arguments, spread = _arguments(compiler, given)
    evaluate = _evaluated(arguments, spread)
    longest = compiler.longest

    def run(owner: Any, ctx: dict[str, Any], frame: Any) -> Any:
        kind = type(owner)
        if kind is str and on_text is not None:
            if len(owner) > longest:
                raise Fallback
            return on_text(owner, evaluate(ctx, frame), longest)
        if kind is list and on_array is not None:
            return on_array(owner, evaluate(ctx, frame), frame, longest)
        if owner is None or owner is UNDEFINED:
            raise access.nullish_read(owner, name)
        if on_number and (kind is int or kind is float):
            values = evaluate(ctx, frame)
            if name == "toFixed":
                return to_fixed(owner, values)
            if not values:
                return number_text(owner)
        raise Fallback

    return run


def template(pieces: list[Closure], longest: int) -> Closure:
    """A template literal."""

    def run(ctx: dict[str, Any], frame: Any) -> Any:
        return checked_size("".join([checked_text(piece(ctx, frame)) for piece in pieces]), longest)

    return run
