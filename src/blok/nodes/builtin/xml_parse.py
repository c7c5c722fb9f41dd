"""Read XML."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict
from xml.parsers.expat import ExpatError

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError


class Inputs(TypedDict):
    """``lists`` are names of elements that are always lists, even when there is one."""

    text: str
    lists: NotRequired[list[str]]


@node(
    name="@blokjs/xml-parse",
    description="Read XML into objects: attributes as @name, text beside them as #text. No entities.",
    tags=("data", "file"),
    examples=(
        {
            "inputs": {"text": "<a><b x='1'>t</b></a>", "lists": ["b"]},
            "output": {"a": {"b": [{"@x": "1", "#text": "t"}]}},
        },
    ),
)
def xml_parse(inputs: Inputs) -> dict[str, Any]:
    """The document element by its name; what is not well-formed is a 422."""
    import xmltodict  # noqa: PLC0415 - few projects use this node

    try:
        found: dict[str, Any] = xmltodict.parse(
            inputs["text"], force_list=tuple(inputs.get("lists", ())), disable_entities=True
        )
    except (ExpatError, ValueError) as error:
        raise GlobalError("XML: it cannot be read", code=422, json={"error": f"XML: {error}"}) from None
    return found
