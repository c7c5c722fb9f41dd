"""What others may know of the index."""

from blokhub.kernel.events import Event, event


@event("search.package.indexed")
class PackageIndexed(Event, frozen=True):
    """A published version can be found from now on; `saga_id` names the publication that waits for this."""

    package_id: str
    version: str
    saga_id: str


EVENTS: tuple[type[Event], ...] = (PackageIndexed,)
