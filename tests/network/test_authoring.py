"""What authors ask before they publish: is this file sound, and what may it contain?"""

import pytest
from jsonschema import Draft202012Validator
from tests.support.hub import Hub, greeting

from blok.workflow import dump


@pytest.mark.parametrize("encoding", ["json", "yaml", "toml"])
def test_anyone_may_have_a_file_checked(hub: Hub, encoding: str) -> None:
    body = {"text": dump(greeting(), encoding), "format": encoding}  # type: ignore[arg-type]
    answer = hub.client().post("/api/lint", json=body)
    assert answer.status_code == 200
    found = answer.json()
    assert found["problems"] == []
    assert found["definition"] == greeting()
    assert found["outline"]["sketch"] == [
        {"use": "trigger:http", "arms": []},
        {"use": "@blokjs/respond", "arms": []},
    ]
    assert found["proposal"]["name"] == "greeting"


def test_a_file_with_errors_is_a_valid_question(hub: Hub) -> None:
    answer = hub.client().post("/api/lint", json={"text": "name: [", "format": "yaml"})
    assert answer.status_code == 200
    (problem,) = answer.json()["problems"]
    assert (problem["rule"], problem["severity"]) == ("syntax", "error")
    assert answer.json()["definition"] is None


def test_a_file_that_is_too_large_is_refused(hub: Hub) -> None:
    answer = hub.client().post("/api/lint", json={"text": " " * 600_000})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/text")


def test_a_hostile_file_leaves_the_hub_as_it_was(hub: Hub) -> None:
    reader = hub.client()
    for text, encoding in (("[" * 200_000, "yaml"), ("a." * 200_000 + "b=1", "toml")):
        answer = reader.post("/api/lint", json={"text": text, "format": encoding})
        assert answer.json()["problems"][0]["rule"] == "syntax"
    assert reader.get("/health/ready").status_code == 200


@pytest.mark.parametrize("generation", [1, 2])
def test_the_schema_of_workflow_files_can_be_had(hub: Hub, generation: int) -> None:
    answer = hub.client().get("/api/reference/workflow-schema", params={"generation": generation})
    Draft202012Validator.check_schema(answer.json())
    again = {"if-none-match": answer.headers["etag"]}
    unchanged = hub.client().get(
        "/api/reference/workflow-schema", params={"generation": generation}, headers=again
    )
    assert unchanged.status_code == 304


def test_every_node_is_listed_with_its_schemas(hub: Hub) -> None:
    answer = hub.client().get("/api/reference/nodes")
    assert answer.headers["etag"]
    nodes = {node["name"]: node for node in answer.json()}
    assert list(nodes) == sorted(nodes)
    assert {"@blokjs/api-call", "@blokjs/respond", "user-auth"} <= set(nodes)
    assert "url" in nodes["@blokjs/api-call"]["input"]["properties"]
    assert all(node["description"] for node in nodes.values())
