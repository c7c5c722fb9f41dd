"""The steps of a publication. Each may be asked for again: what is done already yields no event."""

from typing import Any

from blokhub.kernel.errors import ProblemError
from blokhub.kernel.events import Event
from blokhub.services.content import contract
from blokhub.services.content.contract import Outline
from blokhub.services.content.domain.package import Package, Stage, Version, choose_latest

_ORDER: tuple[Stage, ...] = (
    "submitted",
    "validated",
    "dry_running",
    "dry_run_passed",
    "published",
    "indexed",
)


class PublicationGone(ProblemError):
    """The version was withdrawn while its saga was still at work."""

    status = 409
    name = "publication_gone"
    title = "This publication was withdrawn"


def _pending(package: Package, number: str, stage: Stage) -> Version | None:
    """The version, if it still has to reach `stage`. Raises PublicationGone when it was withdrawn."""
    version = package.versions.get(number)
    if version is None:
        raise PublicationGone(f"{number} is no longer waiting to be published.")
    return version if _ORDER.index(version.stage) < _ORDER.index(stage) else None


def _waits_at(package: Package, number: str, stage: Stage) -> bool:
    """Whether the version waits at `stage`.

    Answers may come late: the version may be withdrawn by then, or be on its way for a second time.
    """
    version = package.versions.get(number)
    return version is not None and version.stage == stage


def validate(package: Package, number: str, outline: Outline, warnings: list[str]) -> list[Event]:
    """The definition keeps the rules."""
    if _pending(package, number, "validated") is None:
        return []
    return [
        contract.VersionValidated(package_id=package.id, version=number, outline=outline, warnings=warnings)
    ]


def request_dry_run(package: Package, number: str) -> list[Event]:
    """Ask for a try in the sandbox."""
    version = _pending(package, number, "dry_running")
    if version is None:
        return []
    return [
        contract.DryRunRequested(
            package_id=package.id,
            owner=package.owner,
            name=package.name,
            kind=package.kind,
            version=number,
            digest=version.digest,
            saga_id=version.saga_id,
            examples_digest=version.examples_digest,
        )
    ]


def complete_dry_run(package: Package, number: str, examples: int) -> list[Event]:
    """The sandbox had nothing against it."""
    if not _waits_at(package, number, "dry_running"):
        return []
    return [contract.DryRunPassed(package_id=package.id, version=number, examples=examples)]


def publish(package: Package, number: str) -> list[Event]:
    """Put the version on the shelf."""
    version = _pending(package, number, "published")
    if version is None:
        return []
    return [
        contract.VersionPublished(
            package_id=package.id,
            owner_id=package.owner_id,
            owner=package.owner,
            name=package.name,
            kind=package.kind,
            metadata=package.metadata,
            version=number,
            digest=version.digest,
            changelog=version.changelog,
            outline=version.outline,
            first=not package.published,
            saga_id=version.saga_id,
            forked_from=package.forked_from,
            examples_digest=version.examples_digest,
        )
    ]


def mark_indexed(package: Package, number: str) -> list[Event]:
    """The search index has it."""
    if not _waits_at(package, number, "published"):
        return []
    return [contract.VersionIndexed(package_id=package.id, version=number)]


def withdraw(package: Package, number: str, saga_id: str, problem: dict[str, Any]) -> list[Event]:
    """Take back a publication that failed, however far it had come."""
    version = package.versions.get(number)
    if version is None or version.saga_id != saga_id or version.stage == "indexed":
        return []
    left = [each.number for each in package.published if each.number != number and each.yanked is None]
    return [
        contract.VersionWithdrawn(
            package_id=package.id,
            owner=package.owner,
            name=package.name,
            version=number,
            was_published=version.is_published,
            latest=choose_latest(left),
            problem=problem,
        )
    ]
