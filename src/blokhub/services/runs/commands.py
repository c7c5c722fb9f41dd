"""What can be done about runs."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from blokhub.kernel import clock
from blokhub.kernel.work import Work
from blokhub.services.content.contract import DryRunRequested, ExampleRequest
from blokhub.services.runs import contract, domain
from blokhub.services.runs.domain import Run, RunStore

_CLAIM_SECONDS = 60

Refused = domain.RunRefused
all_fixtures = domain.all_fixtures
find_example = domain.find_example
hold_to = domain.hold_to
without_secrets = domain.without_secrets

__all__ = ["Refused", "Run", "all_fixtures", "find_example", "hold_to", "without_secrets"]


def request_of(given: ExampleRequest) -> dict[str, Any]:
    """The parts of a request that were given."""
    return {name: value for name, value in msgspec.structs.asdict(given).items() if value is not None}


async def record(work: Work[RunStore], run: Run) -> None:
    """Keep a finished run, without the secrets in it."""
    await work.store.add(run)
    event = contract.RunFinished(
        run_id=run.id,
        package_id=run.package_id,
        version=run.version,
        digest=run.digest,
        status=run.status,  # type: ignore[arg-type]
        duration_ms=run.duration_ms,
    )
    await work.record(f"run-{run.id}", event)


async def forget_old(work: Work[RunStore], days: int) -> int:
    """Remove runs that are older than `days`."""
    return await work.store.forget_before(clock.now() - timedelta(days=days))


async def queue_dry_run(work: Work[RunStore], event: DryRunRequested, at: datetime) -> None:
    """Note a dry run that is to be done."""
    await work.store.queue_dry_run(event, at)


async def claim_dry_run(work: Work[RunStore]) -> DryRunRequested | None:
    """Take a dry run that is to be done; one whose process died is taken again after a minute."""
    moment = clock.now()
    return await work.store.claim_dry_run(moment, moment - timedelta(seconds=_CLAIM_SECONDS))


async def finish_dry_run(
    work: Work[RunStore], dry_run: DryRunRequested, examples: int, problem: dict[str, Any] | None
) -> None:
    """Tell how a dry run went, once."""
    if await work.store.finish_dry_run(dry_run.saga_id):
        event = contract.DryRunFinished(
            saga_id=dry_run.saga_id,
            package_id=dry_run.package_id,
            version=dry_run.version,
            examples=examples,
            problem=problem,
        )
        await work.record(f"dry_run-{dry_run.saga_id}", event)
