"""JSON Schema checks, compiled once. The quick test runs on every call; words are found only on a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sized
from typing import Any

from blok.nodes.errors import Issue
from blok.nodes.formats import FORMATS

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
ANNOTATIONS = {
    "title",
    "description",
    "default",
    "examples",
    "$defs",
    "$schema",
    "$id",
    "deprecated",
    "format",
}
_KNOWN = ANNOTATIONS | {"type", "properties", "required", "items", "enum", "const", "anyOf", "$ref"}
_KNOWN |= {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "additionalProperties"}
_KNOWN |= {"pattern", "minLength", "maxLength", "minItems", "maxItems"}


class Check:
    """A compiled schema. Calling it tells whether a value fits; ``issues`` tells why not."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = dict(schema)
        self._library = None if _understood(schema, set()) else _library_validator(self.schema)
        if self._library is not None:
            self.test: Test | None = self._library.is_valid
        else:
            self.test = _compile(self.schema, self.schema, {})
        # What looks at the usual values in one go; a value it refuses may still fit.
        self.quick: Test | None = self.test
        if self._library is None and schema.get("type") == "object":
            self.quick = _flat_test(self.schema, self.schema) or self.test

    def __call__(self, value: Any) -> bool:
        """Whether the value fits."""
        return self.test is None or self.test(value)

    def issues(self, value: Any) -> list[Issue]:
        """Everything wrong with the value, in document order."""
        if self._library is not None:
            return [
                Issue(tuple(error.absolute_path), str(error.validator), error.message, error.message)
                for error in self._library.iter_errors(value)
            ]
        from blok.nodes.issues import explain  # noqa: PLC0415 - only a failure needs the words

        return list(explain(self.schema, self.schema, value, ()))


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


def _compile(schema: Any, root: Mapping[str, Any], known: dict[str, Test | None]) -> Test | None:  # noqa: PLR0911 - one answer per form
    """A predicate for a schema; None when every value fits."""
    if isinstance(schema, dict) and "$ref" in schema:
        name = schema["$ref"]
        if name not in known:
            # A schema may contain itself: its test is looked up when it is needed.
            known[name] = lambda value: (found := known[name]) is None or found(value)
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
    types = accepted_types(schema)
    if not schema.keys().isdisjoint({"properties", "required", "additionalProperties"}):
        parts.append(_object_test(schema, root, known))
        if types == (dict,) and len(parts) == 1:
            whole, flat = parts[0], _flat_test(schema, root)
            if flat is None:
                return lambda value: type(value) is dict and whole(value)
            quick = flat
            return lambda value: quick(value) or (type(value) is dict and whole(value))
    if "items" in schema and (item := _compile(schema["items"], root, known)) is not None:
        parts.append(lambda value: type(value) is not list or all(map(item, value)))
    accepted = frozenset(types) if types is not None else None
    if accepted is not None:
        parts.insert(0, lambda value: type(value) in accepted)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else lambda value: all(part(value) for part in parts)


def accepted_types(schema: Mapping[str, Any]) -> tuple[type, ...] | None:
    """The Python types of a schema's ``type``; None when it has none."""
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
            yield _sized(kind, least, most)
    if "pattern" in schema:
        search = re.compile(schema["pattern"]).search
        yield lambda value: not isinstance(value, str) or search(value) is not None
    if schema.get("format") in FORMATS:
        fits = FORMATS[schema["format"]][0]
        yield lambda value: not isinstance(value, str) or fits(value)


def _sized(kind: type[Sized], least: int, most: int | None) -> Test:
    return lambda value: (
        not isinstance(value, kind) or (least <= len(value) <= (len(value) if most is None else most))
    )


def _object_test(schema: Mapping[str, Any], root: Mapping[str, Any], known: dict[str, Test | None]) -> Test:
    required = frozenset(schema.get("required", ()))
    properties = schema.get("properties", {})
    fields = [
        (key, accept, key in required)
        for key, inner in properties.items()
        if (accept := _compile(inner, root, known)) is not None or key in required
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


def _flat_test(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Test | None:
    """Whether a value certainly fits, for objects of a few required fields with plain types."""
    properties, required = schema.get("properties", {}), schema.get("required", ())
    if not 0 < len(required) <= 8 or set(required) != set(properties) or "additionalProperties" in schema:
        return None
    fields: list[tuple[str, frozenset[type]]] = []
    for key in required:
        field = resolve(properties[key], root)
        options = [resolve(option, root) for option in field.get("anyOf", [field])]
        if any(set(option) - ANNOTATIONS != {"type"} or "format" in option for option in options):
            return None
        fields.append((key, frozenset(kind for option in options for kind in accepted_types(option) or ())))
    return _FLAT.get(len(fields), _flat_many)(fields)


_Fields = list[tuple[str, frozenset[type]]]


def _flat_one(fields: _Fields) -> Test:
    ((a, in_a),) = fields

    def flat(value: Any) -> bool:
        return type(value) is dict and a in value and type(value[a]) in in_a

    return flat


def _flat_two(fields: _Fields) -> Test:
    (a, in_a), (b, in_b) = fields

    def flat(value: Any) -> bool:
        try:
            return type(value) is dict and type(value[a]) in in_a and type(value[b]) in in_b
        except KeyError:
            return False

    return flat


def _flat_three(fields: _Fields) -> Test:
    (a, in_a), (b, in_b), (c, in_c) = fields

    def flat(value: Any) -> bool:
        try:
            return (
                type(value) is dict
                and type(value[a]) in in_a
                and type(value[b]) in in_b
                and type(value[c]) in in_c
            )
        except KeyError:
            return False

    return flat


def _flat_many(fields: _Fields) -> Test:
    def flat(value: Any) -> bool:
        return type(value) is dict and all(
            key in value and type(value[key]) in kinds for key, kinds in fields
        )

    return flat


# Unrolled for the sizes that nodes usually have: this runs twice for every step of every run.
_FLAT = {1: _flat_one, 2: _flat_two, 3: _flat_three}
