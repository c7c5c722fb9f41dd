"""Recorded examples: they hold a version to its word, and serve whoever runs it."""

from typing import Any

import pytest
from tests.support.hub import Hub, Person, eventually, greeting

PRICE_URL = "https://prices.example.com/chair"


def pricing() -> dict[str, Any]:
    """A workflow that asks another host for a price."""
    answer = {"cents": "js/ctx.state.ask.cents * 2", "for": "${ctx.request.query.who}"}
    return {
        "name": "Pricing",
        "version": "1.0.0",
        "description": "What a chair costs.",
        "trigger": {"http": {"method": "GET", "path": "/price"}},
        "steps": [
            {"id": "ask", "use": "@blokjs/api-call", "inputs": {"url": PRICE_URL}},
            {
                "id": "answer",
                "use": "@blokjs/respond",
                "inputs": {"body": answer},
            },
        ],
    }


def example(name: str, cents: int, **members: Any) -> dict[str, Any]:
    return {
        "name": name,
        "request": {"method": "GET", "path": "/price", "query": {"who": name}},
        "response": {"status": 200, "body": {"cents": cents * 2, "for": name}},
        "fixtures": [{"url": PRICE_URL, "body": {"cents": cents}}],
        **members,
    }


EXAMPLES = [example("ann", 100), example("bob", 250)]


def submit(person: Person, name: str, definition: Any, examples: list[Any]) -> dict[str, Any]:
    body = {"version": "1.0.0", "definition": definition, "examples": examples}
    answer = person.http.post(f"/api/packages/{person.handle}/{name}/versions", json=body)
    assert answer.status_code == 202, answer.text
    return person.wait_for_saga(answer.json()["saga_id"])


@pytest.fixture
def ann(hub: Hub, name: str) -> Person:
    """Someone with a package that has examples."""
    person = hub.newcomer(name)
    person.create("pricing")
    assert submit(person, "pricing", pricing(), EXAMPLES)["state"] == "completed"
    return person


def test_a_version_shows_the_examples_it_was_published_with(ann: Person) -> None:
    base = f"/api/packages/{ann.handle}/pricing/versions/1.0.0"
    version = ann.http.get(base).json()
    assert version["examples"] == 2
    assert version["submitted_at"] <= version["ran_at"] <= version["published_at"]
    shown = ann.http.get(f"{base}/examples").json()
    assert [each["name"] for each in shown] == ["ann", "bob"]
    assert shown[0]["response"] == EXAMPLES[0]["response"]
    assert shown[0]["request"]["query"] == {"who": "ann"}
    assert shown[0]["fixtures"] == [{"url": PRICE_URL, "body": {"cents": 100}}]


