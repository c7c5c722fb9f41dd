"""The main job over HTTP, as someone does it who has never been here."""

from typing import Any

from tests.support.hub import Hub, eventually, greeting


def test_a_newcomer_publishes_finds_runs_and_forks(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting", title=f"Greets {name}", summary="Greets whoever asks.", tags=["greeting"])
    saga = ann.publish("greeting", "1.0.0", greeting())
    assert [step["name"] for step in saga["steps"]] == ["validate", "dry-run", "publish", "index"]
    assert all(step["state"] == "completed" for step in saga["steps"])

    stranger = hub.client()
    found = eventually(lambda: stranger.get("/api/search", params={"q": name}).json()["hits"], seconds=2)
    assert (found[0]["owner"], found[0]["name"]) == (name, "greeting")

    run = stranger.post(
        "/api/runs", json={"package": f"{name}/greeting", "request": {"query": {"name": "Zoe"}}}
    ).json()
    assert run["status"] == "completed"
    assert run["response"]["body"] == {"message": "Hello Zoe"}
    (step,) = run["trace"]
    assert step["step"] == "greet"
    assert step["inputs"] == {"body": {"message": "Hello Zoe"}}
    assert step["duration_ms"] >= 0
    assert stranger.get(f"/api/runs/{run['id']}").json() == run

    bob = hub.newcomer(f"{name}-bob")
    forked = bob.http.post(f"/api/packages/{name}/greeting/fork", json={"name": "salute"})
    assert forked.status_code == 201
    assert forked.json()["forked_from"]["version"] == "1.0.0"
    bob.publish("salute", "1.0.0")
    bob.publish("salute", "1.0.1", greeting("Salute, ${ctx.request.query.name}!"))

    versions = stranger.get(f"/api/packages/{bob.handle}/salute/versions").json()
    assert [version["version"] for version in versions] == ["1.0.1", "1.0.0"]
    lineage = stranger.get(f"/api/packages/{bob.handle}/salute/lineage").json()
    assert [(each["owner"], each["name"]) for each in lineage["ancestors"]] == [(name, "greeting")]
    forks = stranger.get(f"/api/packages/{name}/greeting/lineage").json()["forks"]
    assert [(each["owner"], each["name"]) for each in forks] == [(bob.handle, "salute")]

    old = bob.http.post("/api/runs", json={"package": f"{bob.handle}/salute", "version": "1.0.0"}).json()
    assert old["version"] == "1.0.0"
    yanked = bob.http.post(f"/api/packages/{bob.handle}/salute/versions/1.0.1/yank", json={"reason": "rude"})
    assert yanked.json()["state"] == "yanked"
    assert stranger.get(f"/api/packages/{bob.handle}/salute").json()["latest"] == "1.0.0"


def test_a_node_is_published_beside_workflows(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("add", kind="node")
    node = {
        "name": "add",
        "description": "Adds two numbers.",
        "input": {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "number"}}},
        "output": {"type": "number"},
        "examples": [{"input": {"a": 1, "b": 2}, "output": 3}],
    }
    ann.publish("add", "1.0.0", node)
    ann.publish("add", "2.0.0", {**node, "description": "Adds two numbers, quickly."})
    versions = ann.http.get(f"/api/packages/{name}/add/versions").json()
    assert [version["version"] for version in versions] == ["2.0.0", "1.0.0"]
    first = ann.http.get(f"/api/packages/{name}/add/versions/1.0.0/definition").json()
    assert first["description"] == "Adds two numbers."
    found = ann.http.get("/api/search", params={"kind": "node", "owner": name}).json()
    assert found["total"] == 1


def test_the_well_known_registration_sample_creates_the_account(hub: Hub, name: str) -> None:
    sample: dict[str, Any] = {
        "name": "User Registration",
        "description": "Register a new user account",
        "version": "1.0.0",
        "trigger": {"http": {"method": "POST", "path": "/", "accept": "application/json"}},
        "steps": [{"name": "register-user", "node": "user-auth", "type": "module"}],
        "nodes": {
            "register-user": {
                "inputs": {
                    "operation": "register",
                    "email": "${ctx.request.body.email}",
                    "password": "${ctx.request.body.password}",
                    "username": "${ctx.request.body.username}",
                }
            }
        },
    }
    ann = hub.newcomer(name)
    ann.create("register")
    ann.publish("register", "1.0.0", sample)
    body = {"email": f"{name}-new@example.org", "password": "a long enough phrase", "username": f"{name}-new"}
    run = (
        hub.client().post("/api/runs", json={"package": f"{name}/register", "request": {"body": body}}).json()
    )
    assert run["status"] == "completed", run
    assert run["response"]["body"]["success"] is True
    assert "a long enough phrase" not in str(run["trace"])
    signed_in = hub.client().post(
        "/api/auth/login", json={"login": f"{name}-new", "password": body["password"]}
    )
    assert signed_in.status_code == 200


def test_composed_pages_hold_what_a_page_shows(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    ann.publish("greeting", "1.0.0", greeting())
    page = hub.client().get(f"/api/pages/package/{name}/greeting").json()
    assert page["degraded"] == []
    assert page["package"]["latest"] == "1.0.0"
    assert page["definition"] == greeting()
    assert page["examples"] == []
    assert page["author"]["handle"] == name
    assert [version["version"] for version in page["versions"]] == ["1.0.0"]
    home = hub.client().get("/api/pages/home").json()
    assert home["total"] >= 1
    assert home["facets"]["kind"]["workflow"] >= 1


def test_a_composed_page_is_fresh_soon_after_a_change(hub: Hub, name: str) -> None:
    ann = hub.newcomer(name)
    ann.create("greeting")
    ann.publish("greeting", "1.0.0", greeting())
    stranger = hub.client()
    address = f"/api/pages/package/{name}/greeting"
    assert stranger.get(address).json()["package"]["title"] == "Greeting"
    changed = ann.http.patch(f"/api/packages/{name}/greeting", json={"title": "Salutation"})
    token = {"Blok-Position": changed.headers["blok-position"]}
    assert stranger.get(address, headers=token).json()["package"]["title"] == "Salutation"
    eventually(lambda: stranger.get(address).json()["package"]["title"] == "Salutation", seconds=1)
