"""Which replica of a remote service a call goes to, and which ones are left alone for a while.

In turns, past those that failed a moment ago. A replica that

- cannot be reached is left out for some seconds; when there is no other, it is tried all the same, since
  being refused costs nothing;
- hangs, several times in a row, gets one call in some seconds to show that it is back; no other waits for it;
- answers with errors, several times in a row, is left out as long as another one does better.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from blokhub.kernel.errors import Unavailable

LEFT_OUT_SECONDS = 5.0
SLOW_IN_A_ROW = 3
ERRORS_IN_A_ROW = 5
# More calls than this at once to one service, and the next are refused: what hangs must not take it all.
IN_FLIGHT = 256
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
class Replica:
    """One base address, and how it did of late. Times are those of the monotonic clock."""

    url: str
    answered: bool = False
    out_until: float = 0.0
    hung_until: float = 0.0
    slow: int = 0
    errors: int = 0

    @property
    def hangs(self) -> bool:
        """Whether it has been too slow several times in a row."""
        return self.slow >= SLOW_IN_A_ROW


class Replicas:
    """The replicas of one service, and perhaps a canary."""

    def __init__(
        self, urls: Sequence[str], canary: Canary | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._all = [Replica(url) for url in urls]
        self._canary = canary
        self._trial = Replica(canary.url) if canary else None
        self._now = now
        self._next = 0
        self._in_flight = 0

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Count a call in and out. Raises Unavailable when there are too many at once."""
        if self._in_flight >= IN_FLIGHT:
            raise Unavailable("Too many requests wait for this service. Try again soon.", retry_after=1)
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    def candidates(self) -> list[Replica]:
        """Where to try one call, in this order; empty when all replicas hang."""
        turn = self._turn()
        moment = self._now()
        free = [each for each in turn if each.out_until <= moment and each.hung_until <= moment]
        if not free:
            refusing = [each for each in turn if each.hung_until <= moment]
            free = [min(refusing, key=lambda each: each.out_until)] if refusing else []
        if free and free[0].hangs:  # this call finds out for all others
            free[0].hung_until = moment + LEFT_OUT_SECONDS
        return free

    def _turn(self) -> list[Replica]:
        first, self._next = self._next, (self._next + 1) % len(self._all)
        turn = [*self._all[first:], *self._all[:first]]
        if self._canary is not None and self._trial is not None and self._canary.takes_next():
            turn.insert(0, self._trial)
        return turn

    def note_answer(self, replica: Replica) -> None:
        """Count on a replica again: it has answered."""
        replica.answered = True
        replica.out_until = replica.hung_until = 0.0
        replica.slow = replica.errors = 0

    def note_unreachable(self, replica: Replica) -> bool:
        """Leave out a replica that cannot be reached. Returns whether that is news."""
        replica.out_until = self._now() + LEFT_OUT_SECONDS
        news, replica.answered = replica.answered, False
        return news

    def note_slow(self, replica: Replica) -> bool:
        """Count an answer that did not come in time. Returns whether the replica hangs from now on."""
        replica.slow += 1
        if replica.hangs:
            replica.hung_until = self._now() + LEFT_OUT_SECONDS
        return replica.slow == SLOW_IN_A_ROW

    def note_error(self, replica: Replica) -> bool:
        """Count an error of a replica's own making. Returns whether it is left out for that.

        It never is when no other would be left: an input that breaks all of them would take the service away.
        """
        replica.slow = 0
        replica.errors += 1
        moment = self._now()
        others = [each for each in self._all if each is not replica and each.out_until <= moment]
        if replica.errors < ERRORS_IN_A_ROW or not others:
            return False
        replica.out_until = moment + LEFT_OUT_SECONDS
        return True
