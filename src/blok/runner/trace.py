"""What happened in a run. Steps append small tuples; everything readable is made when somebody looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from blok.expressions import UNDEFINED
from blok.nodes.builtin.respond import BRAND

if TYPE_CHECKING:
    from blok.runner.run import Run

# What a step left out of the record is told apart from null.
ABSENT: Any = UNDEFINED
MAX_VALUE_BYTES = 16_384
_BRAND_BYTES = BRAND.encode()


@dataclass(frozen=True, slots=True)
class StepInfo:
    """The facts of a step that never change. ``state_key`` is where its result goes, if anywhere."""

    name: str
    node: str
    type: str
    index: int
    total: int
    depth: int
    path: str
    state_key: str | None = None
    spread: bool = False

    @property
    def place(self) -> str:
        """How messages name the step."""
        return f"[step {self.index + 1}/{self.total}] {self.name} ({self.type})"


# (info, index): marks, between the events of a forEach or loop, which pass the following events belong to
Mark = tuple[StepInfo, int]
# (info, started, ended, inputs, output, error, extra); times are perf_counter seconds
Event = tuple[StepInfo, float, float, Any, Any, BaseException | None, Any]


class TraceBuffer:
    """The last runs, newest last, bounded by their number and by the number of events they hold."""

    def __init__(self, size: int = 500, max_events: int = 20_000) -> None:
        self._runs: deque[tuple[Run, int]] = deque()
        self._size, self._max_events = size, max_events
        self._events = 0

    def append(self, run: Run) -> None:
        """Remember a run, once; the oldest ones are forgotten to make room."""
        if run.remembered:
            return
        run.remembered = True
        runs, count = self._runs, len(run.events)
        runs.append((run, count))
        self._events += count
        while len(runs) > self._size or (self._events > self._max_events and len(runs) > 1):
            self._events -= runs.popleft()[1]

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        """Newest first."""
        return iter([run for run, _ in reversed(self._runs)])

    def find(self, run_id: str) -> Run | None:
        """The run of this id, if it is still remembered."""
        return next((run for run in self if run.id == run_id), None)

    def clear(self) -> int:
        """Forget everything; returns how many runs that were."""
        count = len(self._runs)
        self._runs.clear()
        self._events = 0
        return count


def plain(value: Any, limit: int = MAX_VALUE_BYTES) -> Any:
    """A value as JSON, cut when it is large and without the mark of an answer; never raises."""
    if value is ABSENT:
        return None
    try:
        encoded = msgspec.json.encode(value, enc_hook=str)
        if _BRAND_BYTES in encoded:
            encoded = msgspec.json.encode(_without_brand(msgspec.json.decode(encoded)))
    except (TypeError, ValueError, RecursionError, OverflowError):
        return repr(value)[:limit]
    if len(encoded) > limit:
        return {"truncated": True, "bytes": len(encoded), "start": encoded[:1024].decode("utf-8", "replace")}
    return msgspec.json.decode(encoded)


def _without_brand(value: Any) -> Any:
    """The server's own mark on what ``@blokjs/respond`` gives means nothing to a reader."""
    if isinstance(value, dict):
        return {key: _without_brand(item) for key, item in value.items() if key != BRAND or item is not True}
    return [_without_brand(item) for item in value] if isinstance(value, list) else value


def step_records(run: Run) -> list[dict[str, Any]]:
    """The steps of a run in the order they started: inputs, output, change of state, time and error."""
    base = run.started_at - run.started
    rows: list[tuple[float, int, dict[str, Any]]] = []
    _collect(run.events, base, None, rows)
    rows.sort(key=lambda row: (row[0], row[1]))
    return [row[2] for row in rows]


def _collect(
    events: list[Any], base: float, iteration: int | None, rows: list[tuple[float, int, dict[str, Any]]]
) -> None:
    around: list[Mark] = []  # the passes that are open here, outermost first
    for event in events:
        if len(event) == 2 and type(event) is tuple:
            while around and around[-1][0].depth >= event[0].depth:
                around.pop()
            around.append(event)
            continue
        if isinstance(event, list):
            _collect(event, base, around[-1][1] if around else iteration, rows)
            continue
        info, started = event[0], event[1]
        while around and around[-1][0].depth >= info.depth:
            around.pop()  # a step beside the loop, or the loop itself: its passes are over
        record = step_record(event, base)
        current = around[-1][1] if around else iteration
        if current is not None:
            record["iteration"] = current
        rows.append((started, info.depth, record))


def step_record(event: Event, base: float) -> dict[str, Any]:
    """One finished step, readable. ``base`` is the wall-clock time of perf_counter zero."""
    info, started, ended, inputs, output, error, extra = event
    record: dict[str, Any] = {
        "step": info.name,
        "node": info.node,
        "type": info.type,
        "status": "failed" if error is not None else "completed",
        "path": info.path,
        "depth": info.depth,
        "index": info.index,
        "started_at": round(base + started, 6),
        "duration_ms": round((ended - started) * 1_000, 3),
        "inputs": plain(inputs),
        "output": plain(output),
        "state_change": _state_change(info, output, error),
        "error": None,
    }
    if error is not None:
        record["error"] = {
            "name": str(getattr(error, "name", None) or type(error).__name__),
            "message": str(error),
        }
    if extra:
        record.update(extra)
    return record


def _state_change(info: StepInfo, output: Any, error: BaseException | None) -> dict[str, Any]:
    if error is not None or output is ABSENT:
        return {}
    if info.spread:
        return plain(output) if isinstance(output, dict) else {}
    return {info.state_key: plain(output)} if info.state_key is not None else {}
