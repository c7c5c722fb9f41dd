"""Pages of a list."""

from typing import Generic, TypeVar

import msgspec

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """Some items of a list, and how many there are in all."""

    items: list[Item]
    total: int
    page: int
    per_page: int
