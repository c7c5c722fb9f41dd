"""What a search shows of a package besides its words: its shape, its forks, and how often it is run."""

from typing import Any

from tests.support.hub import Hub, Person, eventually, greeting


def published(hub: Hub, name: str, *packages: str) -> Person:
    """Someone with a few packages."""
    person = hub.newcomer(name)
    for each in packages:
        person.create(each)
        person.publish(each, "1.0.0", greeting())
    return person


def hits(hub: Hub, owner: str, **wish: Any) -> list[dict[str, Any]]:
    answer = hub.client().get("/api/search", params={"owner": owner, **wish})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["hits"]
    return found


def run(hub: Hub, address: str, times: int = 1) -> None:
    for _ in range(times):
        assert hub.client().post("/api/runs", json={"package": address}).status_code == 201


def test_a_hit_shows_the_shape_of_the_workflow(hub: Hub, name: str) -> None:
    ann = published(hub, name, "greeting")
    shape = [{"use": "trigger:http", "arms": []}, {"use": "@blokjs/respond", "arms": []}]
    assert hits(hub, name)[0]["sketch"] == shape
    address = f"/api/packages/{name}/greeting"
    assert ann.http.get(address).json()["outline"]["sketch"] == shape
    (listed,) = ann.http.get("/api/packages", params={"owner": name}).json()["items"]
    assert listed["outline"]["sketch"] == shape


def test_a_hit_counts_its_forks(hub: Hub, name: str) -> None:
    published(hub, name, "greeting")
    bob = hub.newcomer(f"{name}-bob")
    for fork in ("one", "two"):
        assert bob.http.post(f"/api/packages/{name}/greeting/fork", json={"name": fork}).status_code == 201
    assert eventually(lambda: hits(hub, name)[0]["forks"] == 2)


def test_runs_are_counted_and_what_is_run_most_trends(hub: Hub, name: str) -> None:
    published(hub, name, "quiet", "loud", "silent")
    assert [hit["runs"] for hit in hits(hub, name)] == [0, 0, 0]
    run(hub, f"{name}/quiet")
    run(hub, f"{name}/loud", times=3)
    counted = {"loud": 3, "quiet": 1, "silent": 0}
    assert eventually(lambda: {hit["name"]: hit["runs"] for hit in hits(hub, name)} == counted)
    assert [hit["name"] for hit in hits(hub, name, sort="trending")] == ["loud", "quiet", "silent"]
    assert [hit["name"] for hit in hits(hub, name, sort="updated")] == ["silent", "loud", "quiet"]
    assert [hit["name"] for hit in hits(hub, name, q="quiet", sort="trending")] == ["quiet"]


def test_a_new_version_keeps_what_was_counted(hub: Hub, name: str) -> None:
    ann = published(hub, name, "greeting")
    run(hub, f"{name}/greeting", times=2)
    assert eventually(lambda: hits(hub, name)[0]["runs"] == 2)
    ann.publish("greeting", "1.1.0", greeting())
    (hit,) = hits(hub, name)
    assert (hit["version"], hit["runs"]) == ("1.1.0", 2)


def test_a_definition_of_ones_own_counts_for_no_package(hub: Hub, name: str) -> None:
    ann = published(hub, name, "greeting")
    assert ann.http.post("/api/runs", json={"definition": greeting()}).status_code == 201
    run(hub, f"{name}/greeting")
    assert eventually(lambda: hits(hub, name)[0]["runs"] == 1)


def test_the_home_page_shows_what_is_new_and_what_is_run_most(hub: Hub, name: str) -> None:
    published(hub, name, "greeting")
    page = hub.client().get("/api/pages/home").json()
    assert page["degraded"] == []
    assert 1 <= len(page["newest"]) <= 6
    assert 1 <= len(page["trending"]) <= 6
    assert page["total"] >= 1
    assert page["facets"]["kind"]
