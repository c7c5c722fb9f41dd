"""The publishing saga, and what packages owe to events elsewhere."""

from typing import Any

import msgspec

from blokhub.infra.host import Host
from blokhub.infra.reactions import Arrival, Reactions
from blokhub.infra.sagas import Payload, Saga, Step
from blokhub.kernel.context import Context
from blokhub.services.content import commands, contract
from blokhub.services.runs.contract import DryRunFinished
from blokhub.services.search.contract import PackageIndexed
from blokhub.services.users.contract import AccountErased

reactions = Reactions()

DRY_RUN = "dry-run"
INDEX = "index"


@reactions.on(contract.VersionSubmitted)
async def begin_publishing(arrival: Arrival) -> None:
    """A submitted version starts its saga; the event travels through the outbox, so no crash can lose it."""
    event: contract.VersionSubmitted = arrival.event
    payload = msgspec.to_builtins(event) | {"correlation": arrival.recorded.correlation}
    await arrival.host.sagas.start(contract.PUBLISHING, event.saga_id, payload)


@reactions.on(DryRunFinished)
async def hear_of_dry_run(arrival: Arrival) -> None:
    """The sandbox has answered."""
    event: DryRunFinished = arrival.event
    if event.problem is None:
        await commands.complete_dry_run(arrival.work, event.package_id, event.version, event.examples)
    message = {"problem": event.problem}
    await arrival.host.sagas.signal(event.saga_id, DRY_RUN, message, once=arrival.recorded.id)


@reactions.on(PackageIndexed)
async def hear_of_index(arrival: Arrival) -> None:
    """The index has the version."""
    event: PackageIndexed = arrival.event
    if event.saga_id:
        await commands.record_index(arrival.work, event.package_id, event.version)
        await arrival.host.sagas.signal(event.saga_id, INDEX, {"problem": None}, once=arrival.recorded.id)


@reactions.on(AccountErased)
async def forget_owner(arrival: Arrival) -> None:
    """An erased account leaves its public packages and nothing else."""
    await commands.forget_owner(arrival.work, arrival.event.account_id)


async def validate(host: Host, payload: Payload) -> None:
    """Hold the definition against the rules of its format."""
    async with host.unit_of_work(_context(payload)) as work:
        verdict = await commands.check(work, payload["kind"], payload["digest"], commands.known_nodes())
        package_id, number = payload["package_id"], payload["version"]
        await commands.record_validation(work, package_id, number, verdict.outline, verdict.warnings)


async def request_dry_run(host: Host, payload: Payload) -> None:
    """Ask the sandbox to try it."""
    async with host.unit_of_work(_context(payload)) as work:
        await commands.request_dry_run(work, payload["package_id"], payload["version"])


async def publish(host: Host, payload: Payload) -> None:
    """Put it on the shelf."""
    async with host.unit_of_work(_context(payload)) as work:
        await commands.publish(work, payload["package_id"], payload["version"])


async def withdraw(host: Host, payload: Payload) -> None:
    """Take it back, as if it had never been submitted."""
    async with host.unit_of_work(_context(payload)) as work:
        await commands.withdraw(
            work, payload["package_id"], payload["version"], payload["saga_id"], payload["problem"]
        )


def _context(payload: dict[str, Any]) -> Context:
    return Context.of_system(payload["correlation"], causation=payload["saga_id"])


PUBLISHING = Saga(
    contract.PUBLISHING,
    (
        Step("validate", validate, withdraw),
        Step(DRY_RUN, request_dry_run, withdraw, awaits=DRY_RUN, timeout=60),
        Step("publish", publish, withdraw),
        Step(INDEX, None, withdraw, awaits=INDEX, timeout=60),
    ),
)
