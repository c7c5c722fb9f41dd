"""Finished runs on disk, written behind: runs pay nothing, and a flood is thinned out instead."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from pathlib import Path
from typing import Any

import msgspec

from blok.runner.run import Run
from blok.runner.store import encode

PAUSE_SECONDS = 0.25
RUNS_PER_PAUSE = 25
KEPT = 10_000
_TABLE = (
    "create table if not exists runs (number integer primary key, id text unique, summary blob, record blob)"
)


class Journal:
    """Writes finished runs to ``.blok/trace.db`` a few at a time.

    Failed runs go first; when more runs finish than can be written, successful ones are left out and counted
    in ``left_out``. The last ten thousand are kept.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._file.execute("pragma journal_mode=wal")
        self._file.execute("pragma synchronous=off")
        self._file.execute(_TABLE)
        self._waiting: deque[Run] = deque(maxlen=RUNS_PER_PAUSE)
        self._failed: deque[Run] = deque(maxlen=RUNS_PER_PAUSE * 4)
        self.left_out = 0

    def take(self, run: Run) -> None:
        """Remember to write a run."""
        waiting = self._waiting if run.error is None else self._failed
        if len(waiting) == waiting.maxlen:
            self.left_out += 1
        waiting.append(run)

    async def write_behind(self) -> None:
        """Write what has gathered, again and again, until cancelled."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            rows = self._rows()
            if rows:
                await asyncio.to_thread(self._write, rows)

    def _rows(self) -> list[tuple[str, bytes, bytes]]:
        runs = [*self._failed, *self._waiting]
        self._failed.clear()
        self._waiting.clear()
        return [(run.id, encode(run.summary()), encode(run.record())) for run in runs]

    def _write(self, rows: list[tuple[str, bytes, bytes]]) -> None:
        if not rows:
            return
        self._file.execute("begin")
        self._file.executemany("insert or replace into runs (id, summary, record) values (?, ?, ?)", rows)
        self._file.execute("delete from runs where number <= (select max(number) from runs) - ?", (KEPT,))
        self._file.execute("commit")

    def find(self, run_id: str) -> dict[str, Any] | None:
        """The record of a run that was written."""
        row = self._file.execute("select record from runs where id = ?", (run_id,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0])

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """Summaries of the last runs that were written, newest first."""
        rows = self._file.execute("select summary from runs order by number desc limit ?", (limit,))
        return [msgspec.json.decode(row[0]) for row in rows]

    def close(self) -> None:
        """Write what is left, and close the file."""
        self._write(self._rows())
        self._file.close()
