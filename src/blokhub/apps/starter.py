"""The starter catalogue: published once, through the ordinary saga, under the account `blok`."""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec
import structlog

from blokhub.infra.clients import Answer, Clients
from blokhub.kernel.context import SYSTEM, Actor, Context
from blokhub.kernel.errors import ProblemError
from blokhub.kernel.ids import new_id

_log = structlog.get_logger("starter")
OWNER = "blok"
_PATIENCE = 120.0
# More would wait for the sandbox for longer than a publication may take, on a slow machine.
_AT_ONCE = 8


class StarterFailed(ProblemError):
    """A package of the catalogue could not be published."""

    name = "starter_failed"
    title = "The starter catalogue is not complete"


class Starter:
    """Publishes what of the catalogue is missing, beside the first requests."""

    def __init__(self, clients: Clients, tell: Callable[[str], None]) -> None:
        self._clients = clients
        self._tell = tell
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Begin in the background."""
        self._task = asyncio.create_task(self._guarded())

    async def stop(self) -> None:
        """Stop; what is missing is published at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _guarded(self) -> None:
        try:
            count = await self.publish_missing()
        except Exception as error:
            _log.error("the starter catalogue is not complete", error=repr(error))
            return
        if count:
            self._tell(f"starter catalogue: {count} workflows published")

    async def publish_missing(self) -> int:
        """Publish every package of the catalogue that is not there; returns how many were not."""
        answer = await self._ask("users", "POST", "/internal/accounts", _system(), _account())
        actor = Actor(answer.json()["id"], OWNER)
        context = Context(actor=actor, correlation=new_id())
        limit = asyncio.Semaphore(_AT_ONCE)

        async def publish(folder: Traversable) -> bool:
            async with limit:
                saga = await self._publish(context, folder)
                if saga is not None:
                    await self._finished(context, saga)
                return saga is not None

        return sum(await asyncio.gather(*map(publish, catalogue())))

    async def _publish(self, context: Context, folder: Traversable) -> str | None:
        """Begin to publish one package; returns its saga, or None when it is there already."""
        about, definition = read_package(folder)
        version = about.pop("version")
        base = f"/api/packages/{OWNER}/{about['name']}"
        existing = await self._clients.call("content", "GET", base, context)
        if existing.status == 404:
            await self._ask("content", "POST", "/api/packages", context, about)
        elif existing.ok and existing.json()["latest"] is not None:
            return None
        body = {
            "version": version,
            "definition": definition,
            "changelog": "First version.",
            "examples": read_examples(folder),
        }
        answer = await self._clients.call("content", "POST", f"{base}/versions", context, body=body)
        if answer.status == 409:  # an earlier start was cut short while its saga was at work
            return str(answer.json().get("saga_id") or "") or None
        return str(_checked(answer).json()["saga_id"])

    async def _finished(self, context: Context, saga_id: str) -> None:
        async with asyncio.timeout(_PATIENCE):
            while True:
                saga = (await self._ask("content", "GET", f"/api/sagas/{saga_id}", context)).json()
                if saga["state"] == "completed":
                    return
                if saga["state"] != "running":
                    raise StarterFailed(f"{saga['subject']}: {saga['error']}")
                await asyncio.sleep(0.1)

    async def _ask(
        self, service: str, method: str, target: str, context: Context, body: Any = None
    ) -> Answer:
        return _checked(await self._clients.call(service, method, target, context, body=body))


def catalogue() -> list[Traversable]:
    """The folders of the catalogue, one for each package."""
    root = files("blokhub") / "starter"
    return sorted(
        (each for each in root.iterdir() if each.is_dir() and "_" not in each.name), key=lambda f: f.name
    )


def read_package(folder: Traversable) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a package says of itself (with `version`), and its definition."""
    about: dict[str, Any] = msgspec.json.decode((folder / "package.json").read_bytes())
    about["readme"] = (folder / "README.md").read_text(encoding="utf-8")
    definition: dict[str, Any] = msgspec.json.decode((folder / "workflow.json").read_bytes())
    return about, definition


def read_examples(folder: Traversable) -> list[dict[str, Any]]:
    """The recorded examples of a package."""
    examples: list[dict[str, Any]] = msgspec.json.decode((folder / "examples.json").read_bytes())
    return examples


def _system() -> Context:
    return Context(actor=SYSTEM, correlation=new_id())


def _account() -> dict[str, str]:
    return {"handle": OWNER, "display_name": "Blok"}


def _checked(answer: Answer) -> Answer:
    if not answer.ok:
        raise StarterFailed(f"{answer.status}: {answer.body.decode(errors='replace')[:500]}")
    return answer
