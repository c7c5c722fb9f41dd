"""The reference page of the built-in nodes, written from the nodes themselves.

``python -m blok.nodes.reference`` prints it; docs/reference/nodes.md is its output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from blok.nodes.checks import resolve
from blok.nodes.contract import Node
from blok.nodes.registry import builtin_nodes

_HEAD = """# Built-in nodes

Every node here is known under its name and under `@nanoservice-ts/…` as well. `blok nodes NAME` shows the
whole JSON Schema. This page is written by `python -m blok.nodes.reference`.
"""


def reference_page() -> str:
    """The page, as Markdown."""
    return _HEAD + "".join(_section(node) for node in builtin_nodes().values())


def _section(node: Node) -> str:
    parts = [f"\n## `{node.name}`\n\n{node.description}\n"]
    rows = [
        _row(name, field, node.input.schema)
        for name, field in node.input.schema.get("properties", {}).items()
    ]
    if rows:
        parts.append("\n| input | type | |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    parts += [
        "\n```json\n" + json.dumps(example, ensure_ascii=False) + "\n```\n" for example in node.examples
    ]
    return "".join(parts)


def _row(name: str, field: Any, root: Mapping[str, Any]) -> str:
    required = "required" if name in root.get("required", ()) else ""
    return f"| `{name}` | {_type(field, root)} | {required} |"


def _type(field: Any, root: Mapping[str, Any]) -> str:
    field = resolve(field, root)
    if "enum" in field:
        return " \\| ".join(f"`{choice}`" for choice in field["enum"])
    if "anyOf" in field:
        names = {_type(option, root) for option in field["anyOf"]}
        return "number" if names == {"integer", "number"} else " \\| ".join(sorted(names))
    kind = field.get("type", "any")
    if kind == "array" and "items" in field:
        return f"array of {_type(field['items'], root)}"
    bounds = [
        f"{word} {field[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in field
    ]
    return " ".join([str(kind), *bounds])


if __name__ == "__main__":
    sys.stdout.write(reference_page())
