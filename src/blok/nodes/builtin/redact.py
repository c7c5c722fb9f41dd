"""Hide what should not be read."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from blok.nodes.contract import node


class Inputs(TypedDict):
    """Names of fields, in any case, at any depth; ``keepLast`` characters stay readable (0)."""

    data: Any
    fields: list[str]
    replacement: NotRequired[str]
    keepLast: NotRequired[int]


@node(
    name="@blokjs/redact",
    description="Hide the values of named fields, at any depth, before data is logged or passed on.",
    tags=("data", "security"),
    examples=(
        {
            "inputs": {"data": {"user": {"iban": "PT50000201231234567890154"}}, "fields": ["iban"]},
            "output": {"user": {"iban": "***"}},
        },
    ),
)
def redact(inputs: Inputs) -> Any:
    """A copy with the values hidden; the original stays as it is."""
    names = {name.casefold() for name in inputs["fields"]}
    replacement, kept = inputs.get("replacement", "***"), max(0, inputs.get("keepLast", 0))

    def hidden(value: Any) -> Any:
        if value is None:
            return None
        text = value if isinstance(value, str) else ""
        # A value hardly longer than what stays readable would not be hidden at all.
        return replacement + text[-kept:] if kept and len(text) >= 2 * kept else replacement

    def copy(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: hidden(each) if str(key).casefold() in names else copy(each)
                for key, each in value.items()
            }
        return [copy(each) for each in value] if isinstance(value, list) else value

    return copy(inputs["data"])
