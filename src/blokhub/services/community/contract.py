"""What others may know of what people say of packages."""

from blokhub.kernel.events import Event, event


@event("community.package.starred")
class PackageStarred(Event, frozen=True):
    """Someone likes a package."""

    package_id: str
    owner: str
    name: str
    account_id: str


@event("community.package.unstarred")
class PackageUnstarred(Event, frozen=True):
    """Someone no longer likes a package, or is gone."""

    package_id: str
    owner: str
    name: str
    account_id: str


EVENTS: tuple[type[Event], ...] = (PackageStarred, PackageUnstarred)
