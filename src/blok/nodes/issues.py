"""Why a value does not fit its schema, in the words of both generations; only for failed checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blok.nodes.checks import ANNOTATIONS, accepted_types, resolve
from blok.nodes.errors import Issue
from blok.nodes.formats import FORMATS


def explain(schema: Any, root: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Iterator[Issue]:
    """What is wrong with a value, in document order; nothing when it fits."""
    schema = resolve(schema, root)
    if "anyOf" in schema:
        yield from _unionexplain(schema["anyOf"], root, value, path)
        return
    if "enum" in schema or "const" in schema:
        yield from _enumexplain(schema, value, path)
        return
    types = accepted_types(schema)
    if types is not None and type(value) not in types:
        yield _type_issue(schema, value, path)
        return
    yield from _sizeexplain(schema, value, path)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for key in [*properties, *(key for key in schema.get("required", ()) if key not in properties)]:
            if key in value:
                yield from explain(properties.get(key, {}), root, value[key], (*path, key))
            elif key in schema.get("required", ()):
                yield Issue((*path, key), "invalid_type", "Required", f'requires property "{key}"')
        extra = schema.get("additionalProperties", True)
        unknown = [key for key in value if key not in properties]
        if extra is False and unknown:
            names = ", ".join(f"'{key}'" for key in unknown)
            yield Issue(path, "unrecognized_keys", f"Unrecognized key(s) in object: {names}")
        elif isinstance(extra, dict):
            for key in unknown:
                yield from explain(extra, root, value[key], (*path, key))
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from explain(schema["items"], root, item, (*path, index))


def _unionexplain(
    options: list[Any], root: Mapping[str, Any], value: Any, path: tuple[str | int, ...]
) -> Iterator[Issue]:
    collected = [list(explain(option, root, value, path)) for option in options]
    if any(not found for found in collected):
        return
    resolved = [resolve(option, root) for option in options]
    bare = [option for option in resolved if set(option) - ANNOTATIONS == {"type"}]
    others = [found for option, found in zip(resolved, collected, strict=True) if option not in bare]
    if len(others) == 1 and all(option["type"] == "null" for option in bare):
        yield from others[0]
    elif not others and {option["type"] for option in bare} <= {"integer", "number", "null"}:
        yield _type_issue({"type": "number"}, value, path)
    elif not others and len([option for option in bare if option["type"] != "null"]) == 1:
        yield _type_issue(next(option for option in bare if option["type"] != "null"), value, path)
    else:
        yield Issue(path, "invalid_union", "Invalid input", "is not any of the allowed forms")


def _enumexplain(schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Iterator[Issue]:
    allowed = schema["enum"] if "enum" in schema else [schema["const"]]
    if any(value == item and type(value) is type(item) for item in allowed):
        return
    wanted = " | ".join(f"'{item}'" for item in allowed)
    if not isinstance(value, str):
        yield Issue(
            path,
            "invalid_type",
            f"Expected {wanted}, received {type_name(value)}",
            "is not one of enum values: " + ",".join(map(str, allowed)),
        )
        return
    text = f"Invalid enum value. Expected {wanted}, received '{value}'"
    yield Issue(path, "invalid_enum_value", text, "is not one of enum values: " + ",".join(map(str, allowed)))


def type_name(value: Any) -> str:
    """The JSON type of a value, as messages name it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "nan" if value != value else "number"  # noqa: PLR0124 - the test for not-a-number
    names: dict[type, str] = {str: "string", list: "array", dict: "object"}
    return names.get(type(value), type(value).__name__)


def _type_issue(schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Issue:
    wanted = schema["type"]
    names = [wanted] if isinstance(wanted, str) else [name for name in wanted if name != "null"] or wanted
    if names == ["integer"] and not isinstance(value, float):
        names = ["number"]
    received = "float" if names == ["integer"] and isinstance(value, float) else type_name(value)
    old = f"is not of a type(s) {','.join(names)}"
    return Issue(path, "invalid_type", f"Expected {' | '.join(names)}, received {received}", old)


def _sizeexplain(schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Iterator[Issue]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _range_issues(schema, value, path)
    for keyword, kind, noun, unit in (
        ("Length", str, "String", "character(s)"),
        ("Items", list, "Array", "element(s)"),
    ):
        if not isinstance(value, kind):
            continue
        least, most = schema.get(f"min{keyword}"), schema.get(f"max{keyword}")
        if least is not None and len(value) < least:
            yield Issue(
                path,
                "too_small",
                f"{noun} must contain at least {least} {unit}",
                f"does not meet minimum length of {least}",
            )
        if most is not None and len(value) > most:
            yield Issue(
                path,
                "too_big",
                f"{noun} must contain at most {most} {unit}",
                f"does not meet maximum length of {most}",
            )
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield Issue(path, "invalid_string", "Invalid", f'does not match pattern "{schema["pattern"]}"')
        fits, message = FORMATS.get(schema.get("format", ""), (None, ""))
        if fits is not None and not fits(value):
            yield Issue(
                path, "invalid_string", message, f'does not conform to the "{schema["format"]}" format'
            )


def _range_issues(schema: Mapping[str, Any], value: float, path: tuple[str | int, ...]) -> Iterator[Issue]:
    for keyword, code, words, old in (
        ("minimum", "too_small", "greater than or equal to", "greater than or equal to"),
        ("maximum", "too_big", "less than or equal to", "less than or equal to"),
        ("exclusiveMinimum", "too_small", "greater than", "strictly greater than"),
        ("exclusiveMaximum", "too_big", "less than", "strictly less than"),
    ):
        limit = schema.get(keyword)
        if limit is None:
            continue
        fits = {
            "minimum": value >= limit,
            "maximum": value <= limit,
            "exclusiveMinimum": value > limit,
            "exclusiveMaximum": value < limit,
        }
        if not fits[keyword]:
            yield Issue(path, code, f"Number must be {words} {limit}", f"must be {old} {limit}")
