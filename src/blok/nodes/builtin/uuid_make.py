"""Make a UUID."""

from __future__ import annotations

import uuid
from typing import NotRequired, TypedDict

from blok.nodes.contract import node
from blok.nodes.errors import GlobalError

_NAMESPACES = {"url": uuid.NAMESPACE_URL, "dns": uuid.NAMESPACE_DNS, "oid": uuid.NAMESPACE_OID}


class Inputs(TypedDict):
    """With a ``name`` always the same UUID; ``namespace`` is url, dns, oid or a UUID of one's own."""

    name: NotRequired[str]
    namespace: NotRequired[str]


@node(
    name="@blokjs/uuid",
    description="Make a UUID: a random one (version 4), or the one of a name (version 5, RFC 9562).",
    tags=("data",),
    examples=(
        {
            "inputs": {"name": "https://example.com/orders/17"},
            "output": "2c6180c3-3c5d-5827-824c-e8783afd3ddc",
        },
    ),
)
def uuid_make(inputs: Inputs) -> str:
    """The UUID as text."""
    if "name" not in inputs:
        return str(uuid.uuid4())
    given = inputs.get("namespace", "url")
    try:
        namespace = _NAMESPACES.get(given) or uuid.UUID(given)
    except ValueError:
        raise GlobalError(f"The namespace {given!r} is not url, dns, oid or a UUID", code=400) from None
    return str(uuid.uuid5(namespace, inputs["name"]))
