"""What is starred, and what the commands need to keep. Pure."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Package:
    """A package as the service of its own knows it."""

    id: str
    owner: str
    name: str


class StarStore(Protocol):
    """What the commands of stars need to keep; implemented in `storage.py`."""

    async def add(self, package: Package, account_id: str) -> bool:
        """Keep a star; returns whether it is new."""
        ...

    async def remove(self, package_id: str, account_id: str) -> bool:
        """Take a star back; returns whether it was there."""
        ...

    async def remove_of_account(self, account_id: str) -> list[Package]:
        """Take back all stars of an account; returns what they were on."""
        ...

    async def remove_of_package(self, package_id: str) -> None:
        """Forget all stars of a package."""
        ...
