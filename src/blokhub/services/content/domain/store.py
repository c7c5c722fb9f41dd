"""What the commands of packages need to keep; implemented in `storage.py`."""

from typing import Any, Protocol


class PackageStore(Protocol):
    """Names, definitions and sagas, on the transaction of a unit of work."""

    async def find_id(self, owner: str, name: str) -> str | None:
        """The id of the package at an address."""
        ...

    async def ids_of_owner(self, owner_id: str) -> list[str]:
        """The ids of all packages of an account."""
        ...

    async def put_definition(self, digest: str, body: str) -> None:
        """Keep a definition under its digest."""
        ...

    async def get_definition(self, digest: str) -> str | None:
        """The definition under a digest, as JSON text."""
        ...

    async def put_examples(self, digest: str, body: str) -> None:
        """Keep examples under their digest."""
        ...

    async def open_saga(self, saga_id: str, owner_id: str, subject: str, result: dict[str, Any]) -> None:
        """Note a new publishing saga."""
        ...
