"""Processes that run apart: one service, or the relay of all of them."""

from typing import Any

from blokhub.apps.door import Door, Readiness
from blokhub.apps.services import NAMES, load_service
from blokhub.infra.http import find_problems
from blokhub.infra.process import Process
from blokhub.infra.settings import Settings
from blokhub.kernel.errors import Unavailable


class Apart:
    """A process behind a port of its own; `start` before the first request, `stop` after the last."""

    def __init__(self, process: Process, app: Any | None, readiness: Readiness) -> None:
        self._process = process
        self._door = Door(app, process.signer, readiness)

    async def start(self) -> None:
        """Open everything; returns when requests can be answered."""
        await self._process.start()

    def close(self) -> None:
        """Take no new requests."""
        self._door.close()

    async def stop(self) -> None:
        """Close everything."""
        await self._process.stop()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request."""
        await self._door(scope, receive, send)


def one_service(settings: Settings, name: str) -> Apart:
    """One service, alone in its process."""
    process = Process(settings, [load_service(name)], relays=())
    host = process.hosts[name]
    return Apart(process, process.apps[name], lambda: find_problems(host))


def relay(settings: Settings) -> Apart:
    """The relay, which empties the outboxes of all services. Of several, one works; the others stand by."""
    process = Process(settings, [], relays=NAMES)

    async def readiness() -> tuple[str, list[str]]:
        problems = []
        if not process.broker.connected:
            problems.append("The broker does not answer; events wait in the outboxes.")
        try:
            await process.outboxes[0].ping()
        except Unavailable:
            problems.append("The database does not answer.")
        return "unready" if problems else "healthy", problems

    return Apart(process, None, readiness)
