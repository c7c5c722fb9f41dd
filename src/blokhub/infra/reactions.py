"""What a service does when events arrive: a table from event names to functions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blokhub.kernel.events import Event, RecordedEvent

if TYPE_CHECKING:
    from blokhub.infra.host import Host
    from blokhub.infra.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Arrival:
    """An event that arrived, and what it takes to react to it in one transaction."""

    event: Any
    recorded: RecordedEvent
    work: "UnitOfWork"
    host: "Host"


Reaction = Callable[[Arrival], Awaitable[None]]


@dataclass
class Reactions:
    """The reactions of one service."""

    by_event: dict[str, list[Reaction]] = field(default_factory=dict)

    def on(self, *classes: type[Event]) -> Callable[[Reaction], Reaction]:
        """Declare that a function is to be called when events of `classes` arrive."""

        def register(reaction: Reaction) -> Reaction:
            for cls in classes:
                self.by_event.setdefault(cls.event_name, []).append(reaction)
            return reaction

        return register

    def sources(self) -> list[str]:
        """The services whose events are awaited."""
        return sorted({name.partition(".")[0] for name in self.by_event})
