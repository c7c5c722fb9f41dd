"""The unit of work as commands see it; `blokhub.infra.unit_of_work` is what stands behind it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from blokhub.kernel.aggregates import Aggregate, Loaded
from blokhub.kernel.context import Context
from blokhub.kernel.events import Event, RecordedEvent

State = TypeVar("State", bound=msgspec.Struct)
StoreT_co = TypeVar("StoreT_co", covariant=True)


class Work(Protocol[StoreT_co]):
    """One open transaction. `store` is the service's own store, on the same transaction."""

    context: Context
    after_commit: list[Callable[[], Awaitable[None]]]

    @property
    def store(self) -> StoreT_co:
        """The service's own store."""
        ...

    async def load(self, aggregate: Aggregate[State], id: str) -> Loaded[State]:  # noqa: A002
        """The present state of an aggregate."""
        ...

    async def append(
        self, aggregate: Aggregate[State], before: Loaded[State], occurrences: Sequence[Event]
    ) -> list[RecordedEvent]:
        """Record what happened to an aggregate that was loaded as `before`; may raise VersionConflict."""
        ...

    async def record(self, stream: str, *occurrences: Event) -> list[RecordedEvent]:
        """Record events of something whose state is kept in tables."""
        ...
