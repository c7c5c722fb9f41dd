"""Which replica of a remote service a call goes to: in turns, past those that failed a moment ago."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

EJECTED_SECONDS = 5.0
_GOLDEN_RATIO = 0.618_033_988_749_895


class Canary:
    """A version on trial, and the share of calls (0 to 1) that it gets.

    The share is spread evenly and is the same each time: multiples of the golden ratio, modulo one, fill
    the unit interval evenly, and never fall in step with calls that come in a rhythm.
    """

    def __init__(self, url: str, share: float) -> None:
        self.url = url
        self._share = share
        self._count = 0

    def takes_next(self) -> bool:
        """Whether the next call is for the canary."""
        self._count += 1
        return (self._count * _GOLDEN_RATIO) % 1 < self._share


@dataclass
class Replicas:
    """The base addresses of one service's replicas."""

    urls: Sequence[str]
    canary: Canary | None = None
    _next: int = 0
    _ejected: dict[str, float] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)

    def candidates(self) -> list[str]:
        """Where to try one call, in this order.

        Replicas that failed a moment ago are left out, so that nobody waits for them. When that leaves
        none, the one that failed first is tried: it may be back.
        """
        first, self._next = self._next, (self._next + 1) % len(self.urls)
        turn = [*self.urls[first:], *self.urls[:first]]
        if self.canary is not None and self.canary.takes_next():
            turn.insert(0, self.canary.url)
        moment = time.monotonic()
        healthy = [url for url in turn if self._ejected.get(url, 0.0) <= moment]
        return healthy or [min(turn, key=lambda url: self._ejected[url])]

    def eject(self, url: str) -> bool:
        """Leave `url` out for a while: it cannot be reached. Returns whether it had answered before that."""
        self._ejected[url] = time.monotonic() + EJECTED_SECONDS
        answered = url in self._answered
        self._answered.discard(url)
        return answered

    def restore(self, url: str) -> None:
        """Count on `url` again: it has answered."""
        self._ejected.pop(url, None)
        self._answered.add(url)
