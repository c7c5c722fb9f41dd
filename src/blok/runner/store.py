"""What outlives a run: remembered results and runs that go on later. In memory, or in ``.blok/runs.db``."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

Triple = tuple[str, str, str]
_TABLES = """
create table if not exists remembered (workflow text, step text, key text, value blob, expires real,
    primary key (workflow, step, key));
create table if not exists deferred (id text primary key, workflow text, kind text, due real, expires real,
    payload blob);
"""


@dataclass(slots=True)
class DeferredRun:
    """A run that goes on at ``due`` (seconds since 1970), unless ``expires`` has passed by then.

    ``payload`` holds the request, the state so far, and where to go on.
    """

    id: str
    workflow: str
    kind: str
    due: float
    payload: bytes
    expires: float | None = None

    def content(self) -> dict[str, Any]:
        """The payload, decoded."""
        found: dict[str, Any] = msgspec.json.decode(self.payload)
        return found


def encode(value: Any) -> bytes:
    """JSON bytes; what JSON cannot carry becomes its text."""
    return msgspec.json.encode(value, enc_hook=str)


class DurableStore:
    """Reads are answered from memory; every write reaches the file at once when there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._remembered: dict[Triple, tuple[bytes, float]] = {}
        self._deferred: dict[str, DeferredRun] = {}
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._file.execute("pragma journal_mode=wal")
            self._file.execute("pragma synchronous=normal")
            self._file.executescript(_TABLES)
            self._load(self._file)

    def _load(self, file: sqlite3.Connection) -> None:
        for workflow, step, key, value, expires in file.execute("select * from remembered"):
            self._remembered[(workflow, step, key)] = (value, expires)
        for row in file.execute("select id, workflow, kind, due, payload, expires from deferred"):
            self._deferred[row[0]] = DeferredRun(*row)

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        if self._file is not None:
            with self._lock:
                self._file.execute(statement, values)

    def recall(self, triple: Triple, now: float) -> dict[str, Any] | None:
        """The remembered result, if it has not expired."""
        found = self._remembered.get(triple)
        if found is None:
            return None
        if found[1] <= now:
            del self._remembered[triple]
            self._write("delete from remembered where workflow=? and step=? and key=?", triple)
            return None
        value: dict[str, Any] = msgspec.json.decode(found[0])
        return value

    def remember(self, triple: Triple, value: dict[str, Any], expires: float) -> None:
        """Keep a successful result until ``expires``."""
        encoded = encode(value)
        self._remembered[triple] = (encoded, expires)
        self._write("insert or replace into remembered values (?, ?, ?, ?, ?)", (*triple, encoded, expires))

    def defer(self, run: DeferredRun) -> None:
        """Keep, or replace, a run that goes on later."""
        self._deferred[run.id] = run
        self._write(
            "insert or replace into deferred values (?, ?, ?, ?, ?, ?)",
            (run.id, run.workflow, run.kind, run.due, run.expires, run.payload),
        )

    def take(self, run_id: str) -> DeferredRun | None:
        """Remove a deferred run and give it, if it is still there."""
        found = self._deferred.pop(run_id, None)
        if found is None or self._file is None:
            return found
        with self._lock:
            # Several processes may share the file: whoever deletes the row has the run.
            taken = self._file.execute("delete from deferred where id=?", (run_id,)).rowcount
        return found if taken else None

    def get(self, run_id: str) -> DeferredRun | None:
        """A deferred run, left in place."""
        return self._deferred.get(run_id)

    def deferred(self) -> list[DeferredRun]:
        """All runs that go on later, soonest first."""
        return sorted(self._deferred.values(), key=lambda run: run.due)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
