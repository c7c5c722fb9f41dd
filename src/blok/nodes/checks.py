"""JSON Schema checks, compiled once. The quick test runs on every call; the slow one only explains a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from blok.nodes.errors import Issue

Test = Callable[[Any], bool]
_MISSING: Any = object()
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}
# Keywords the compiled checks understand; a schema with any other is left to the jsonschema library.
_ANNOTATIONS = {"title", "description", "default", "examples", "$defs", "$schema", "$id", "deprecated", "format"}
_KNOWN = _ANNOTATIONS | {
    "type", "properties", "required", "items", "enum", "const", "anyOf", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "additionalProperties", "$ref",
}  # fmt: skip


class Check:
    """A compiled schema. Calling it tells whether a value fits; ``issues`` tells why not."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = dict(schema)
        self._library = None if _understood(schema, set()) else _library_validator(self.schema)
        if self._library is not None:
            self.test: Test | None = self._library.is_valid
        else:
            self.test = _compile(self.schema, self.schema, {})

    def __call__(self, value: Any) -> bool:
        return self.test is None or self.test(value)

    def issues(self, value: Any) -> list[Issue]:
        """Everything wrong with the value, in document order."""
        if self._library is not None:
            return [
                Issue(tuple(error.absolute_path), str(error.validator), error.message, error.message)
                for error in self._library.iter_errors(value)
            ]
        return list(_issues(self.schema, self.schema, value, ()))


def _library_validator(schema: Mapping[str, Any]) -> Any:
    import jsonschema  # noqa: PLC0415 - slow to import, and few schemas need it

    return jsonschema.Draft202012Validator(schema)


def _understood(schema: Any, visited: set[int]) -> bool:
    if isinstance(schema, bool) or id(schema) in visited:
        return True
    visited.add(id(schema))
    if not isinstance(schema, dict) or not _KNOWN.issuperset(schema):
        return False
    if "$ref" in schema and not str(schema["$ref"]).startswith("#/$defs/"):
        return False
    if isinstance(schema.get("items"), list):
        return False
    nested = [
        *schema.get("properties", {}).values(),
        *schema.get("$defs", {}).values(),
        *schema.get("anyOf", []),
        *(schema[key] for key in ("items", "additionalProperties") if key in schema),
    ]
    return all(_understood(item, visited) for item in nested)


