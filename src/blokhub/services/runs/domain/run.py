"""What is kept of a run, and what is kept secret. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from blokhub.kernel.errors import ProblemError
from blokhub.services.content.contract import DryRunRequested

_SECRET = re.compile(r"passw|secret|token|authorization|cookie|api[-_]?key|credential", re.IGNORECASE)
REDACTED = "[not shown]"


class RunRefused(ProblemError):
    """The definition cannot be executed at all."""

    status = 422
    name = "run_refused"
    title = "This cannot be run"


@dataclass(frozen=True)
class Run:
    """A finished run as it is kept."""

    id: str
    actor_id: str | None
    package_id: str
    address: str
    version: str
    digest: str
    status: str
    request: dict[str, Any]
    response: dict[str, Any] | None
    trace: list[dict[str, Any]]
    problem: dict[str, Any] | None
    duration_ms: float
    started_at: datetime


class RunStore(Protocol):
    """What the commands of runs need to keep; implemented in `storage.py`."""

    async def add(self, run: Run) -> None:
        """Keep a finished run."""
        ...

    async def forget_before(self, moment: datetime) -> int:
        """Remove runs that began before `moment`; returns how many."""
        ...

    async def queue_dry_run(self, event: DryRunRequested, at: datetime) -> None:
        """Note a dry run that is to be done; a second time changes nothing."""
        ...

    async def claim_dry_run(self, at: datetime, stale: datetime) -> DryRunRequested | None:
        """Take the oldest dry run that nobody is at work on, or whose claim is older than `stale`."""
        ...

    async def finish_dry_run(self, saga_id: str) -> bool:
        """Remove a dry run; returns whether it was still there."""
        ...


def without_secrets(value: Any) -> Any:
    """A copy in which the values of fields that are named like secrets are not shown."""
    if isinstance(value, dict):
        return {
            key: REDACTED if isinstance(each, str) and each and _SECRET.search(key) else without_secrets(each)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    return value
