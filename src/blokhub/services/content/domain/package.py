"""The package: an event-sourced aggregate, and every rule about it. Pure."""

from typing import Literal

import msgspec
import semver

from blokhub.kernel.aggregates import Aggregate
from blokhub.kernel.context import Actor
from blokhub.kernel.errors import Conflict, NotFound, NotPermitted, ProblemError, RuleBroken
from blokhub.kernel.events import Event
from blokhub.services.content import contract
from blokhub.services.content.contract import Ancestor, Kind, Metadata, Outline

Stage = Literal["submitted", "validated", "dry_running", "dry_run_passed", "published", "indexed"]
PUBLISHED: tuple[Stage, ...] = ("published", "indexed")


class Version(msgspec.Struct, frozen=True):
    """One version and how far its publication has come."""

    number: str
    digest: str
    changelog: str
    saga_id: str
    stage: Stage
    outline: Outline = Outline()
    examples_digest: str = ""
    yanked: str | None = None

    @property
    def is_published(self) -> bool:
        """Whether others can use it."""
        return self.stage in PUBLISHED


class Package(msgspec.Struct, frozen=True):
    """A package as its events have made it."""

    id: str
    owner_id: str
    owner: str
    kind: Kind
    name: str
    metadata: Metadata
    forked_from: Ancestor | None = None
    draft: str | None = None
    versions: dict[str, Version] = {}
    deprecated: str = ""
    deleted: bool = False

    @property
    def published(self) -> list[Version]:
        """The published versions, the highest last."""
        found = [version for version in self.versions.values() if version.is_published]
        return sorted(found, key=lambda version: semver.Version.parse(version.number))

    @property
    def latest(self) -> str | None:
        """The version that is meant when none is named."""
        return choose_latest([version.number for version in self.published if version.yanked is None])


def choose_latest(numbers: list[str]) -> str | None:
    """The highest of `numbers`; stable versions go before pre-releases (semver.org, section 11)."""
    ranked = sorted(numbers, key=semver.Version.parse)
    stable = [number for number in ranked if not semver.Version.parse(number).prerelease]
    best = stable or ranked
    return best[-1] if best else None


class NameTaken(Conflict):
    """The owner has a package of that name already."""

    name = contract.NAME_TAKEN
    title = "You have a package of this name"


class PublicationRunning(Conflict):
    """Another version of the package is being published."""

    name = contract.PUBLICATION_RUNNING
    title = "A publication is under way"


class DefinitionRefused(ProblemError):
    """The definition breaks the rules of its format; `problems` lists each with its place."""

    status = 422
    name = contract.DEFINITION_REFUSED
    title = "The definition cannot be published as it is"


def _change(package: Package, **fields: object) -> Package:
    return msgspec.structs.replace(package, **fields)


def _change_version(package: Package, number: str, **fields: object) -> Package:
    version = msgspec.structs.replace(package.versions[number], **fields)
    return _change(package, versions={**package.versions, number: version})


def evolve(package: Package | None, event: Event) -> Package:
    """The package after `event`."""
    if isinstance(event, contract.PackageCreated):
        return Package(
            id=event.package_id,
            owner_id=event.owner_id,
            owner=event.owner,
            kind=event.kind,
            name=event.name,
            metadata=event.metadata,
            forked_from=event.forked_from,
        )
    assert package is not None, "a package begins with its creation"
    return _evolve_publication(_evolve_itself(package, event), event)


def _evolve_itself(package: Package, event: Event) -> Package:
    match event:
        case contract.PackageUpdated():
            return _change(package, metadata=event.metadata)
        case contract.PackageDeleted():
            return _change(package, deleted=True)
        case contract.PackageDeprecated():
            return _change(package, deprecated=event.message)
        case contract.DraftSaved():
            return _change(package, draft=event.digest)
    return package


_STAGES: dict[type[Event], Stage] = {
    contract.DryRunRequested: "dry_running",
    contract.DryRunPassed: "dry_run_passed",
    contract.VersionPublished: "published",
    contract.VersionIndexed: "indexed",
}


def _evolve_publication(package: Package, event: Event) -> Package:
    match event:
        case contract.VersionSubmitted():
            version = Version(
                number=event.version,
                digest=event.digest,
                changelog=event.changelog,
                saga_id=event.saga_id,
                stage="submitted",
                examples_digest=event.examples_digest,
            )
            return _change(package, versions={**package.versions, event.version: version})
        case contract.VersionValidated():
            return _change_version(package, event.version, stage="validated", outline=event.outline)
        case contract.VersionYanked():
            return _change_version(package, event.version, yanked=event.reason)
        case contract.VersionWithdrawn():
            kept = {number: each for number, each in package.versions.items() if number != event.version}
            return _change(package, versions=kept)
    stage = _STAGES.get(type(event))
    return _change_version(package, event.version, stage=stage) if stage else package  # type: ignore[attr-defined]


PACKAGE = Aggregate(category="package", state=Package, evolve=evolve, snapshot_version=2)


