"""What can be done to packages."""

import asyncio
from typing import Any

import msgspec

from blok.nodes import NodeRegistry
from blokhub.kernel.aggregates import Loaded
from blokhub.kernel.context import Actor
from blokhub.kernel.errors import NotFound, VersionConflict
from blokhub.kernel.ids import new_id
from blokhub.kernel.work import Work
from blokhub.services.content import contract, domain
from blokhub.services.content.contract import Kind, Metadata, Outline
from blokhub.services.content.domain import (
    PACKAGE,
    Definition,
    Examples,
    NodeFacts,
    Package,
    PackageStore,
    Reading,
    known_nodes,
    node_facts,
    read_definition,
    read_examples,
    read_workflow,
    write_definition,
)

__all__ = [
    "NodeFacts",
    "Reading",
    "known_nodes",
    "node_facts",
    "read_definition",
    "read_examples",
    "read_workflow",
    "write_definition",
]

Address = tuple[str, str]
_SHOWN = 50  # more problems than anyone mends before the next try


async def create(work: Work[PackageStore], kind: Kind, name: str, metadata: Metadata) -> str:
    """Make a package; returns its id. Raises NameTaken."""
    actor = work.context.require_actor()
    await _check_free(work, actor, name)
    package_id = new_id()
    event = contract.PackageCreated(
        package_id=package_id,
        owner_id=actor.id,
        owner=actor.handle,
        kind=kind,
        name=name,
        metadata=metadata,
    )
    await work.append(PACKAGE, Loaded(package_id, None, 0), [event])
    return package_id


async def update(
    work: Work[PackageStore], address: Address, changes: dict[str, Any], expected: int | None
) -> int:
    """Change what a package says of itself; returns its version."""
    loaded, package = await _own(work, address, expected)
    metadata = msgspec.structs.replace(package.metadata, **changes)
    return await _append(work, loaded, domain.update(package, metadata))


async def save_draft(
    work: Work[PackageStore], address: Address, definition: Definition, expected: int | None
) -> int:
    """Keep the owner's working copy; returns the package's version."""
    loaded, package = await _own(work, address, expected)
    await work.store.put_definition(definition.digest, definition.body)
    return await _append(work, loaded, domain.save_draft(package, definition.digest))


async def delete(work: Work[PackageStore], address: Address) -> None:
    """Delete a package that has no public versions."""
    loaded, package = await _own(work, address, None)
    await work.append(PACKAGE, loaded, domain.delete(package))


async def deprecate(work: Work[PackageStore], address: Address, message: str) -> int:
    """Warn everyone off a package."""
    loaded, package = await _own(work, address, None)
    return await _append(work, loaded, domain.deprecate(package, message))


async def yank(work: Work[PackageStore], address: Address, number: str, reason: str) -> int:
    """Take a published version off the shelf."""
    loaded, package = await _own(work, address, None)
    return await _append(work, loaded, domain.yank(package, number, reason))


async def submit_version(
    work: Work[PackageStore],
    address: Address,
    number: str,
    changelog: str,
    *,
    definition: Definition | None,
    examples: Examples | None,
    expected: int | None,
) -> str:
    """Begin to publish a version; returns the id of the saga that goes on with it."""
    loaded, package = await _own(work, address, expected)
    events = []
    if definition is not None:
        await work.store.put_definition(definition.digest, definition.body)
        events += domain.save_draft(package, definition.digest)
    saga_id = new_id()
    digest = definition.digest if definition else package.draft
    examples_digest = examples.digest if examples else ""
    if examples is not None:
        await work.store.put_examples(examples.digest, examples.body)
    events += domain.submit(package, number, digest, changelog, saga_id, examples_digest=examples_digest)
    await work.append(PACKAGE, loaded, events)
    result = {"owner": package.owner, "name": package.name, "version": number, "digest": digest}
    subject = f"{package.owner}/{package.name}@{number}"
    await work.store.open_saga(saga_id, package.owner_id, subject, result)
    return saga_id


async def fork(work: Work[PackageStore], address: Address, name: str | None, number: str | None) -> Address:
    """Make a package of one's own from a published version; returns its address."""
    actor = work.context.require_actor()
    package_id = await work.store.find_id(*address)
    parent = (await work.load(PACKAGE, package_id)).state if package_id else None
    if parent is None or parent.deleted or not domain.can_see(parent, actor):
        raise NotFound("There is no such package, or it is not yours to see.")
    version = parent.versions.get(number or parent.latest or "")
    if version is None or not version.is_published:
        raise NotFound(f"{address[0]}/{address[1]} has no published version {number or ''}".rstrip() + ".")
    own_name = name or parent.name
    await _check_free(work, actor, own_name)
    child_id = new_id()
    events = domain.create_fork(parent, version, actor, own_name, child_id)
    await work.append(PACKAGE, Loaded(child_id, None, 0), events)
    return actor.handle, own_name


