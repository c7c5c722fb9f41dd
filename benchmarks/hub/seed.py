"""A catalogue of many packages, through the real unit of work, the real events and the real relay."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from benchmarks.hub.services import keep_from_relay
from blokhub.infra.database import Database
from blokhub.infra.unit_of_work import unit_of_work
from blokhub.kernel.aggregates import Loaded
from blokhub.kernel.context import Actor, Context
from blokhub.kernel.events import Event
from blokhub.kernel.ids import new_id
from blokhub.services.content import contract, domain
from blokhub.services.content.contract import Category, Metadata, Outline
from blokhub.services.content.domain import PACKAGE, Package
from blokhub.services.content.storage import PostgresPackages, projection

_TEXT = """invoice weather report customer order payment signup reminder digest backup sensor ticket
calendar currency translation summary archive import export webhook notification schedule survey
inventory shipment refund newsletter contact meeting forecast"""
WORDS = _TEXT.split()
VERBS = ("send", "fetch", "check", "merge", "convert", "collect", "watch", "sort", "clean", "route")
TAGS = ("email", "billing", "data", "chat", "crm", "iot", "finance", "text", "files", "ops", "team", "web")
NODES = ("@blokjs/api-call", "@blokjs/expr", "@blokjs/respond", "@blokjs/mapper", "@blokjs/log")
_TOGETHER = 20


@dataclass(frozen=True)
class Seeded:
    """The address of a package."""

    owner: str
    name: str


async def seed(content: Database, owners: Sequence[Actor], count: int) -> list[Seeded]:
    """Publish `count` packages of one version each; the sagas, which would only repeat it, are left out."""
    chosen = random.Random(7)
    wishes = [(owners[number % len(owners)], _metadata(chosen), number) for number in range(count)]
    limit = asyncio.Semaphore(2)

    async def publish(batch: Sequence[tuple[Actor, Metadata, int]]) -> list[Seeded]:
        async with limit:
            return [await _publish(content, *wish) for wish in batch]

    batches = [wishes[start : start + _TOGETHER] for start in range(0, count, _TOGETHER)]
    return list(itertools.chain(*await asyncio.gather(*map(publish, batches))))


async def _publish(content: Database, owner: Actor, metadata: Metadata, number: int) -> Seeded:
    name = f"{metadata.title.lower().replace(' ', '-')}-{number}"
    package_id, version = new_id(), "1.0.0"
    definition = domain.read_definition(_definition(metadata, number), None)
    created = contract.PackageCreated(
        package_id=package_id,
        owner_id=owner.id,
        owner=owner.handle,
        kind="workflow",
        name=name,
        metadata=metadata,
    )
    package = PACKAGE.fold(None, [created])
    outline = Outline(nodes=sorted({step["use"] for step in _steps(number)}), triggers=["http"], step_count=3)
    events: list[Event] = [created]

    def follow(more: list[Event]) -> Package:
        events.extend(more)
        found = PACKAGE.fold(package, more)
        assert found is not None
        return found

    assert package is not None
    package = follow(domain.submit(package, version, definition.digest, "First version.", ""))
    package = follow(domain.validate(package, version, outline, []))
    package = follow(domain.request_dry_run(package, version))
    package = follow(domain.complete_dry_run(package, version, 0))
    package = follow(domain.publish(package, version))
    package = follow(domain.mark_indexed(package, version))
    context = Context(actor=owner, correlation=new_id())
    async with unit_of_work(content, context, (projection,), PostgresPackages) as work:
        await work.store.put_definition(definition.digest, definition.body)
        recorded = await work.append(PACKAGE, Loaded(package_id, None, 0), events)
        starts = contract.VersionSubmitted.event_name, contract.DryRunRequested.event_name
        await keep_from_relay(work, [each.position for each in recorded if each.type in starts])
    return Seeded(owner.handle, name)


def _metadata(chosen: random.Random) -> Metadata:
    verb, first, second = chosen.choice(VERBS), *chosen.sample(WORDS, 2)
    sentences = [f"It will {chosen.choice(VERBS)} the {chosen.choice(WORDS)} first." for _ in range(20)]
    return Metadata(
        title=f"{verb} {first} {second}".capitalize(),
        summary=f"{verb.capitalize()}s every {first} and makes a {second} of it.",
        readme=" ".join(sentences),
        category=chosen.choice(get_args(Category)),
        tags=sorted(chosen.sample(TAGS, 3)),
        license="Apache-2.0",
        visibility="public",
    )


def _steps(number: int) -> list[dict[str, Any]]:
    return [
        {"id": "first", "use": NODES[number % 4], "inputs": {"value": number}},
        {"id": "second", "use": "@blokjs/expr", "inputs": {"expression": "ctx.state.first"}},
        {"id": "third", "use": "@blokjs/respond", "inputs": {"body": "js/ctx.state.second"}},
    ]


def _definition(metadata: Metadata, number: int) -> dict[str, Any]:
    return {
        "name": metadata.title,
        "version": "1.0.0",
        "description": metadata.summary,
        "trigger": {"http": {"method": "GET", "path": "/"}},
        "steps": _steps(number),
    }
