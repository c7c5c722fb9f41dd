"""Where triggers that answer HTTP requests stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def webhook_path(workflow: str, block: Mapping[str, Any]) -> str | None:
    """The address of a webhook; None without a provider or signature, for then nothing could verify it."""
    if not block.get("provider") and not isinstance(block.get("signature"), dict):
        return None
    return str(block.get("path") or f"/webhooks/{block.get('provider') or workflow}")
