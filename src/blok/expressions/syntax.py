"""Reading expressions: the syntax tree, and what an expression touches."""

from dataclasses import dataclass
from typing import Final

import tree_sitter
import tree_sitter_javascript

_LANGUAGE = tree_sitter.Language(tree_sitter_javascript.language())
_LONGEST = 20_000  # characters; longer expressions are left to the engine unread

ROOT_NAMES: Final = frozenset({"ctx", "data", "func", "vars", "process"})

# Names through which JavaScript changes an object without writing an assignment.
_CHANGING_NAMES = frozenset(
    """push pop shift unshift splice sort reverse fill copyWithin set
    assign defineProperty defineProperties setPrototypeOf freeze seal preventExtensions
    __defineGetter__ __defineSetter__ __proto__ constructor
    call apply bind parse Reflect Proxy globalThis""".split()  # noqa: SIM905
)
_SCOPE_READERS = frozenset({"eval", "arguments"})

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """What an expression reads (paths from ctx, data, func, vars or process) and whether it may change data.

    A path means: this value as a whole; nothing beside it is looked at.
    """

    paths: frozenset[Path]
    may_change: bool


EVERYTHING: Final = Touched(frozenset((name,) for name in ROOT_NAMES), may_change=True)


def parse(source: str) -> tree_sitter.Node | None:
    """The tree of `source` as one parenthesised expression; None when it is not that, or too long to read."""
    if len(source) > _LONGEST:
        return None
    try:
        written = f"({source})".encode()
    except UnicodeEncodeError:  # a lone surrogate
        return None
    root = tree_sitter.Parser(_LANGUAGE).parse(written).root_node
    if root.has_error or root.child_count != 1:
        return None
    statement = root.child(0)
    if statement is None or statement.type != "expression_statement" or statement.child_count != 1:
        return None
    wrapped = statement.child(0)
    if wrapped is None or wrapped.type != "parenthesized_expression" or wrapped.end_byte != len(written):
        return None
    return wrapped


def text_of(node: tree_sitter.Node) -> str:
    """The source text of a node."""
    return node.text.decode() if node.text is not None else ""


def touched(tree: tree_sitter.Node | None) -> Touched:
    """What the expression reads and may change; everything when that cannot be told."""
    if tree is None:
        return EVERYTHING
    paths: set[Path] = set()
    may_change = False
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier"):
            name = text_of(node)
            if name in _SCOPE_READERS:
                return EVERYTHING
            if name in ROOT_NAMES:
                paths.add(_path_from(node, name))
            may_change |= name in _CHANGING_NAMES
        elif kind in ("this", "with_statement", "meta_property"):
            return EVERYTHING
        else:
            may_change |= _may_change(node, kind)
        waiting.extend(node.named_children)
    if may_change:
        # A change may reach the same object along another path: look at whole roots, never at parts of them.
        paths = {path[: 1 if len(path) == 2 else 2] for path in paths}
    return Touched(frozenset(path for path in paths if not _covered(path, paths)), may_change)


def _covered(path: Path, paths: set[Path]) -> bool:
    return any(path[:length] in paths for length in range(1, len(path)))


def _may_change(node: tree_sitter.Node, kind: str) -> bool:
    match kind:
        case "property_identifier" | "shorthand_property_identifier_pattern" | "string_fragment":
            return text_of(node) in _CHANGING_NAMES
        case "assignment_expression" | "augmented_assignment_expression" | "for_in_statement":
            left = node.child_by_field_name("left")
            return left is None or left.type != "identifier"
        case "update_expression":
            argument = node.child_by_field_name("argument")
            return argument is None or argument.type != "identifier"
        case "unary_expression":
            operator = node.child_by_field_name("operator")
            return operator is not None and operator.type == "delete"
        case "call_expression":
            called = node.child_by_field_name("function")
            return called is not None and called.type == "subscript_expression"
    return False


def _path_from(node: tree_sitter.Node, name: str) -> Path:
    """The longest path of plain keys that starts at an identifier."""
    path = [name]
    while True:
        parent = node.parent
        if parent is None or parent.child_by_field_name("object") != node:
            return tuple(path)
        if parent.type == "member_expression":
            key = parent.child_by_field_name("property")
            if key is None or key.type != "property_identifier" or "\\" in text_of(key):
                return tuple(path)
            path.append(text_of(key))
        elif parent.type == "subscript_expression":
            index = parent.child_by_field_name("index")
            if (
                index is None
                or index.type != "string"
                or [child.type for child in index.named_children] != ["string_fragment"]
            ):
                return tuple(path)
            path.append(text_of(index.named_children[0]))
        else:
            return tuple(path)
        node = parent
