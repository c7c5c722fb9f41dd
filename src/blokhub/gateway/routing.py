"""The routing table: which service answers which path. Data, in the order of specificity."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """Paths that begin with `prefix` (whole segments; `*` is any) go to `service`."""

    prefix: str
    service: str

    def covers(self, segments: list[str]) -> bool:
        """Whether a path of these segments is one of the route's."""
        own = self.prefix.split("/")
        return len(segments) >= len(own) and all(map(_fits, own, segments))


def _fits(own: str, segment: str) -> bool:
    return own in ("*", segment)


ROUTES: tuple[Route, ...] = (
    Route("/.well-known/jwks.json", "users"),
    Route("/api/users", "users"),
    Route("/api/auth", "users"),
    Route("/api/packages/*/*/star", "community"),
    Route("/api/packages", "content"),
    Route("/api/sagas", "content"),
    Route("/api/lint", "content"),
    Route("/api/reference", "content"),
    Route("/api/search", "search"),
    Route("/api/runs", "runs"),
    Route("/api/community", "community"),
)


def service_for(path: str) -> str | None:
    """The service that answers `path`, or None when the gateway does itself."""
    segments = path.split("/")
    return next((route.service for route in ROUTES if route.covers(segments)), None)