async def record_validation(
    work: Work[PackageStore], package_id: str, number: str, outline: Outline, warnings: list[str]
) -> None:
    """Note that a submitted version keeps the rules."""
    loaded, package = await _any(work, package_id)
    await work.append(PACKAGE, loaded, domain.validate(package, number, outline, warnings))


async def request_dry_run(work: Work[PackageStore], package_id: str, number: str) -> None:
    """Ask for a try of a submitted version in the sandbox."""
    loaded, package = await _any(work, package_id)
    await work.append(PACKAGE, loaded, domain.request_dry_run(package, number))


async def complete_dry_run(work: Work[PackageStore], package_id: str, number: str, examples: int) -> None:
    """Note that the sandbox had nothing against a submitted version."""
    loaded = await work.load(PACKAGE, package_id)
    if loaded.state is not None and not loaded.state.deleted:
        await work.append(PACKAGE, loaded, domain.complete_dry_run(loaded.state, number, examples))


async def publish(work: Work[PackageStore], package_id: str, number: str) -> None:
    """Put a submitted version on the shelf."""
    loaded, package = await _any(work, package_id)
    await work.append(PACKAGE, loaded, domain.publish(package, number))


async def record_index(work: Work[PackageStore], package_id: str, number: str) -> None:
    """Note that the search index has a version."""
    loaded = await work.load(PACKAGE, package_id)
    if loaded.state is not None and not loaded.state.deleted:
        await work.append(PACKAGE, loaded, domain.mark_indexed(loaded.state, number))


async def withdraw(
    work: Work[PackageStore], package_id: str, number: str, saga_id: str, problem: dict[str, Any]
) -> None:
    """Take back a publication that failed; a second time changes nothing."""
    loaded = await work.load(PACKAGE, package_id)
    if loaded.state is not None and not loaded.state.deleted:
        await work.append(PACKAGE, loaded, domain.withdraw(loaded.state, number, saga_id, problem))


async def forget_owner(work: Work[PackageStore], owner_id: str) -> None:
    """After an account was erased: delete what only its owner could use; public packages stay."""
    for package_id in await work.store.ids_of_owner(owner_id):
        loaded, package = await _any(work, package_id)
        if package.metadata.visibility != "public" or not package.published:
            event = contract.PackageDeleted(package_id=package.id, owner=package.owner, name=package.name)
            await work.append(PACKAGE, loaded, [event])


async def check(work: Work[PackageStore], kind: Kind, digest: str, nodes: NodeRegistry) -> domain.Verdict:
    """Hold a kept definition against the rules of its kind. Raises DefinitionRefused."""
    body = await work.store.get_definition(digest)
    if body is None:
        raise NotFound("The definition is not there any more.")
    verdict = await asyncio.to_thread(domain.check_definition, kind, body, nodes)
    if verdict.errors:
        worst, more = verdict.errors[0], len(verdict.errors) - 1
        first = f"{worst['message']} {worst.get('fix', '')}".strip()
        raise domain.DefinitionRefused(
            f"{first} ({more} more)" if more else first, problems=verdict.errors[:_SHOWN]
        )
    return verdict


async def _append(work: Work[PackageStore], loaded: Loaded[Package], events: list[Any]) -> int:
    added = await work.append(PACKAGE, loaded, events)
    return added[-1].version if added else loaded.version


async def _any(work: Work[PackageStore], package_id: str) -> tuple[Loaded[Package], Package]:
    loaded = await work.load(PACKAGE, package_id)
    if loaded.state is None or loaded.state.deleted:
        raise NotFound("The package was deleted meanwhile.")
    return loaded, loaded.state


async def _own(
    work: Work[PackageStore], address: Address, expected: int | None
) -> tuple[Loaded[Package], Package]:
    """A package that the actor may change, at the version that the caller expects."""
    actor = work.context.require_actor()
    package_id = await work.store.find_id(*address)
    loaded = await work.load(PACKAGE, package_id) if package_id else Loaded("", None, 0)
    package = domain.check_owner(loaded.state, actor)
    if expected is not None and expected != loaded.version:
        raise VersionConflict(
            f"It is at version {loaded.version} now, you expected {expected}. Read it again, then repeat it.",
            expected_version=expected,
            current_version=loaded.version,
        )
    return loaded, package


async def _check_free(work: Work[PackageStore], actor: Actor, name: str) -> None:
    if await work.store.find_id(actor.handle, name) is not None:
        raise domain.NameTaken(f"You have a package {actor.handle}/{name} already.", pointer="/name")
