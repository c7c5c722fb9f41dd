"""What type a value has, as far as a schema or an expression tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tree_sitter import Node

from blok.expressions.syntax import parse, text_of

Types = frozenset[str]
Schema = Mapping[str, Any]

# How a function of JavaScript answers.
_CALLS = {
    "Number": "number",
    "parseInt": "number",
    "parseFloat": "number",
    "String": "string",
    "Boolean": "boolean",
    "Array.isArray": "boolean",
    "JSON.stringify": "string",
    "Object.keys": "array",
    "Object.values": "array",
    "Object.entries": "array",
    "Date.now": "number",
    "Math.round": "number",
    "Math.floor": "number",
    "Math.ceil": "number",
}
_METHODS = {
    "toLowerCase": "string",
    "toUpperCase": "string",
    "trim": "string",
    "join": "string",
    "split": "array",
}
_METHODS |= {
    "map": "array",
    "filter": "array",
    "toFixed": "string",
    "toISOString": "string",
    "includes": "boolean",
}
_NODES = {
    "number": "number",
    "string": "string",
    "template_string": "string",
    "true": "boolean",
    "false": "boolean",
    "null": "null",
    "object": "object",
    "array": "array",
}
_COMPARISONS = frozenset({"===", "!==", "==", "!=", "<", "<=", ">", ">=", "in", "instanceof"})
_ARITHMETIC = frozenset({"-", "*", "/", "%", "**"})


def of_schema(schema: Any) -> Types | None:
    """The JSON types a schema allows, `integer` counted as `number`; None when it does not say."""
    if not isinstance(schema, Mapping):
        return None
    written = schema.get("type")
    if isinstance(written, str):
        written = [written]
    if isinstance(written, list):
        return frozenset("number" if kind == "integer" else kind for kind in written)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(choices, list):
        kinds = [of_schema(choice) for choice in choices]
        known = [kind for kind in kinds if kind is not None]
        return frozenset().union(*known) if len(known) == len(kinds) else None
    if isinstance(schema.get("enum"), list):
        return frozenset(of_value(item) for item in schema["enum"])
    return None


def of_value(value: Any) -> str:
    """The JSON type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list | tuple) else "object"


def inside(schema: Any, path: tuple[str, ...]) -> Any:
    """The schema of a member of what a schema describes, or None when it does not say."""
    for key in path:
        if not isinstance(schema, Mapping):
            return None
        members = schema.get("properties")
        if isinstance(members, Mapping) and key in members:
            schema = members[key]
        elif key.isdecimal() and isinstance(schema.get("items"), Mapping):
            schema = schema["items"]
        elif key == "length" and of_schema(schema) in (frozenset({"array"}), frozenset({"string"})):
            schema = {"type": "number"}
        elif isinstance(schema.get("additionalProperties"), Mapping):
            schema = schema["additionalProperties"]
        else:
            return None
    return schema


def of_expression(source: str, schema_of: Callable[[tuple[str, ...]], Any]) -> Types | None:
    """The types an expression may give; None when that cannot be told.

    `schema_of` answers with the schema of a path such as ("ctx", "state", "a").
    """
    tree = parse(source)
    return _of_node(tree, schema_of) if tree is not None else None


def _of_node(node: Node | None, schema_of: Callable[[tuple[str, ...]], Any]) -> Types | None:
    while node is not None and node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_child(0)
    if node is None:
        return None
    if node.type in _NODES:
        return frozenset({_NODES[node.type]})
    if node.type in ("member_expression", "subscript_expression"):
        path = path_of(node)
        return of_schema(schema_of(path)) if path is not None else None
    if node.type == "call_expression":
        return _of_call(node)
    if node.type in ("binary_expression", "unary_expression"):
        return _of_operator(node)
    if node.type == "ternary_expression":
        then = _of_node(node.child_by_field_name("consequence"), schema_of)
        other = _of_node(node.child_by_field_name("alternative"), schema_of)
        return then | other if then is not None and other is not None else None
    return None


def _of_operator(node: Node) -> Types | None:
    operator = node.child_by_field_name("operator")
    symbol = text_of(operator) if operator is not None else ""
    if node.type == "unary_expression":
        kind = {"!": "boolean", "typeof": "string", "-": "number", "+": "number"}.get(symbol)
    else:
        kind = "boolean" if symbol in _COMPARISONS else "number" if symbol in _ARITHMETIC else None
    return frozenset({kind}) if kind else None


def _of_call(node: Node) -> Types | None:
    function = node.child_by_field_name("function")
    if function is None:
        return None
    kind = _CALLS.get(text_of(function))
    if kind is None and function.type == "member_expression":
        if function.child_by_field_name("optional_chain") is not None:
            return None
        name = function.child_by_field_name("property")
        kind = _METHODS.get(text_of(name)) if name is not None else None
    return frozenset({kind}) if kind else None


def path_of(node: Node) -> tuple[str, ...] | None:
    """The names of a plain path such as `ctx.state["a"].b[0]`; None for anything else."""
    keys: list[str] = []
    while node.type in ("member_expression", "subscript_expression"):
        if node.child_by_field_name("optional_chain") is not None:
            return None
        if node.type == "member_expression":
            key = node.child_by_field_name("property")
            written = text_of(key) if key is not None else None
        else:
            key = node.child_by_field_name("index")
            if key is None or key.type not in ("string", "number"):
                return None
            written = text_of(key) if key.type == "number" else text_of(key)[1:-1]
        owner = node.child_by_field_name("object")
        if written is None or owner is None:
            return None
        keys.insert(0, written)
        node = owner
    return (text_of(node), *keys) if node.type == "identifier" else None


def paths_in(source: str) -> list[tuple[str, ...]]:
    """The outermost paths of an expression that start at a name."""
    tree = parse(source)
    if tree is None:
        return []
    found = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        path = path_of(node) if node.type in ("member_expression", "subscript_expression") else None
        if path is not None:
            found.append(path)
        else:
            waiting.extend(node.named_children)
    return found
