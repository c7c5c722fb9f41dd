"""Check data against a JSON Schema and answer 422 with a list of fields when it does not fit."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from blok.nodes.builtin.validate_email import problem_with
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

MOST_PROBLEMS = 50


class Inputs(TypedDict):
    """``status`` is what callers get when the data does not fit (422)."""

    schema: dict[str, Any]
    data: Any
    status: NotRequired[Annotated[int, Meta(ge=400, le=499)]]


@node(
    name="@blokjs/validate",
    description="Check data against a JSON Schema; the result is the data, or a 4xx that lists every field.",
    tags=("data", "validation"),
    examples=(
        {
            "inputs": {"schema": {"type": "object", "required": ["sku"]}, "data": {"sku": "A-1"}},
            "output": {"sku": "A-1"},
        },
        {
            "inputs": {"schema": {"type": "object", "required": ["sku"]}, "data": {}},
            "error": {"status": 422},
        },
    ),
)
def validate(inputs: Inputs) -> Any:
    """The data itself, when it fits; problems never repeat what was sent."""
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - comes with jsonschema, slow to import

    validator = _validator(msgspec.json.encode(inputs["schema"]))
    try:
        found = [problem for error in validator.iter_errors(inputs["data"]) for problem in _problems(error)]
    except Unresolvable as error:
        raise GlobalError(f"validate: the schema refers to what it does not hold: {error}") from None
    if found:
        found.sort(key=lambda problem: problem["field"])
        body = {"error": "Validation failed", "problems": found[:MOST_PROBLEMS]}
        words = "; ".join(f"{problem['field']} {problem['message']}" for problem in found[:MOST_PROBLEMS])
        raise GlobalError(words, code=inputs.get("status", 422), json=body)
    return inputs["data"]


@lru_cache(maxsize=128)
def _validator(schema: bytes) -> Draft202012Validator:
    from jsonschema import Draft202012Validator, SchemaError, validators  # noqa: PLC0415 - slow to import
    from referencing import Registry  # noqa: PLC0415

    document = msgspec.json.decode(schema)
    try:
        Draft202012Validator.check_schema(document)
    except SchemaError as error:
        raise GlobalError(f"validate: the schema itself is wrong: {error.message}") from None
    # Number("abc") is NaN, which is no number to JSON.
    finite = Draft202012Validator.TYPE_CHECKER.redefine("number", lambda _checker, value: _is_number(value))
    strict: type[Draft202012Validator] = validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, type_checker=finite
    )
    # An empty registry: a schema must not make this process fetch what it refers to.
    return strict(document, registry=Registry(), format_checker=_formats())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _formats() -> Any:
    from datetime import datetime  # noqa: PLC0415
    from urllib.parse import urlsplit  # noqa: PLC0415

    from jsonschema import FormatChecker  # noqa: PLC0415

    checker = FormatChecker(("date", "time", "ipv4", "ipv6", "uuid", "regex"))
    checks = {
        "email": lambda text: problem_with(text) is None,
        "uri": lambda text: bool(urlsplit(text).scheme and urlsplit(text).netloc),
        "date-time": lambda text: bool(datetime.fromisoformat(text).tzinfo),
    }
    for name, check in checks.items():

        def holds(value: object, check: Any = check) -> bool:
            return bool(check(value)) if isinstance(value, str) else True

        checker.checks(name, raises=ValueError)(holds)
    return checker


_COUNTS = frozenset({"minLength", "minItems"})
_WORDS = {
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} entries",
    "maxItems": "must have at most {} entries",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "exclusiveMaximum": "must be less than {}",
    "multipleOf": "must be a multiple of {}",
    "pattern": "must match {}",
    "format": "must be a valid {}",
    "const": "must be {}",
    "uniqueItems": "must not repeat an entry",
}


def _problems(error: ValidationError) -> list[dict[str, str]]:
    """What callers read of one violation; the offending value is left out, it may be a secret."""
    path = [str(part) for part in error.absolute_path]
    rule: str = str(error.validator)
    wanted: Any = error.validator_value
    if rule == "required" and isinstance(error.instance, dict):
        # One violation for each missing name, in words that hold the name in quotes.
        missing = next((name for name in wanted if error.message.startswith(f"{name!r} ")), "")
        return [{"field": ".".join([*path, str(missing)]), "message": "is required"}]
    if rule == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        extra = [name for name in error.instance if name not in known]
        return [{"field": ".".join([*path, name]), "message": "is not a known field"} for name in extra]
    if rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else list(wanted)
        text = f"must be of type {' or '.join(kinds)}"
    elif rule == "enum":
        text = f"must be one of: {', '.join(map(str, wanted))}"
    else:
        words = "must not be empty" if rule in _COUNTS and wanted == 1 else _WORDS.get(rule)
        text = (words or f"does not satisfy {rule}").format(wanted)
    return [{"field": ".".join(path) or "(root)", "message": text}]
