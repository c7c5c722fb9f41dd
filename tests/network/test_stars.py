"""Stars: who likes a package says so once, and everyone sees how many do."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from tests.support.hub import PASSWORD, Hub, Person, eventually, greeting


def published(hub: Hub, name: str) -> Person:
    person = hub.newcomer(name)
    person.create("greeting")
    person.publish("greeting", "1.0.0", greeting())
    return person


def community(client: httpx.Client, name: str) -> Any:
    answer = client.get(f"/api/community/packages/{name}/greeting")
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(hub: Hub, name: str) -> Any:
    return hub.client().get("/api/search", params={"owner": name}).json()["hits"][0]["stars"]


def test_a_star_is_given_once_and_taken_back_once(hub: Hub, name: str) -> None:
    published(hub, name)
    bob = hub.newcomer(f"{name}-bob")
    address = f"/api/packages/{name}/greeting/star"
    assert community(bob.http, name) == {"stars": 0, "starred": False}
    for _ in range(2):
        answer = bob.http.put(address)
        assert (answer.status_code, answer.json()) == (200, {"stars": 1, "starred": True})
    assert community(hub.client(), name) == {"stars": 1, "starred": False}
    assert eventually(lambda: found(hub, name) == 1)
    for _ in range(2):
        answer = bob.http.delete(address)
        assert (answer.status_code, answer.json()) == (200, {"stars": 0, "starred": False})
    assert eventually(lambda: found(hub, name) == 0)


def test_many_who_star_at_once_are_all_counted(hub: Hub, name: str) -> None:
    published(hub, name)
    people = [hub.newcomer(f"{name}-{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as together:
        answers = list(
            together.map(lambda person: person.http.put(f"/api/packages/{name}/greeting/star"), people)
        )
    assert [answer.status_code for answer in answers] == [200] * 4
    assert community(hub.client(), name)["stars"] == 4
    assert eventually(lambda: found(hub, name) == 4)


def test_strangers_and_what_is_not_there_cannot_be_starred(hub: Hub, name: str) -> None:
    ann = published(hub, name)
    bob = hub.newcomer(f"{name}-bob")
    assert hub.client().put(f"/api/packages/{name}/greeting/star").status_code == 401
    assert bob.http.put(f"/api/packages/{name}/nothing/star").status_code == 404
    ann.create("diary", visibility="private")
    assert bob.http.put(f"/api/packages/{name}/diary/star").status_code == 404
    assert bob.http.get(f"/api/community/packages/{name}/diary").status_code == 404
    assert ann.http.put(f"/api/packages/{name}/diary/star").status_code == 200


def test_a_page_shows_every_reader_their_own_star(hub: Hub, name: str) -> None:
    published(hub, name)
    bob, cid = hub.newcomer(f"{name}-bob"), hub.newcomer(f"{name}-cid")
    page = f"/api/pages/package/{name}/greeting"
    bob.http.put(f"/api/packages/{name}/greeting/star")
    stars = {"stars": 1, "starred": False}
    assert eventually(lambda: hub.client().get(page).json()["community"] == stars)
    assert bob.http.get(page).json()["community"] == {"stars": 1, "starred": True}
    assert cid.http.get(page).json()["community"] == stars
    assert bob.http.get(page).json()["package"]["name"] == "greeting"


def test_an_erased_account_takes_its_stars_along(hub: Hub, name: str) -> None:
    published(hub, name)
    bob = hub.newcomer(f"{name}-bob")
    bob.http.put(f"/api/packages/{name}/greeting/star")
    assert bob.http.request("DELETE", "/api/users/me", json={"password": PASSWORD}).status_code == 204
    assert eventually(lambda: community(hub.client(), name)["stars"] == 0)
    assert eventually(lambda: found(hub, name) == 0)
