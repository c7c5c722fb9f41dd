"""Event-sourced aggregates: a state that is nothing but its events, folded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from blokhub.kernel.events import Event

State = TypeVar("State", bound=msgspec.Struct)


@dataclass(frozen=True)
class Aggregate(Generic[State]):
    """How one kind of aggregate is rebuilt.

    `category` names its streams (`<category>-<id>`). `evolve(state, event)` gives the next state; the
    first event meets `None`. A snapshot is kept after every `snapshot_every` events; raise
    `snapshot_version` when the state's shape changes, so that old snapshots are ignored.
    """

    category: str
    state: type[State]
    evolve: Callable[[State | None, Event], State]
    snapshot_every: int = 200
    snapshot_version: int = 1

    def stream(self, id: str) -> str:  # noqa: A002
        """The name of the stream of the aggregate `id`."""
        return f"{self.category}-{id}"

    def fold(self, state: State | None, events: Iterable[Event]) -> State | None:
        """The state after `events`."""
        for occurrence in events:
            state = self.evolve(state, occurrence)
        return state


@dataclass(frozen=True)
class Loaded(Generic[State]):
    """A state together with the version of the stream that it stands for (0: no event yet)."""

    id: str
    state: State | None
    version: int
