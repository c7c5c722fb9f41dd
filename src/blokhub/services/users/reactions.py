"""What accounts owe to events elsewhere: reputation grows with what others can use."""

from blokhub.infra.reactions import Arrival, Reactions
from blokhub.services.content.contract import PackageForked, VersionPublished
from blokhub.services.users import commands

reactions = Reactions()


@reactions.on(VersionPublished)
async def reward_publishing(arrival: Arrival) -> None:
    """A first public version counts more than those that follow."""
    event: VersionPublished = arrival.event
    if event.metadata.visibility != "public":
        return
    cause = "package_published" if event.first else "version_published"
    await commands.award(
        arrival.work, arrival.recorded.id, event.owner_id, cause, arrival.recorded.occurred_at
    )


@reactions.on(PackageForked)
async def reward_being_forked(arrival: Arrival) -> None:
    """A fork by someone else rewards the parent's owner; a fork of one's own package does not."""
    event: PackageForked = arrival.event
    if event.parent_owner_id == event.owner_id:
        return
    await commands.award(
        arrival.work,
        arrival.recorded.id,
        event.parent_owner_id,
        "package_forked",
        arrival.recorded.occurred_at,
    )
