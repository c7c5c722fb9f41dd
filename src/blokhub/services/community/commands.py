"""What can be done with stars. Doing it a second time changes nothing."""

from blokhub.kernel.work import Work
from blokhub.services.community import contract
from blokhub.services.community.domain import Package, StarStore

__all__ = ["Package"]


async def star(work: Work[StarStore], package: Package) -> None:
    """Let the actor star a package."""
    actor = work.context.require_actor()
    if await work.store.add(package, actor.id):
        event = contract.PackageStarred(
            package_id=package.id, owner=package.owner, name=package.name, account_id=actor.id
        )
        await work.record(_stream(package), event)


async def unstar(work: Work[StarStore], package: Package) -> None:
    """Take the actor's star back."""
    actor = work.context.require_actor()
    if await work.store.remove(package.id, actor.id):
        await work.record(_stream(package), _unstarred(package, actor.id))


async def forget_account(work: Work[StarStore], account_id: str) -> None:
    """After an account was erased: its stars count no more."""
    for package in await work.store.remove_of_account(account_id):
        await work.record(_stream(package), _unstarred(package, account_id))


async def forget_package(work: Work[StarStore], package_id: str) -> None:
    """After a package was deleted."""
    await work.store.remove_of_package(package_id)


def _stream(package: Package) -> str:
    return f"package-{package.id}"


def _unstarred(package: Package, account_id: str) -> contract.PackageUnstarred:
    return contract.PackageUnstarred(
        package_id=package.id, owner=package.owner, name=package.name, account_id=account_id
    )
