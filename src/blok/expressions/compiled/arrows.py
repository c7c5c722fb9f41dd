"""Arrow functions written in place as callbacks, or called on the spot."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tree_sitter import Node

from blok.expressions.compiled.access import read
from blok.expressions.compiled.callbacks import Arrow
from blok.expressions.compiled.frame import Bind, Closure, Frame, Unproven
from blok.expressions.errors import Fallback
from blok.expressions.syntax import text_of
from blok.expressions.values import UNDEFINED

if TYPE_CHECKING:
    from blok.expressions.compiled.compiler import Compiler

_RESERVED = frozenset({"eval", "arguments", "let", "static", "yield", "await", "implements", "interface"}) | {
    "package",
    "private",
    "protected",
    "public",
    "undefined",
}


class Arrows:
    """Compiles arrow functions for one expression."""

    def __init__(self, compiler: "Compiler") -> None:
        self._compiler = compiler

    def arrow(self, node: Node, *, callback: bool) -> Arrow:
        """An arrow function; its parameters live in the frame while it runs."""
        if node.type != "arrow_function" or any(child.type == "async" for child in node.children):
            raise Unproven
        with self._scope(callback=callback):
            patterns = _patterns(node)
            binds = self._parameters(patterns)
            body = self._body(node.child_by_field_name("body"))
            plain = all(pattern.type == "identifier" for pattern in patterns)
            places = [self._compiler.names[text_of(pattern)] for pattern in patterns] if plain else None
        return Arrow(places, binds, body)

    def key_function(self, body: Node, parameter: str) -> Arrow:
        """An arrow function of one parameter, from its parts."""
        with self._scope(callback=True):
            if parameter in _RESERVED:
                raise Unproven
            place = self._compiler.place(parameter)
            closure = self._compiler.expression(body)
        return Arrow([place], [_bind_name(place)], closure)

    @contextmanager
    def _scope(self, *, callback: bool) -> Iterator[None]:
        outer = dict(self._compiler.names)
        self._compiler.framed = True
        self._compiler.in_callback += callback
        yield
        self._compiler.in_callback -= callback
        self._compiler.names = outer

    def _parameters(self, patterns: list[Node]) -> list[Bind]:
        self._new: set[str] = set()
        return [self._pattern(pattern) for pattern in patterns]

    def _name(self, node: Node) -> int:
        name = text_of(node)
        if name in self._new or name in _RESERVED or "\\" in name:
            raise Unproven
        self._new.add(name)
        return self._compiler.place(name)

    def _pattern(self, node: Node) -> Bind:
        match node.type:
            case "identifier" | "shorthand_property_identifier_pattern":
                return _bind_name(self._name(node))
            case "array_pattern":
                kinds = ["," if child.type == "," else "" for child in node.children[1:-1]]
                if kinds[::2] != [""] * len(kinds[::2]) or kinds[1::2] != [","] * len(kinds[1::2]):
                    raise Unproven  # a hole
                return _bind_items([self._pattern(child) for child in node.named_children])
            case "object_pattern":
                return _bind_members([self._member(child) for child in node.named_children])
        raise Unproven

    def _member(self, node: Node) -> tuple[str, Bind]:
        if node.type == "shorthand_property_identifier_pattern":
            return text_of(node), self._pattern(node)
        if node.type == "pair_pattern":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            name = self._compiler.key(key)
            if value is None or not isinstance(name, str):
                raise Unproven
            return name, self._pattern(value)
        raise Unproven

    def _body(self, node: Node | None) -> Closure:
        if node is None or node.type != "statement_block":
            return self._compiler.expression(node)
        return self._block(node.named_children)

    def _block(self, statements: list[Node]) -> Closure:
        """`const` declarations, then one `return`."""
        if not statements:
            raise Unproven
        *declarations, last = statements
        if last.type != "return_statement" or last.named_child_count != 1:
            raise Unproven
        # A name is dead until its declaration has run.
        outer = self._compiler.dead
        self._compiler.dead = outer | {name for node in declarations for name in _declared_names(node)}
        steps = [step for node in declarations for step in self._declaration(node)]
        result = self._compiler.expression(last.named_child(0))
        self._compiler.dead = outer

        def run(ctx: dict[str, Any], frame: Frame) -> Any:
            for bind, value in steps:
                bind(ctx, frame, value(ctx, frame))
            return result(ctx, frame)

        return run

    def _declaration(self, node: Node) -> list[tuple[Bind, Closure]]:
        if node.type != "lexical_declaration" or text_of(node.children[0]) != "const":
            raise Unproven
        steps = []
        for declared in node.named_children:
            pattern = declared.child_by_field_name("name")
            if pattern is None:
                raise Unproven
            if any(name in self._compiler.names for name in _names_in(pattern)):
                raise Unproven
            value = self._compiler.expression(declared.child_by_field_name("value"))
            self._compiler.dead = self._compiler.dead - _names_in(pattern)
            steps.append((self._pattern(pattern), value))
        return steps


def _patterns(arrow: Node) -> list[Node]:
    single, listed = arrow.child_by_field_name("parameter"), arrow.child_by_field_name("parameters")
    if single is not None:
        return [single]
    return listed.named_children if listed is not None else []


def _declared_names(declaration: Node) -> set[str]:
    patterns = (child.child_by_field_name("name") for child in declaration.named_children)
    return {name for pattern in patterns if pattern is not None for name in _names_in(pattern)}


def _names_in(pattern: Node) -> set[str]:
    waiting, names = [pattern], set()
    while waiting:
        node = waiting.pop()
        if node.type in ("identifier", "shorthand_property_identifier_pattern"):
            names.add(text_of(node))
        waiting.extend(node.named_children)
    return names


def _bind_name(place: int) -> Bind:
    def bind(_ctx: dict[str, Any], frame: Frame, value: Any) -> None:
        frame[place] = value

    return bind


def _bind_items(binds: list[Bind]) -> Bind:
    def bind(ctx: dict[str, Any], frame: Frame, value: Any) -> None:
        if type(value) is not list:
            raise Fallback
        for index, part in enumerate(binds):
            part(ctx, frame, value[index] if index < len(value) else UNDEFINED)

    return bind


def _bind_members(binds: list[tuple[str, Bind]]) -> Bind:
    def bind(ctx: dict[str, Any], frame: Frame, value: Any) -> None:
        if value is None or value is UNDEFINED:
            raise Fallback  # the engine's TypeError
        for key, part in binds:
            part(ctx, frame, read(value, key))

    return bind