def can_see(package: Package, actor: Actor | None) -> bool:
    """Whether `actor` may know that the package exists."""
    if package.metadata.visibility != "private":
        return True
    return actor is not None and (actor.id == package.owner_id or "administrator" in actor.roles)


def check_owner(package: Package | None, actor: Actor) -> Package:
    """The package, when `actor` may change it; a private one of someone else is not found."""
    if package is None or package.deleted or not can_see(package, actor):
        raise NotFound("There is no such package, or it is not yours to see.")
    if actor.id != package.owner_id and "administrator" not in actor.roles:
        raise NotPermitted(
            f"Only {package.owner} may change {package.owner}/{package.name}. Fork it to make your own.",
            rule=contract.RULE_OWNER_ONLY,
        )
    return package


def update(package: Package, metadata: Metadata) -> list[Event]:
    """Change what the package says of itself."""
    if metadata == package.metadata:
        return []
    return [
        contract.PackageUpdated(
            package_id=package.id, owner=package.owner, name=package.name, metadata=metadata
        )
    ]


def save_draft(package: Package, digest: str) -> list[Event]:
    """Keep a working copy."""
    return [] if package.draft == digest else [contract.DraftSaved(package_id=package.id, digest=digest)]


def delete(package: Package) -> list[Event]:
    """Delete a package that nobody depends on: public versions stay for those who installed them."""
    if package.published and package.metadata.visibility == "public":
        raise RuleBroken(
            contract.RULE_DELETE,
            "Published versions of a public package stay, since others may have installed them. "
            "Yank them, or deprecate the package.",
        )
    return [contract.PackageDeleted(package_id=package.id, owner=package.owner, name=package.name)]


def deprecate(package: Package, message: str) -> list[Event]:
    """Warn everyone off; an empty message takes the warning back."""
    if message == package.deprecated:
        return []
    return [
        contract.PackageDeprecated(
            package_id=package.id, owner=package.owner, name=package.name, message=message
        )
    ]


def submit(
    package: Package,
    version: str,
    digest: str | None,
    changelog: str,
    saga_id: str,
    *,
    examples_digest: str = "",
) -> list[Event]:
    """Ask for a version to be published."""
    running = next((each for each in package.versions.values() if not each.is_published), None)
    if running is not None:
        raise PublicationRunning(
            f"{running.number} is being published. Wait for its saga to end.", saga_id=running.saga_id
        )
    if digest is None:
        raise RuleBroken(
            contract.RULE_HAS_DEFINITION,
            "There is nothing to publish: send a definition, or save a draft first.",
            pointer="/definition",
        )
    if examples_digest and package.kind != "workflow":
        raise RuleBroken(
            contract.RULE_EXAMPLES,
            "The examples of a node are part of its definition; send none beside it.",
            pointer="/examples",
        )
    highest = package.published[-1].number if package.published else None
    if highest is not None and semver.Version.parse(version) <= semver.Version.parse(highest):
        raise RuleBroken(
            contract.RULE_VERSION_RISES,
            f"{version} is not higher than {highest}, the highest published version.",
            pointer="/version",
        )
    return [
        contract.VersionSubmitted(
            package_id=package.id,
            owner=package.owner,
            name=package.name,
            kind=package.kind,
            version=version,
            digest=digest,
            changelog=changelog,
            saga_id=saga_id,
            examples_digest=examples_digest,
        )
    ]


def yank(package: Package, number: str, reason: str) -> list[Event]:
    """Take a published version off the shelf."""
    version = package.versions.get(number)
    if version is None or not version.is_published:
        raise RuleBroken(contract.RULE_YANK_PUBLISHED, f"{number} is not a published version.")
    if version.yanked is not None:
        return []
    after = _change_version(package, number, yanked=reason)
    return [
        contract.VersionYanked(
            package_id=package.id,
            owner=package.owner,
            name=package.name,
            version=number,
            reason=reason,
            latest=after.latest,
        )
    ]


def create_fork(parent: Package, version: Version, owner: Actor, name: str, child_id: str) -> list[Event]:
    """Make a package of one's own from a version of another."""
    if "-ND" in parent.metadata.license.upper() and owner.id != parent.owner_id:
        raise RuleBroken(
            contract.RULE_DERIVATIVES, f"The licence {parent.metadata.license} does not allow derived works."
        )
    visibility = parent.metadata.visibility if owner.id == parent.owner_id else "public"
    ancestor = Ancestor(parent.id, parent.owner_id, parent.owner, parent.name, version.number)
    return [
        contract.PackageCreated(
            package_id=child_id,
            owner_id=owner.id,
            owner=owner.handle,
            kind=parent.kind,
            name=name,
            metadata=msgspec.structs.replace(parent.metadata, visibility=visibility),
            forked_from=ancestor,
        ),
        contract.PackageForked(
            package_id=child_id,
            owner_id=owner.id,
            owner=owner.handle,
            name=name,
            parent_id=parent.id,
            parent_owner_id=parent.owner_id,
            parent_owner=parent.owner,
            parent_name=parent.name,
            parent_version=version.number,
        ),
        contract.DraftSaved(package_id=child_id, digest=version.digest),
    ]
