"""From the syntax tree of an expression to closures that mean exactly the same.

Forms that are not handled raise Unproven: the engine takes the expression. At run time a closure may raise
Fallback, and the engine takes that evaluation. Compiled code changes nothing, so it can stop anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tree_sitter import Node

from blok.expressions.compiled import access, calls, literals, operators, pieces
from blok.expressions.compiled.arrows import Arrows
from blok.expressions.compiled.builtins import CONSTANTS, KNOWN_NAMES
from blok.expressions.compiled.frame import (
    DATA,
    FIRST_FREE,
    FUNC,
    LONGEST_TEXT,
    LONGEST_TEXT_IN_CALLBACK,
    VARS,
    Closure,
    Unproven,
)
from blok.expressions.syntax import text_of
from blok.expressions.values import NAN, UNDEFINED, to_number, truthy

_DEEPEST = 60
_PLACES = {"data": DATA, "func": FUNC, "vars": VARS}
_ROOTS = frozenset({"ctx", *_PLACES})


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled expression. `free` is how many frame places it uses; 0 when it needs no frame at all."""

    run: Closure
    free: int
    reads: bool  # whether it looks at anything outside itself
    roots: bool  # whether it looks at anything but ctx
    path: bool  # whether it is nothing but a path, whose value needs no finishing


def compile_tree(tree: Node, more: tuple[str, ...]) -> Compiled:
    """Compile a parenthesised expression; raises Unproven. `more` are names of values handed in besides."""
    compiler = Compiler(more, tree.text or b"")
    run = compiler.expression(tree)
    return Compiled(
        run, compiler.free if compiler.framed else 0, compiler.reads, compiler.roots, compiler.is_path(tree)
    )


