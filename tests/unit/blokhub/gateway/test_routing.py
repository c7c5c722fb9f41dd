"""The routing table: whole segments, and nothing by accident."""

import pytest

from blokhub.gateway.routing import ROUTES, service_for


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/api/users", "users"),
        ("/api/users/me", "users"),
        ("/api/auth/login", "users"),
        ("/.well-known/jwks.json", "users"),
        ("/api/packages/ann/greeting/versions/1.0.0", "content"),
        ("/api/packages/ann/greeting/star", "community"),
        ("/api/packages/ann/star", "content"),
        ("/api/packages/ann/greeting/versions/star", "content"),
        ("/api/community/packages/ann/greeting", "community"),
        ("/api/sagas/1", "content"),
        ("/api/lint", "content"),
        ("/api/reference/nodes", "content"),
        ("/api/reference.css", None),
        ("/api/search", "search"),
        ("/api/runs/1", "runs"),
        ("/", None),
        ("/api", None),
        ("/api/pages/home", None),
        ("/api/system/services", None),
        ("/health/ready", None),
        ("/api/usersandmore", None),
        ("/api/searching", None),
        ("/API/users", None),
        ("//api/users", None),
    ],
)
def test_a_path_belongs_to_one_service(path: str, service: str | None) -> None:
    assert service_for(path) == service


def test_no_route_hides_a_later_one() -> None:
    for index, earlier in enumerate(ROUTES):
        for later in ROUTES[index + 1 :]:
            assert not later.prefix.startswith(earlier.prefix + "/")
            assert later.prefix != earlier.prefix


def test_what_is_internal_has_no_route() -> None:
    assert not any("internal" in route.prefix for route in ROUTES)
