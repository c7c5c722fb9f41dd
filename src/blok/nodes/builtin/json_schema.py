"""Check data against a JSON Schema."""

from __future__ import annotations

from typing import Any, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """A JSON Schema and what must fit it."""

    schema: dict[str, Any]
    data: Any


@node(
    name="@blokjs/json-schema",
    description="Check data against a JSON Schema; fail when it does not fit.",
    tags=("data", "validation"),
    examples=({"inputs": {"schema": {"type": "object"}, "data": {}}, "output": {"valid": True}},),
)
def json_schema(inputs: Inputs) -> dict[str, bool]:
    """Say that the data is valid, or raise with every reason."""
    import jsonschema  # noqa: PLC0415 - slow to import, and few projects use this node
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    schema = inputs["schema"]
    # An empty registry: by default, a `$ref` to an address would be fetched from there.
    validator = jsonschema.Draft202012Validator(schema, registry=Registry())
    try:
        validator.check_schema(schema)
        problems = sorted(validator.iter_errors(inputs["data"]), key=str)
    except jsonschema.SchemaError as error:
        raise GlobalError(f"json-schema: the schema itself is wrong: {error.message}") from None
    except Unresolvable as error:
        raise GlobalError(f"json-schema: {error.ref!r} is not in the schema; nothing is fetched.") from None
    if problems:
        reasons = "; ".join(
            f"{'/'.join(map(str, problem.absolute_path)) or '(root)'} {problem.message}"
            for problem in problems
        )
        raise GlobalError(f"json-schema validation failed: {reasons}")
    return {"valid": True}