class Compiler:
    """Compiles one expression."""

    def __init__(self, more: tuple[str, ...], source: bytes) -> None:
        self._source = source
        self.names = {name: FIRST_FREE + place for place, name in enumerate(more)}
        self.free = FIRST_FREE + len(more)
        self.framed = False
        self.reads = False
        self.roots = False
        self._given = self.free  # places below this hold values from outside
        self.in_callback = 0
        self.dead: set[str] = set()  # constants that are declared further on
        self._depth = 0
        self.arrows = Arrows(self)

    @property
    def longest(self) -> int:
        """The longest text that the code being compiled may handle."""
        return LONGEST_TEXT_IN_CALLBACK if self.in_callback else LONGEST_TEXT

    def place(self, name: str) -> int:
        """A new place in the frame for a variable, in scope from here on."""
        self.names[name] = self.new_place()
        return self.names[name]

    def new_place(self) -> int:
        """A new place in the frame."""
        self.framed = True
        self.free += 1
        return self.free - 1

    def expression(self, node: Node | None) -> Closure:
        """A closure for a node."""
        if node is None:
            raise Unproven
        form = _FORMS.get(node.type)
        self._depth += 1
        if form is None or self._depth > _DEEPEST:
            raise Unproven
        closure = form(self, node)
        self._depth -= 1
        return closure

    def field(self, node: Node, name: str) -> Closure:
        """A closure for a field of a node."""
        return self.expression(node.child_by_field_name(name))

    # --- leaves
    # -----------------------------------------------------------------------------------------------

    def _parenthesized(self, node: Node) -> Closure:
        if node.child_count != 3:  # a comment
            raise Unproven
        return self.expression(node.child(1))

    def _number(self, node: Node) -> Closure:
        following = self._source[node.end_byte : node.end_byte + 1]
        if following.isalnum() or following in (b"_", b"$", b"\\") or following > b"\x7f":
            raise Unproven  # a syntax error that the parser lets pass
        return pieces.constant(literals.number(text_of(node)))

    def _string(self, node: Node) -> Closure:
        return pieces.constant(literals.string(text_of(node)[1:-1]))

    def _identifier(self, node: Node) -> Closure:
        name = text_of(node)
        place = self.names.get(name)
        if place is not None:
            self.framed = self.reads = True
            self.roots |= place < self._given
            return lambda _ctx, frame: frame[place]
        if name == "ctx":
            self.reads = True
            return lambda ctx, _frame: ctx
        if name in _PLACES:
            self.framed = self.reads = self.roots = True
            root = _PLACES[name]
            return lambda _ctx, frame: frame[root]
        if name in ("NaN", "Infinity"):
            return pieces.constant(NAN if name == "NaN" else float("inf"))
        if name in KNOWN_NAMES or name in self.dead or "\\" in name:
            raise Unproven
        return pieces.undefined_name(name)

    def _template(self, node: Node) -> Closure:
        written: list[Closure] = []
        source = text_of(node).encode()
        at = 1
        for part in node.named_children:
            if part.type == "template_substitution":
                if part.named_child_count != 1:
                    raise Unproven
                written.append(
                    pieces.constant(literals.string(source[at : part.start_byte - node.start_byte].decode()))
                )
                written.append(self.expression(part.named_child(0)))
                at = part.end_byte - node.start_byte
            elif part.type not in ("string_fragment", "escape_sequence"):
                raise Unproven
        written.append(pieces.constant(literals.string(source[at:-1].decode())))
        return calls.template(written, self.longest)

    # --- containers
    # -------------------------------------------------------------------------------------------

    def _array(self, node: Node) -> Closure:
        items: list[tuple[bool, Closure]] = []
        comma = True
        for child in node.children[1:-1]:
            if child.type == ",":
                if comma:
                    raise Unproven  # a hole
                comma = True
            else:
                comma = False
                spread = child.type == "spread_element"
                items.append((spread, self.expression(child.named_child(0) if spread else child)))
        self.framed = True
        return pieces.array(items)

    def _object(self, node: Node) -> Closure:
        members: list[tuple[str | Closure | None, Closure]] = []
        for child in node.named_children:
            if child.type == "shorthand_property_identifier":
                members.append((text_of(child), self._identifier(child)))
            elif child.type == "spread_element":
                members.append((None, self.expression(child.named_child(0))))
            elif child.type == "pair":
                key = self.key(child.child_by_field_name("key"))
                members.append((key, self.field(child, "value")))
            else:
                raise Unproven
        if any(key == "__proto__" for key, _ in members):
            raise Unproven  # sets the prototype
        self.framed = True
        return pieces.object_of(members)

    def key(self, node: Node | None) -> str | Closure:
        """A property name in an object or a pattern: text, or a closure for a computed one."""
        if node is not None and node.type == "property_identifier" and "\\" not in text_of(node):
            return text_of(node)
        if node is not None and node.type == "string":
            return literals.string(text_of(node)[1:-1])
        if node is not None and node.type == "computed_property_name" and node.named_child_count == 1:
            return self.expression(node.named_child(0))
        raise Unproven

    # --- operators
    # --------------------------------------------------------------------------------------------

    def _unary(self, node: Node) -> Closure:
        operator = node.child_by_field_name("operator")
        operand = node.child_by_field_name("argument")
        symbol = text_of(operator) if operator else ""
        if symbol == "typeof" and operand is not None and operand.type == "identifier":
            name = text_of(operand)
            if name not in self.names and name not in _ROOTS | KNOWN_NAMES | self.dead and "\\" not in name:
                return pieces.constant("undefined")
        change = _UNARY.get(symbol)
        if change is None:
            raise Unproven
        value = self.expression(operand)
        return lambda ctx, frame: change(value(ctx, frame))

    def _binary(self, node: Node) -> Closure:
        operator = node.child_by_field_name("operator")
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        symbol = text_of(operator) if operator else ""
        if left is None or right is None or node.child_count != 3:
            raise Unproven
        if symbol in ("&&", "||", "??"):
            for side in (left, right):
                if (
                    _symbol(side) in ("&&", "||", "??")
                    and ("??" in (symbol, _symbol(side)))
                    and symbol != _symbol(side)
                ):
                    raise Unproven  # a syntax error without parentheses
            return _LOGIC[symbol](self.expression(left), self.expression(right))
        if symbol == "**" and left.type in ("unary_expression", "await_expression"):
            raise Unproven  # a syntax error
        if symbol in ("===", "!==") and right.type in _CONSTANT_TYPES:
            value = self.expression(right)({}, None)
            return operators.equals_constant(self.expression(left), value, negated=symbol == "!==")
        if symbol == "%" and right.type == "number":
            divisor = literals.number(text_of(right))
            if type(divisor) is int and divisor > 0:
                return operators.remainder_by(self.expression(left), divisor)
        if symbol == "in":
            return operators.binary(operators.contains, self.expression(left), self.expression(right))
        operate = operators.plus(self.longest) if symbol == "+" else operators.BINARY.get(symbol)
        if operate is None:
            raise Unproven
        return operators.binary(operate, self.expression(left), self.expression(right))

    def _ternary(self, node: Node) -> Closure:
        if node.child_count != 5:
            raise Unproven
        parts = (self.field(node, name) for name in ("condition", "consequence", "alternative"))
        return operators.ternary(*parts)

    def _sequence(self, node: Node) -> Closure:
        parts = [self.expression(child) for child in node.named_children]
        last = parts.pop()

        def run(ctx: dict[str, Any], frame: Any) -> Any:
            for part in parts:
                part(ctx, frame)
            return last(ctx, frame)

        return run

    # --- chains
    # -----------------------------------------------------------------------------------------------

    def chain(self, node: Node) -> Closure:
        """A whole chain of members, elements and calls."""
        path = self.ctx_path(node)
        if path is not None:
            return path
        links, may_be_short = self.links(node)
        return access.end_of_chain(links) if may_be_short else links

    def links(self, node: Node | None) -> tuple[Closure, bool]:
        """The closure of a chain up to a node, and whether a `?.` may have cut it short."""
        if node is None or node.type not in ("member_expression", "subscript_expression", "call_expression"):
            return self.expression(node), False
        path = self.ctx_path(node)
        if path is not None:
            return path, False
        if node.type == "call_expression":
            return calls.call(self, node)
        optional = node.child_by_field_name("optional_chain") is not None
        global_name = f"{text_of(node)}"
        if global_name in CONSTANTS and global_name.partition(".")[0] not in self.names:
            return pieces.constant(CONSTANTS[global_name]), False
        owner, short = self.links(node.child_by_field_name("object"))
        key = self.static_key(node)
        if short or optional:
            step = (
                access.member_step(key) if key is not None else access.element_step(self.field(node, "index"))
            )
            return access.chain(owner, step, optional=optional), True
        if key is not None:
            return access.member(owner, key), False
        return access.element(owner, self.field(node, "index")), False

    def static_key(self, node: Node) -> str | None:
        """The key of a member, when it is written in the source as text."""
        if node.type == "member_expression":
            key = node.child_by_field_name("property")
            if key is None or key.type != "property_identifier" or "\\" in text_of(key):
                raise Unproven
            return text_of(key)
        index = node.child_by_field_name("index")
        if index is not None and index.type == "string":
            return literals.string(text_of(index)[1:-1])
        return None

    def is_path(self, node: Node | None) -> bool:
        """Whether a node is a plain path from ctx."""
        while node is not None and node.type == "parenthesized_expression":
            node = node.named_child(0)
        return node is not None and self._path(node) is not None

    def ctx_path(self, node: Node) -> Closure | None:
        """A closure for `ctx.a["b"].c` or `process.env.X`, when the node is such a path."""
        found = self._path(node)
        if found is None:
            return None
        self.reads = True
        root, keys = found
        if root == "ctx":
            return access.ctx_path(keys)
        return pieces.process_env(access.ctx_path(keys))

    def _path(self, node: Node) -> tuple[str, tuple[str, ...]] | None:
        keys: list[str] = []
        while node.type in ("member_expression", "subscript_expression"):
            if node.child_by_field_name("optional_chain") is not None:
                return None
            key = self.static_key(node)
            owner = node.child_by_field_name("object")
            if key is None or owner is None:
                return None
            keys.insert(0, key)
            node = owner
        name = text_of(node) if node.type == "identifier" else ""
        if not keys or name in self.names:
            return None
        if name == "ctx" or (name == "process" and keys[0] == "env" and len(keys) > 1):
            return name, tuple(keys)
        return None


