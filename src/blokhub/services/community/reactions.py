"""What stars owe to events elsewhere."""

from blokhub.infra.reactions import Arrival, Reactions
from blokhub.services.community import commands
from blokhub.services.content.contract import PackageDeleted
from blokhub.services.users.contract import AccountErased

reactions = Reactions()


@reactions.on(PackageDeleted)
async def forget_package(arrival: Arrival) -> None:
    """A package is gone, and its stars with it."""
    await commands.forget_package(arrival.work, arrival.event.package_id)


@reactions.on(AccountErased)
async def forget_account(arrival: Arrival) -> None:
    """An account is gone, and its stars with it."""
    await commands.forget_account(arrival.work, arrival.event.account_id)
