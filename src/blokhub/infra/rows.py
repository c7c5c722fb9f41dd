"""From rows of the database to structs."""

from collections.abc import Mapping
from typing import Any


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row as a dictionary whose keys are ordinary strings (SQLAlchemy's are a class of their own)."""
    return {str.__str__(key): value for key, value in row.items()}
