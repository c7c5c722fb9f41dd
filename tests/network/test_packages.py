"""The rules of packages, as clients meet them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.support.hub import Hub, greeting

from blok.workflow import dump


def test_a_lower_version_is_refused_with_the_rule_and_leaves_no_event(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    ann.publish("greeting", "1.2.0", greeting())
    before = ann.http.get(f"/api/packages/{name}/greeting/history").json()
    refused = ann.submit("greeting", "1.1.9")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["rule"] == "content.version_rises"
    assert problem["errors"][0]["pointer"] == "/version"
    assert ann.http.get(f"/api/packages/{name}/greeting/history").json() == before


def test_two_writers_with_one_expected_revision_give_exactly_one_conflict(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    revision = ann.create("greeting")["revision"]
    address = f"/api/packages/{name}/greeting"

    def change(title: str) -> int:
        return ann.http.patch(address, json={"title": title, "expected_revision": revision}).status_code

    with ThreadPoolExecutor(2) as both:
        statuses = sorted(both.map(change, ["One", "Two"]))
    assert statuses == [200, 409]


def test_a_stale_entity_tag_is_refused_and_a_current_one_spares_the_body(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    address = f"/api/packages/{name}/greeting"
    first = ann.http.get(address)
    assert "last-modified" in first.headers
    unchanged = ann.http.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    dated = ann.http.get(address, headers={"if-modified-since": first.headers["last-modified"]})
    assert (dated.status_code, dated.content) == (304, b"")
    stale = {"if-match": first.headers["etag"]}
    assert ann.http.patch(address, json={"title": "New"}, headers=stale).status_code == 200
    refused = ann.http.patch(address, json={"title": "Newer"}, headers=stale)
    assert refused.status_code == 412
    assert refused.json()["name"] == "precondition_failed"
    assert ann.http.get(address).json()["title"] == "New"


def test_a_private_package_is_not_there_for_strangers(hub: Hub, name: str) -> None:
    ann, bob = hub.newcomer(name), hub.newcomer(f"{name}-bob")
    ann.create("diary", visibility="private")
    ann.publish("diary", "1.0.0", greeting())
    address = f"/api/packages/{name}/diary"
    for path in ("", "/versions", "/lineage", "/history", "/versions/1.0.0/definition"):
        assert bob.http.get(address + path).status_code == 404
        assert ann.http.get(address + path).status_code == 200
    assert bob.http.patch(address, json={"title": "Mine"}).status_code == 404
    assert bob.http.post(f"{address}/fork").status_code == 404
    assert bob.http.post("/api/runs", json={"package": f"{name}/diary"}).status_code == 404
    assert hub.client().get(f"/api/pages/package/{name}/diary").status_code == 404
    assert hub.client().get("/api/search", params={"owner": name}).json()["total"] == 0


def test_only_the_owner_changes_a_package(hub: Hub, name: str) -> None:
    ann, bob = hub.newcomer(name), hub.newcomer(f"{name}-bob")
    ann.create("greeting")
    address = f"/api/packages/{name}/greeting"
    assert hub.client().patch(address, json={"title": "x"}).status_code == 401
    refused = bob.http.patch(address, json={"title": "x"})
    assert (refused.status_code, refused.json()["name"]) == (403, "not_permitted")
    assert bob.http.get(f"{address}/draft").status_code == 404


def test_the_past_can_be_asked_for(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    created = ann.create("greeting", title="First title")
    ann.http.patch(f"/api/packages/{name}/greeting", json={"title": "Second title"})
    history = ann.http.get(f"/api/packages/{name}/greeting/history").json()
    assert [change["type"] for change in history] == ["content.package.created", "content.package.updated"]
    assert history[1]["changes"] == {"metadata.title": {"before": "First title", "after": "Second title"}}
    past = ann.http.get(f"/api/packages/{name}/greeting", params={"at": history[0]["at"]}).json()
    assert past["title"] == "First title"
    assert past == created
    long_ago = ann.http.get(f"/api/packages/{name}/greeting", params={"at": "2020-01-01T00:00Z"})
    assert long_ago.status_code == 404
    assert ann.http.get(f"/api/packages/{name}/greeting", params={"at": "then"}).status_code == 422


@pytest.mark.parametrize("encoding", ["json", "yaml", "toml"])
def test_one_workflow_has_one_digest_whatever_file_it_came_from(hub: Hub, name: str, encoding: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    text = dump(greeting(), encoding)  # type: ignore[arg-type]
    body = {"version": "1.0.0", "definition": text, "format": encoding}
    answer = ann.http.post(f"/api/packages/{name}/greeting/versions", json=body)
    ann.wait_for_saga(answer.json()["saga_id"])
    version = ann.http.get(f"/api/packages/{name}/greeting/versions/1.0.0").json()
    draft = ann.http.put(f"/api/packages/{name}/greeting/draft", json={"definition": greeting()}).json()
    assert version["digest"] == draft["digest"]
    exported = ann.http.get(
        f"/api/packages/{name}/greeting/versions/latest/definition", params={"format": encoding}
    )
    again = {"definition": exported.text, "format": encoding}
    assert (
        ann.http.put(f"/api/packages/{name}/greeting/draft", json=again).json()["digest"] == version["digest"]
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "workflow", "name": "Bad Name", "title": "x"}, "/name"),
        ({"kind": "workflow", "name": "fine", "title": ""}, "/title"),
        ({"kind": "robot", "name": "fine", "title": "x"}, "/kind"),
        ({"kind": "workflow", "name": "fine", "title": "x", "colour": "red"}, "/colour"),
        ({"kind": "workflow", "name": "fine"}, "/title"),
        ({"kind": "workflow", "name": "fine", "title": "x", "tags": ["ok", "Not OK"]}, "/tags/1"),
    ],
)
def test_input_that_does_not_fit_names_its_field(
    hub: Hub, name: str, body: dict[str, object], pointer: str
) -> None:
    ann = hub.newcomer(name)
    refused = ann.http.post("/api/packages", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


def test_a_definition_with_an_unknown_node_is_refused_and_leaves_nothing(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    broken = greeting()
    broken["steps"][0]["use"] = "no-such-node"
    saga = ann.wait_for_saga(ann.submit("greeting", "1.0.0", broken).json()["saga_id"])
    assert saga["state"] == "compensated"
    assert saga["steps"][0]["state"] == "failed"
    assert "no-such-node" in saga["error"]["detail"]
    assert ann.http.get(f"/api/packages/{name}/greeting/versions").json() == []
    ann.publish("greeting", "1.0.0", greeting())


def test_a_name_is_taken_once_and_free_again_after_deletion(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    taken = ann.http.post("/api/packages", json={"kind": "workflow", "name": "greeting", "title": "x"})
    assert (taken.status_code, taken.json()["name"]) == (409, "name_taken")
    assert ann.http.delete(f"/api/packages/{name}/greeting").status_code == 204
    ann.create("greeting")
    ann.publish("greeting", "1.0.0", greeting())
    assert ann.http.delete(f"/api/packages/{name}/greeting").status_code == 422


def test_a_deprecated_package_says_so(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    answer = ann.http.post(f"/api/packages/{name}/greeting/deprecate", json={"message": "Use salute."})
    assert answer.json()["deprecated"] == "Use salute."


def test_the_owner_lists_drafts_and_others_only_what_is_published(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("one")
    ann.create("two")
    ann.publish("two", "1.0.0", greeting())
    own = ann.http.get("/api/packages", params={"owner": name}).json()
    assert {each["name"] for each in own["items"]} == {"one", "two"}
    seen = hub.client().get("/api/packages", params={"owner": name}).json()
    assert [each["name"] for each in seen["items"]] == ["two"]


def test_a_workflow_that_waits_for_an_hour_can_be_published(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("patient")
    patient = greeting()
    patient["steps"].insert(0, {"id": "pause", "wait": {"for": "1h"}})
    ann.publish("patient", "1.0.0", patient)
