"""From a type annotation, or a JSON Schema, to a checked conversion. Decided once per node, not per call."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, get_origin

import msgspec

from blok.nodes.checks import Check
from blok.nodes.errors import InputError, Issue

Convert = Callable[[Any], Any]
_ANYTHING: Mapping[str, Any] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """What a node takes or gives.

    ``convert`` is None when every value is passed on as it is; otherwise it returns the checked value
    or raises InputError. ``keeps`` is true when a fitting value is passed on unchanged, so that a check
    settled at load needs no repetition; then ``quick`` recognises the usual fitting values at once.
    """

    schema: Mapping[str, Any]
    convert: Convert | None = None
    keeps: bool = True
    check: Check | None = None
    quick: Callable[[Any], bool] | None = None


def model_of(annotation: Any) -> Model:  # noqa: PLR0911 - one answer per kind of annotation
    """The model an annotation stands for; unknown and bare annotations accept anything."""
    if annotation in {None, inspect.Parameter.empty, Any, object}:
        return Model(_ANYTHING)
    if hasattr(annotation, "model_validate") and hasattr(annotation, "model_json_schema"):
        return _pydantic(annotation)
    if annotation in {dict, list, Mapping} or get_origin(annotation) is Mapping:
        return Model(_ANYTHING)
    if get_origin(annotation) is dict and typing.get_args(annotation)[1:] in {(Any,), (object,)}:
        return Model(_ANYTHING)
    try:
        schema = _flat(msgspec.json.schema(annotation))
    except (TypeError, RuntimeError):
        return Model(_ANYTHING)
    _restore_choices(annotation, schema)
    if _is_plain(annotation):
        return from_schema(schema)
    return _msgspec(annotation, schema)


def from_schema(schema: Mapping[str, Any]) -> Model:
    """The model of a JSON Schema: values are checked, defaults filled in, and passed on as they are."""
    check = Check(schema)
    defaults = {
        key: inner["default"]
        for key, inner in schema.get("properties", {}).items()
        if isinstance(inner, dict) and "default" in inner
    }
    if check.test is None and not defaults:
        return Model(schema, check=check)
    test = check.test or (lambda _value: True)

    def convert(value: Any) -> Any:
        if not test(value):
            issues = check.issues(value)
            if issues:
                raise InputError(issues)
        if defaults and type(value) is dict and not defaults.keys() <= value.keys():
            return {**defaults, **value}
        return value

    return Model(schema, convert, keeps=not defaults, check=check, quick=None if defaults else check.quick)


def _is_plain(annotation: Any) -> bool:
    """Types whose values are JSON values themselves: no object has to be built."""
    return (
        typing.is_typeddict(annotation)
        or annotation in {str, int, float, bool}
        or get_origin(annotation) in {list, dict}
    )


def _restore_choices(annotation: Any, schema: dict[str, Any]) -> None:
    """List the choices of a Literal as they were written: messages and forms show them in that order."""
    try:
        hints = typing.get_type_hints(annotation)
    except (NameError, TypeError):
        return
    for name, hint in hints.items():
        while get_origin(hint) in {typing.NotRequired, typing.Required, typing.Annotated}:
            hint = typing.get_args(hint)[0]  # noqa: PLW2901 - peeling the markers off
        field = schema.get("properties", {}).get(name)
        if get_origin(hint) is typing.Literal and isinstance(field, dict) and "enum" in field:
            field["enum"] = list(typing.get_args(hint))


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """Lift the root definition up, so that readers see an object schema and not a reference."""
    if set(schema) == {"$ref", "$defs"}:
        definitions = dict(schema["$defs"])
        name = schema["$ref"].rpartition("/")[2]
        root = definitions[name] if f"#/$defs/{name}" in repr(definitions) else definitions.pop(name)
        root = {key: value for key, value in root.items() if not (key == "required" and not value)}
        return {**root, "$defs": definitions} if definitions else root
    return schema


def _msgspec(annotation: Any, schema: dict[str, Any]) -> Model:
    check = Check(schema)
    convert_to = msgspec.convert
    # A dataclass may hold a rule that only its constructor knows.
    failures = (msgspec.ValidationError, ValueError)

    def convert(value: Any) -> Any:
        try:
            return convert_to(value, annotation)
        except failures as error:
            raise InputError(check.issues(value) or [_issue_of(error)]) from None

    return Model(schema, convert, keeps=False, check=check)


def _issue_of(error: Exception) -> Issue:
    text, _, where = str(error).partition(" - at `$")
    path = tuple(part for part in where.strip("`").split(".") if part)
    return Issue(path, "custom", text, text)


def _pydantic(annotation: Any) -> Model:
    schema = annotation.model_json_schema()
    validate = annotation.model_validate

    def convert(value: Any) -> Any:
        try:
            return validate(value)
        except ValueError as error:
            details = getattr(error, "errors", None)
            if details is None:
                raise
            raise InputError(
                [
                    Issue(tuple(item["loc"]), _zod_code(item["type"]), _zod_text(item), item["msg"])
                    for item in details()
                ]
            ) from None

    return Model(schema, convert, keeps=False)


def _zod_code(kind: str) -> str:
    return "invalid_type" if kind == "missing" or kind.endswith("_type") else "custom"


def _zod_text(item: Mapping[str, Any]) -> str:
    return "Required" if item["type"] == "missing" else str(item["msg"])


def plain_result(annotation: Any) -> Convert | None:
    """How a typed result becomes JSON values; None when it already is."""
    if annotation in {None, inspect.Parameter.empty, Any, object} or _is_plain(annotation):
        return None
    if hasattr(annotation, "model_dump"):
        return lambda value: value.model_dump(mode="json") if hasattr(value, "model_dump") else value
    if isinstance(annotation, type) and (
        issubclass(annotation, msgspec.Struct) or dataclasses.is_dataclass(annotation)
    ):
        return msgspec.to_builtins
    return None
