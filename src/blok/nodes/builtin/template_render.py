"""Fill in a template."""

from __future__ import annotations

import html
import re
from typing import Any, Literal, NotRequired, TypedDict

import msgspec

from blok.nodes.builtin._paths import pick
from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

_PLACE = re.compile(r"\{\{\s*([A-Za-z_][\w.-]{0,199})\s*\}\}")
_ABSENT: Any = object()


class Inputs(TypedDict):
    """``escape`` html is for pages and mails; a ``missing`` value is an error unless ``empty``."""

    template: str
    values: dict[str, Any]
    escape: NotRequired[Literal["none", "html"]]
    missing: NotRequired[Literal["error", "empty"]]


@node(
    name="@blokjs/template-render",
    description="Put values into the {{places}} of a text; places may be paths, values are never templates.",
    tags=("data", "text"),
    examples=(
        {
            "inputs": {"template": "Hi {{user.name}}", "values": {"user": {"name": "Ada"}}},
            "output": "Hi Ada",
        },
    ),
)
def template_render(inputs: Inputs) -> str:
    """The text, filled in once: braces inside a value stay text."""
    values, escape = inputs["values"], inputs.get("escape") == "html"
    tolerant = inputs.get("missing") == "empty"

    def fill(found: re.Match[str]) -> str:
        value = pick(values, found[1], _ABSENT)
        if value is _ABSENT:
            if tolerant:
                return ""
            raise GlobalError(f"The template needs a value for {found[1]}", code=422)
        text = _text(value)
        return html.escape(text) if escape else text

    return _PLACE.sub(fill, inputs["template"])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