def test_a_version_without_examples_says_so(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    ann.publish("greeting", "1.0.0", greeting())
    base = f"/api/packages/{name}/greeting/versions/latest"
    version = ann.http.get(base).json()
    assert (version["examples"], version["ran_at"]) == (0, None)
    assert ann.http.get(f"{base}/examples").json() == []


def test_examples_belong_to_their_version_alone(ann: Person) -> None:
    ann.publish("pricing", "1.1.0", pricing())
    base = f"/api/packages/{ann.handle}/pricing/versions"
    assert ann.http.get(f"{base}/1.1.0/examples").json() == []
    assert len(ann.http.get(f"{base}/1.0.0/examples").json()) == 2


def test_a_version_that_does_not_answer_as_recorded_is_not_published(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("pricing")
    wrong = example("bob", 250, response={"status": 200, "body": {"cents": 1, "for": "bob"}})
    saga = submit(ann, "pricing", pricing(), [EXAMPLES[0], wrong])
    assert saga["state"] == "compensated"
    problem = saga["error"]
    assert (problem["name"], problem["example"]) == ("example_failed", "bob")
    assert problem["expected"] == wrong["response"]
    assert problem["came"] == {"status": 200, "body": {"cents": 500, "for": "bob"}}
    assert problem["differences"] == [{"pointer": "/body/cents", "expected": 1, "came": 500}]
    assert problem["errors"][0]["pointer"] == "/examples/1/response"
    assert ann.http.get(f"/api/packages/{name}/pricing/versions").json() == []
    assert submit(ann, "pricing", pricing(), EXAMPLES)["state"] == "completed"


def test_nothing_is_called_that_was_not_recorded(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("pricing")
    saga = submit(ann, "pricing", pricing(), [example("ann", 100, fixtures=[])])
    assert saga["error"]["example"] == "ann"
    assert "not among the hosts" in str(saga["error"]["came"])


def test_an_example_without_an_answer_is_only_run(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("pricing")
    assert submit(ann, "pricing", pricing(), [{"name": "any"}])["state"] == "completed"
    assert ann.http.get(f"/api/packages/{name}/pricing/versions/1.0.0").json()["examples"] == 1


def test_a_run_is_served_by_the_recorded_fixtures(hub: Hub, ann: Person) -> None:
    stranger = hub.client()
    address = f"{ann.handle}/pricing"

    def run(**wish: Any) -> Any:
        answer = stranger.post("/api/runs", json={"package": address, **wish})
        assert answer.status_code == 201, answer.text
        return answer.json()["response"]["body"]

    assert run(example="bob") == {"cents": 500, "for": "bob"}
    assert run(example="bob", request={"query": {"who": "cid"}}) == {"cents": 500, "for": "cid"}
    assert run(request={"query": {"who": "cid"}}) == {"cents": 200, "for": "cid"}


def test_an_unknown_example_is_not_found_and_the_known_ones_are_named(hub: Hub, ann: Person) -> None:
    answer = hub.client().post("/api/runs", json={"package": f"{ann.handle}/pricing", "example": "cid"})
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["pointer"] == "/example"
    assert "'ann', 'bob'" in answer.json()["detail"]


def test_a_definition_of_ones_own_runs_with_fixtures_of_ones_own(ann: Person) -> None:
    fixtures = [{"url": "https://prices.example.com/*", "body": {"cents": 7}}]
    body = {"definition": pricing(), "fixtures": fixtures, "request": {"query": {"who": "me"}}}
    answer = ann.http.post("/api/runs", json=body)
    assert answer.json()["response"]["body"] == {"cents": 14, "for": "me"}


def test_the_answer_of_a_node_of_the_hub_can_be_recorded(hub: Hub, name: str) -> None:
    call = {"operation": "login", "email": "${ctx.request.body.email}", "password": "x"}
    definition = {**greeting(), "steps": [{"id": "in", "use": "user-auth", "inputs": call}]}
    given = {"operation": "login", "email": "a@example.org", "password": "x"}
    recorded = {
        "name": "signs in",
        "request": {"body": {"email": "a@example.org"}},
        "response": {"status": 200, "body": {"success": True}},
        "fixtures": [{"node": "user-auth", "inputs": given, "output": {"success": True}}],
    }
    ann = hub.newcomer(name)
    ann.create("sign-in")
    assert submit(ann, "sign-in", definition, [recorded])["state"] == "completed"
    run = hub.client().post("/api/runs", json={"package": f"{name}/sign-in", "example": "signs in"}).json()
    assert run["response"]["body"] == {"success": True}
    other = {"package": f"{name}/sign-in", "request": {"body": {"email": "b@example.org"}}}
    assert hub.client().post("/api/runs", json=other).json()["response"]["status"] == 401


@pytest.mark.parametrize(
    ("examples", "pointer"),
    [
        ([{"name": ""}], "/examples/0/name"),
        ([{"name": "a"}, {"name": "a"}], "/examples"),
        ([{"name": str(number)} for number in range(21)], "/examples"),
        ([{"name": "a", "fixtures": [{"status": 200}]}], "/examples/0/fixtures/0"),
        ([{"name": "a", "response": {"status": 1000}}], "/examples/0/response/status"),
        ([{"name": "a", "request": {"body": "x" * 600_000}}], "/examples"),
    ],
)
def test_examples_that_do_not_fit_are_refused(hub: Hub, name: str, examples: list[Any], pointer: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    body = {"version": "1.0.0", "definition": greeting(), "examples": examples}
    answer = ann.http.post(f"/api/packages/{name}/greeting/versions", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_node_keeps_its_examples_in_its_definition(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("add", kind="node")
    node = {"name": "add", "description": "Adds.", "input": {"type": "object"}, "output": {"type": "number"}}
    body = {"version": "1.0.0", "definition": node, "examples": [{"name": "one"}]}
    answer = ann.http.post(f"/api/packages/{name}/add/versions", json=body)
    assert (answer.status_code, answer.json()["rule"]) == (422, "content.examples_belong_to_workflows")


def test_a_package_brings_its_own_fixtures(hub: Hub, ann: Person) -> None:
    body = {"package": f"{ann.handle}/pricing", "fixtures": [{"url": PRICE_URL}]}
    answer = hub.client().post("/api/runs", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/fixtures")


def test_a_page_shows_the_definition_and_the_examples_of_the_version_that_is_asked_for(
    hub: Hub, ann: Person
) -> None:
    newer = {**pricing(), "description": "What a chair costs today."}
    ann.publish("pricing", "1.1.0", newer)
    reader = hub.client()
    page = f"/api/pages/package/{ann.handle}/pricing"
    latest = eventually(
        lambda: (found := reader.get(page).json())["package"]["latest"] == "1.1.0" and found, seconds=2
    )
    assert (latest["definition"], latest["examples"]) == (newer, [])
    older = reader.get(page, params={"version": "1.0.0"}).json()
    assert older["definition"] == pricing()
    assert [each["name"] for each in older["examples"]] == ["ann", "bob"]
    assert older["package"] == latest["package"]
    missing = reader.get(page, params={"version": "9.0.0"})
    assert (missing.status_code, missing.json()["name"]) == (404, "not_found")
