"""A composed page says which of its parts are missing, and shows the rest."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from blokhub.gateway.pages import _compose_package, _Composition
from blokhub.infra.clients import Answer
from blokhub.kernel.context import Context
from blokhub.kernel.errors import Unavailable

PARTS = {
    "content": ["package", "versions", "lineage", "definition", "examples"],
    "users": ["author"],
    "community": ["community"],
}


class Clients:
    """Services that answer with their path, but for those that are down."""

    def __init__(self, *down: str) -> None:
        self.down = down
        self.asked: list[str] = []

    async def call(self, service: str, method: str, target: str, context: Context, **_: Any) -> Answer:
        self.asked.append(target)
        if service in self.down:
            raise Unavailable(f"The service {service} does not answer.")
        return Answer(200, {}, msgspec.json.encode({"of": target}))


async def compose(clients: Clients, version: str = "latest") -> tuple[dict[str, Any], bool]:
    gateway: Any = SimpleNamespace(clients=clients, page_seconds=1.0)
    request: Any = SimpleNamespace(headers={})
    page = _Composition(gateway, Context(), request)
    status, body, complete = await _compose_package(page, "ann", "greeting", version)
    assert status == 200
    return msgspec.json.decode(body), complete


async def test_it_is_complete_when_every_service_answers() -> None:
    page, complete = await compose(Clients())
    assert complete
    assert page.pop("degraded") == []
    assert page["community"] == {"of": "/api/community/packages/ann/greeting"}
    assert all(page.values())


@pytest.mark.parametrize("down", PARTS)
async def test_a_service_that_is_down_costs_its_own_parts_alone(down: str) -> None:
    page, complete = await compose(Clients(down))
    assert not complete
    assert page.pop("degraded") == [down]
    assert sorted(name for name, part in page.items() if part is None) == sorted(PARTS[down])


async def test_definition_and_examples_are_those_of_the_version_that_is_asked_for() -> None:
    clients = Clients()
    await compose(clients, "1.0.0+a/b")
    assert "/api/packages/ann/greeting/versions/1.0.0%2Ba%2Fb/definition" in clients.asked
    assert "/api/packages/ann/greeting/versions/1.0.0%2Ba%2Fb/examples" in clients.asked
