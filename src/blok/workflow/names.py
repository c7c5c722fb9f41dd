"""Names that files use for the same thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_IF_ELSE = {"@blokjs/if-else", "@nanoservice-ts/if-else", "if-else", "control-flow/if-else"}
STEP_TYPES = (
    "module",
    "local",
    *(
        f"runtime.{kind}"
        for kind in (
            "python3",
            "nodejs",
            "bun",
            "go",
            "java",
            "rust",
            "php",
            "csharp",
            "ruby",
            "docker",
            "wasm",
        )
    ),
)


def slug(text: str) -> str:
    """A name for addresses, as near to ``text`` as can be: at most 64 lower-case letters, digits, hyphens."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text)
    name = re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")
    return re.sub(r"^[^a-z]+", "", name)[:64].rstrip("-")


def is_if_else(node: str) -> bool:
    """Whether a node reference means the branch node (a version behind ``@`` does not matter)."""
    head, at, version = node.rpartition("@")
    return node in _IF_ELSE or (bool(at) and version[:1].isdigit() and head in _IF_ELSE)


def step_type(raw: Mapping[str, Any], node: str) -> str:
    """The type of a step: as written, else what ``runtime.x:name`` says, else ``module``."""
    written = raw.get("type")
    if isinstance(written, str) and written:
        return written
    return node.partition(":")[0] if node.startswith("runtime.") else "module"
