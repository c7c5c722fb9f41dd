"""Check the form of an e-mail address."""

from __future__ import annotations

import re
from typing import TypedDict

from blok.nodes.contract import node

# The form that mail systems accept in practice (RFC 5321 lengths, no quoted local parts, no comments).
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class Inputs(TypedDict):
    """The address, with or without spaces around it."""

    email: str


class Verdict(TypedDict):
    """``normalized`` has the domain in lower case; ``reason`` is empty when the address is valid."""

    valid: bool
    normalized: str
    domain: str
    reason: str


@node(
    name="@blokjs/validate-email",
    description="Check the form of an e-mail address and normalise it; nothing is looked up.",
    tags=("validation",),
    examples=(
        {
            "inputs": {"email": " ada@Example.COM "},
            "output": {
                "valid": True,
                "normalized": "ada@example.com",
                "domain": "example.com",
                "reason": "",
            },
        },
    ),
)
def validate_email(inputs: Inputs) -> Verdict:
    """Say whether the address has a form that can be delivered to."""
    text = inputs["email"].strip()
    reason = problem_with(text)
    if reason is not None:
        return {"valid": False, "normalized": "", "domain": "", "reason": reason}
    local, _, domain = text.rpartition("@")
    return {"valid": True, "normalized": f"{local}@{domain.lower()}", "domain": domain.lower(), "reason": ""}


def problem_with(text: str) -> str | None:
    """What is wrong with an address; None when nothing is."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        return "needs a name, an @ and a domain"
    if len(text) > 254:
        return "is longer than 254 characters"
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return "has a name that mail systems refuse"
    labels = domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdecimal():
        return "has a domain that cannot exist"
    return None
