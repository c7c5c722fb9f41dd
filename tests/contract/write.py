"""The shape of the contracts: names and types only, so that wording may change."""

import json
import sys
from pathlib import Path
from typing import Any

from blokhub.gateway.reference import EVENTS
from blokhub.kernel.events import json_schemas

_METHODS = ("get", "put", "post", "patch", "delete")


def http_contract(document: dict[str, Any]) -> dict[str, Any]:
    """Operations with their parameters and answers, and the fields of every schema."""
    operations = {}
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                operations[f"{method.upper()} {path}"] = {
                    "parameters": sorted(
                        f"{each['in']} {each['name']}" for each in operation.get("parameters", [])
                    ),
                    "answers": sorted(operation["responses"]),
                }
    return {"operations": operations, "schemas": _fields(document["components"]["schemas"])}


def event_contract() -> dict[str, Any]:
    """The fields of every event by name and version."""
    schemas, components = json_schemas(EVENTS)
    resolved = {name: components[schema["$ref"].rpartition("/")[2]] for name, schema in schemas.items()}
    return {
        "events": {cls.event_name: cls.schema_version for cls in EVENTS},
        "fields": _fields(resolved),
        "schemas": _fields(components),
    }


def _fields(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {field: _kind(shape) for field, shape in schema.get("properties", {}).items()}
        for name, schema in sorted(schemas.items())
    }


def _kind(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    options = shape.get("anyOf") or shape.get("oneOf")
    if options:
        return " | ".join(sorted(_kind(option) for option in options))
    if "enum" in shape:
        return "enum"
    return str(shape.get("type", "any"))


if __name__ == "__main__":
    here = Path(__file__).parent
    (here / "events.json").write_text(json.dumps(event_contract(), indent=1, sort_keys=True) + "\n")
    document = json.loads(Path(sys.argv[1]).read_text())
    (here / "http.json").write_text(json.dumps(http_contract(document), indent=1, sort_keys=True) + "\n")