def _symbol(node: Node) -> str:
    operator = node.child_by_field_name("operator") if node.type == "binary_expression" else None
    return text_of(operator) if operator else ""


_CONSTANT_TYPES = frozenset({"string", "number", "true", "false", "null", "undefined"})
_LOGIC = {"&&": operators.both, "||": operators.either, "??": operators.nullish}
_UNARY: dict[str, Callable[[Any], Any]] = {
    "!": lambda value: not truthy(value),
    "-": operators.negate,
    "+": to_number,
    "~": operators.invert_bits,
    "typeof": operators.type_name,
    "void": lambda _value: UNDEFINED,
}
_FORMS: dict[str, Callable[[Compiler, Node], Closure]] = {
    "parenthesized_expression": Compiler._parenthesized,
    "number": Compiler._number,
    "string": Compiler._string,
    "template_string": Compiler._template,
    "true": lambda _compiler, _node: pieces.constant(True),
    "false": lambda _compiler, _node: pieces.constant(False),
    "null": lambda _compiler, _node: pieces.constant(None),
    "undefined": lambda _compiler, _node: pieces.constant(UNDEFINED),
    "identifier": Compiler._identifier,
    "array": Compiler._array,
    "object": Compiler._object,
    "unary_expression": Compiler._unary,
    "binary_expression": Compiler._binary,
    "ternary_expression": Compiler._ternary,
    "sequence_expression": Compiler._sequence,
    "member_expression": Compiler.chain,
    "subscript_expression": Compiler.chain,
    "call_expression": Compiler.chain,
}
