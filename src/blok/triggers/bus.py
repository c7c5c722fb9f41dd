"""Event channels inside one process: numbered events, a short history, one queue per listener."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass
from typing import Any

HISTORY = 100
QUEUED = 256


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a channel."""

    id: str
    channel: str
    data: Any
    event: str | None = None


class Bus:
    """Publish to channels; listeners get what comes after, and what they missed by the last id they saw."""

    def __init__(self) -> None:
        self._history: dict[str, deque[Event]] = {}
        self._listeners: dict[str, set[asyncio.Queue[Event]]] = {}
        self._numbers = itertools.count(1)

    def publish(
        self, channel: str, data: Any, *, event: str | None = None, event_id: str | None = None
    ) -> Event:
        """Tell every listener; one that is far behind loses its oldest event."""
        made = Event(event_id or str(next(self._numbers)), channel, data, event)
        self._history.setdefault(channel, deque(maxlen=HISTORY)).append(made)
        for queue in self._listeners.get(channel, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(made)
        return made

    def listen(self, channels: list[str], last_id: str | None = None) -> asyncio.Queue[Event]:
        """A queue of the channels' events, starting after ``last_id`` when that is still remembered."""
        queue: asyncio.Queue[Event] = asyncio.Queue(QUEUED)
        for channel in channels:
            for missed in self._after(channel, last_id):
                if not queue.full():
                    queue.put_nowait(missed)
            self._listeners.setdefault(channel, set()).add(queue)
        return queue

    def _after(self, channel: str, last_id: str | None) -> list[Event]:
        known = list(self._history.get(channel, ()))
        places = [index for index, event in enumerate(known) if event.id == last_id]
        return known[places[-1] + 1 :] if last_id and places else []

    def leave(self, queue: asyncio.Queue[Event]) -> None:
        """Stop listening."""
        for listeners in self._listeners.values():
            listeners.discard(queue)


def bus_of(services: dict[str, Any]) -> Bus:
    """The bus that a project's workflows share."""
    found: Bus = services.setdefault("event-bus", Bus())
    return found
