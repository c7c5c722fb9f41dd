"""The routing table: which service answers which path. Data, in the order of specificity."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """Paths that begin with `prefix` (whole segments) go to `service`."""

    prefix: str
    service: str


ROUTES: tuple[Route, ...] = (
    Route("/.well-known/jwks.json", "users"),
    Route("/api/users", "users"),
    Route("/api/auth", "users"),
    Route("/api/packages", "content"),
    Route("/api/sagas", "content"),
    Route("/api/lint", "content"),
    Route("/api/reference", "content"),
    Route("/api/search", "search"),
    Route("/api/runs", "runs"),
)


def service_for(path: str) -> str | None:
    """The service that answers `path`, or None when the gateway does itself."""
    for route in ROUTES:
        if path == route.prefix or path.startswith(route.prefix + "/"):
            return route.service
    return None
