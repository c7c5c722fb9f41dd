"""What clients and other services rely on: nothing of it disappears unnoticed.

The files beside this one hold the contract as it was agreed. When it grows, write them anew with
`python -m tests.contract.write FILE` (the openapi.json of a running hub). A field
that is missing now is a break, and needs a new version instead.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.contract.write import event_contract, http_contract
from tests.support.hub import Hub

HERE = Path(__file__).parent


def _missing(agreed: Any, present: Any, at: str = "") -> list[str]:
    """Everything of `agreed` that `present` does not have, as paths."""
    if isinstance(agreed, dict):
        if not isinstance(present, dict):
            return [at]
        return [
            path
            for key, value in agreed.items()
            for path in (_missing(value, present[key], f"{at}/{key}") if key in present else [f"{at}/{key}"])
        ]
    if isinstance(agreed, list):
        return [f"{at}/{value}" for value in agreed if value not in present]
    return [] if agreed == present else [f"{at}: {agreed!r} became {present!r}"]


def test_the_http_api_keeps_every_path_and_field(hub: Hub) -> None:
    agreed = json.loads((HERE / "http.json").read_text())
    assert _missing(agreed, http_contract(hub.client().get("/api/openapi.json").json())) == []


def test_events_keep_every_field() -> None:
    agreed = json.loads((HERE / "events.json").read_text())
    assert _missing(agreed, event_contract()) == []


@pytest.mark.parametrize("removed", ["title", "steps"])
def test_a_removed_field_is_noticed(removed: str) -> None:
    agreed = {"Package": {"title": "string", "steps": "array"}}
    present = {"Package": {name: kind for name, kind in agreed["Package"].items() if name != removed}}
    assert _missing(agreed, present) == [f"/Package/{removed}"]


def test_every_service_tells_of_itself(hub: Hub) -> None:
    services = {each["name"]: each for each in hub.client().get("/api/system/services").json()}
    assert set(services) == {"users", "content", "search", "runs", "community"}
    for service in services.values():
        assert service["state"] == "healthy"
        assert service["version"]
        assert service["owns"]
        assert service["publishes"]
        assert service["metrics"] == "/metrics"


def test_every_operation_is_described(hub: Hub) -> None:
    document = hub.client().get("/api/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("summary"), f"{method} {path}"
            assert operation.get("description"), f"{method} {path}"
    assert document["paths"]["/api/packages"]["post"]["requestBody"]["required"]


def test_every_event_is_in_the_asyncapi_document(hub: Hub) -> None:
    document = hub.client().get("/api/asyncapi.json").json()
    published = {
        name for each in hub.client().get("/api/system/services").json() for name in each["publishes"]
    }
    assert set(document["components"]["messages"]) == published


@pytest.mark.parametrize("page", ["/api", "/api/events"])
def test_the_reference_can_be_read_without_scripts(hub: Hub, page: str) -> None:
    answer = hub.client().get(page)
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
