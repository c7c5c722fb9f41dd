"""Keeps composed pages fresh: an event about what a page shows makes the page be composed anew."""

import msgspec
import structlog
from nats.aio.msg import Msg

from blokhub.gateway.state import GatewayState
from blokhub.infra.broker import decode

_log = structlog.get_logger("invalidation")
_EVENTS = ("content.>", "users.account.>", "search.>", "community.>")


async def watch_events(state: GatewayState) -> None:
    """Listen for as long as the broker is connected. A missed event costs at most the cache's time limit."""

    async def hear(message: Msg) -> None:
        try:
            event = decode(message.data)
        except msgspec.MsgspecError as error:
            _log.warning("an event could not be read", error=str(error))
            return
        for subject in _subjects(event.type, event.data):
            await state.cache.forget(subject)

    for types in _EVENTS:
        await state.broker.client.subscribe(state.broker.subject(types), cb=hear)


def _subjects(event_type: str, data: dict[str, object]) -> list[str]:
    if event_type.startswith("search."):
        return ["home"]
    subjects = []
    if "owner" in data and "name" in data:
        subjects.append(f"package:{data['owner']}/{data['name']}")
    if "parent_owner" in data:
        subjects.append(f"package:{data['parent_owner']}/{data['parent_name']}")
    return subjects