def resolve(schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a local reference, and read the boolean schemas as objects."""
    if schema is True:
        return {}
    if schema is False:
        return {"enum": []}
    seen = 0
    while "$ref" in schema and seen < 20:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
        seen += 1
    found: dict[str, Any] = schema
    return found


def _compile(schema: Any, root: Mapping[str, Any], known: dict[str, Test | None]) -> Test | None:
    """A predicate for a schema; None when every value fits."""
    if isinstance(schema, dict) and "$ref" in schema:
        name = schema["$ref"]
        if name not in known:
            known[name] = lambda value: found(value) if (found := known[name]) is not None else True
            known[name] = _compile(resolve(schema, root), root, known)
        return known[name]
    schema = resolve(schema, root)
    if "anyOf" in schema:
        options = [_compile(option, root, known) for option in schema["anyOf"]]
        if any(option is None for option in options):
            return None
        tests = [option for option in options if option is not None]
        return lambda value: any(test(value) for test in tests)
    parts = [*_scalar_tests(schema)]
    types = _accepted(schema)
    if "properties" in schema or "required" in schema or "additionalProperties" in schema:
        parts.append(_object_test(schema, root, known))
    if "items" in schema and (item := _compile(schema["items"], root, known)) is not None:
        parts.append(lambda value: type(value) is not list or all(map(item, value)))
    if types is not None:
        accepted = frozenset(types)
        if not parts:
            return lambda value: type(value) in accepted
        return lambda value: type(value) in accepted and all(part(value) for part in parts)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else lambda value: all(part(value) for part in parts)


def _accepted(schema: Mapping[str, Any]) -> tuple[type, ...] | None:
    wanted = schema.get("type")
    if wanted is None:
        return None
    names = [wanted] if isinstance(wanted, str) else wanted
    return tuple(kind for name in names for kind in _TYPES.get(name, ()))


def _scalar_tests(schema: Mapping[str, Any]) -> Iterator[Test]:
    if "enum" in schema or "const" in schema:
        allowed = schema["enum"] if "enum" in schema else [schema["const"]]
        yield lambda value: any(value == item and type(value) is type(item) for item in allowed)
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None:
        yield lambda value: not isinstance(value, int | float) or value >= low
    if high is not None:
        yield lambda value: not isinstance(value, int | float) or value <= high
    if above is not None:
        yield lambda value: not isinstance(value, int | float) or value > above
    if below is not None:
        yield lambda value: not isinstance(value, int | float) or value < below
    for keyword, kind in (("Length", str), ("Items", list)):
        least, most = schema.get(f"min{keyword}", 0), schema.get(f"max{keyword}")
        if least or most is not None:
            yield lambda value, k=kind, a=least, b=most: (  # type: ignore[misc]
                not isinstance(value, k) or (len(value) >= a and (b is None or len(value) <= b))
            )
    if "pattern" in schema:
        search = re.compile(schema["pattern"]).search
        yield lambda value: not isinstance(value, str) or search(value) is not None
    if schema.get("format") in _FORMATS:
        fits = _FORMATS[schema["format"]][0]
        yield lambda value: not isinstance(value, str) or fits(value)


def _object_test(schema: Mapping[str, Any], root: Mapping[str, Any], known: dict[str, Test | None]) -> Test:
    required = frozenset(schema.get("required", ()))
    properties = schema.get("properties", {})
    fields = [
        (key, test, key in required)
        for key, inner in properties.items()
        if (test := _compile(inner, root, known)) is not None or key in required
    ]
    fields += [(key, None, True) for key in required if key not in properties]
    extra = schema.get("additionalProperties", True)
    extra_test = _compile(extra, root, known) if extra is not True else None
    names = frozenset(properties)

    def test(value: Any) -> bool:
        if type(value) is not dict:
            return True
        for key, accept, needed in fields:
            item = value.get(key, _MISSING)
            if item is _MISSING:
                if needed:
                    return False
            elif accept is not None and not accept(item):
                return False
        return extra_test is None or all(extra_test(item) for key, item in value.items() if key not in names)

    return test


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme) and (bool(parts.netloc) or parts.scheme not in {"http", "https"})


_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_FORMATS: dict[str, tuple[Test, str]] = {
    "uri": (_is_url, "Invalid url"),
    "email": (lambda text: _EMAIL.fullmatch(text) is not None, "Invalid email"),
}


def _issues(schema: Any, root: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Iterator[Issue]:
    schema = resolve(schema, root)
    if "anyOf" in schema:
        yield from _union_issues(schema["anyOf"], root, value, path)
        return
    if "enum" in schema or "const" in schema:
        yield from _enum_issues(schema, value, path)
        return
    types = _accepted(schema)
    if types is not None and type(value) not in types:
        yield _type_issue(schema, value, path)
        return
    yield from _size_issues(schema, value, path)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for key in [*properties, *(key for key in schema.get("required", ()) if key not in properties)]:
            if key in value:
                yield from _issues(properties.get(key, {}), root, value[key], (*path, key))
            elif key in schema.get("required", ()):
                yield Issue((*path, key), "invalid_type", "Required", f'requires property "{key}"')
        extra = schema.get("additionalProperties", True)
        unknown = [key for key in value if key not in properties]
        if extra is False and unknown:
            names = ", ".join(f"'{key}'" for key in unknown)
            yield Issue(path, "unrecognized_keys", f"Unrecognized key(s) in object: {names}")
        elif isinstance(extra, dict):
            for key in unknown:
                yield from _issues(extra, root, value[key], (*path, key))
    elif isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _issues(schema["items"], root, item, (*path, index))


def _union_issues(options: list[Any], root: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Iterator[Issue]:
    collected = [list(_issues(option, root, value, path)) for option in options]
    if any(not found for found in collected):
        return
    resolved = [resolve(option, root) for option in options]
    bare = [option for option in resolved if set(option) - _ANNOTATIONS == {"type"}]
    others = [found for option, found in zip(resolved, collected, strict=True) if option not in bare]
    if len(others) == 1 and all(option["type"] == "null" for option in bare):
        yield from others[0]
    elif not others and {option["type"] for option in bare} <= {"integer", "number", "null"}:
        yield _type_issue({"type": "number"}, value, path)
    elif not others and len([option for option in bare if option["type"] != "null"]) == 1:
        yield _type_issue(next(option for option in bare if option["type"] != "null"), value, path)
    else:
        yield Issue(path, "invalid_union", "Invalid input", "is not any of the allowed forms")


def _enum_issues(schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Iterator[Issue]:
    allowed = schema["enum"] if "enum" in schema else [schema["const"]]
    if any(value == item and type(value) is type(item) for item in allowed):
        return
    wanted = " | ".join(f"'{item}'" for item in allowed)
    if not isinstance(value, str):
        yield Issue(path, "invalid_type", f"Expected {wanted}, received {type_name(value)}", "is not one of enum values: " + ",".join(map(str, allowed)))
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
    return {str: "string", list: "array", dict: "object"}.get(type(value), type(value).__name__)


def _type_issue(schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Issue:
    wanted = schema["type"]
    names = [wanted] if isinstance(wanted, str) else [name for name in wanted if name != "null"] or wanted
    received = "float" if names == ["integer"] and isinstance(value, float) else type_name(value)
    old = f"is not of a type(s) {','.join(names)}"
    return Issue(path, "invalid_type", f"Expected {' | '.join(names)}, received {received}", old)


def _size_issues(schema: Mapping[str, Any], value: Any, path: tuple[str | int, ...]) -> Iterator[Issue]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        for keyword, fails, code, words, old in (
            ("minimum", lambda limit: value < limit, "too_small", "greater than or equal to", "greater than or equal to"),
            ("maximum", lambda limit: value > limit, "too_big", "less than or equal to", "less than or equal to"),
            ("exclusiveMinimum", lambda limit: value <= limit, "too_small", "greater than", "strictly greater than"),
            ("exclusiveMaximum", lambda limit: value >= limit, "too_big", "less than", "strictly less than"),
        ):
            limit = schema.get(keyword)
            if limit is not None and fails(limit):
                yield Issue(path, code, f"Number must be {words} {limit}", f"must be {old} {limit}")
    for keyword, kind, noun, unit in (("Length", str, "String", "character(s)"), ("Items", list, "Array", "element(s)")):
        if not isinstance(value, kind):
            continue
        least, most = schema.get(f"min{keyword}"), schema.get(f"max{keyword}")
        if least is not None and len(value) < least:
            yield Issue(path, "too_small", f"{noun} must contain at least {least} {unit}", f"does not meet minimum length of {least}")
        if most is not None and len(value) > most:
            yield Issue(path, "too_big", f"{noun} must contain at most {most} {unit}", f"does not meet maximum length of {most}")
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield Issue(path, "invalid_string", "Invalid", f'does not match pattern "{schema["pattern"]}"')
        fits, message = _FORMATS.get(schema.get("format", ""), (None, ""))
        if fits is not None and not fits(value):
            yield Issue(path, "invalid_string", message, f'does not conform to the "{schema["format"]}" format')
