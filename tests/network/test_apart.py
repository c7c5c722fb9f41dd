"""A hub of several processes: replicas share the work, and none is missed for long."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.support.apart import ApartHub
from tests.support.hub import PASSWORD, SECRET, eventually, greeting

from blokhub.apps.services import NAMES
from blokhub.engines import EngineUrls
from blokhub.infra.database import service_url
from blokhub.infra.leadership import try_to_lead


@pytest.fixture(scope="module")
def apart(engines: EngineUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApartHub]:
    """Ten processes that started together on an empty database."""
    hub = ApartHub(engines, tmp_path_factory.mktemp("apart"), "apart", {"content": 3, "search": 3})
    hub.start_all()
    try:
        yield hub
    finally:
        hub.stop_all()


def test_replicas_share_the_load(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    route = "/api/packages/{owner}/{name}"
    before = [part.answered(route) for part in apart.parts["content"]]
    for _ in range(300):
        assert ann.http.get(f"/api/packages/{name}/greeting").status_code == 200
    shares = [part.answered(route) - old for part, old in zip(apart.parts["content"], before, strict=True)]
    assert sum(shares) == 300
    assert all(90 <= share <= 110 for share in shares), shares


def test_every_replica_of_the_index_finds_what_was_published(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting", title=f"Greets {name}")
    ann.publish("greeting", "1.0.0", greeting())
    for part in apart.parts["search"]:
        found = eventually(lambda part=part: part.ask(f"/api/search?q={name}")["hits"], seconds=2)
        assert [(hit["owner"], hit["name"]) for hit in found] == [(name, "greeting")]
    changed = ann.http.patch(f"/api/packages/{name}/greeting", json={"title": f"Salutes {name}"})
    token = {"Blok-Position": changed.headers["blok-position"]}
    for _ in apart.parts["search"]:
        found = ann.http.get("/api/search", params={"owner": name}, headers=token).json()["hits"]
        assert found[0]["title"] == f"Salutes {name}", "a read with a token must see the write everywhere"


def test_a_replica_that_dies_is_not_missed(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    victim = apart.parts["content"][1]
    victim.kill()
    try:
        for number in range(30):
            assert ann.http.get(f"/api/packages/{name}/greeting").status_code == 200
            ann.create(f"made-{number}")
        ann.publish("greeting", "1.0.0", greeting())
    finally:
        victim.start()
    before = victim.answered()
    eventually(lambda: ann.http.get(f"/api/packages/{name}/greeting") and victim.answered() > before)


def test_a_replica_that_is_stopped_loses_no_request(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    answers: list[int] = []
    enough = threading.Event()

    def write() -> None:
        number = 0
        with httpx.Client(base_url=apart.url, headers=ann.http.headers, timeout=30) as http:
            while not enough.is_set():
                body = {"kind": "workflow", "name": f"made-{number}", "title": "Made"}
                answers.append(http.post("/api/packages", json=body).status_code)
                number += 1

    writing = threading.Thread(target=write)
    writing.start()
    leaving = apart.parts["content"][2]
    try:
        eventually(lambda: len(answers) > 20)
        assert leaving.stop() == 0
        stopped_at = len(answers)
        eventually(lambda: len(answers) > stopped_at + 20)
    finally:
        enough.set()
        writing.join()
        leaving.start()
    assert set(answers) == {201}


def test_while_users_is_down_the_rest_goes_on(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    stranger = apart.client()
    (users,) = apart.parts["users"]
    users.kill()
    try:
        page = stranger.get(f"/api/pages/package/{name}/greeting").json()
        assert page["degraded"] == ["users"]
        assert page["package"]["name"] == "greeting"
        assert page["author"] is None
        ann.publish("greeting", "1.0.0", greeting())
        refused = stranger.post("/api/auth/login", json={"login": name, "password": PASSWORD})
        assert (refused.status_code, refused.json()["name"]) == (503, "unavailable")
        assert "retry-after" in refused.headers
        states = {each["name"]: each["state"] for each in stranger.get("/api/system/services").json()}
        assert states == {name: "unreachable" if name == "users" else "healthy" for name in NAMES}
        health = stranger.get("/health/ready")
        assert (health.status_code, health.json()["state"]) == (200, "degraded")
    finally:
        users.start()
    ann.sign_in()
    profile = eventually(lambda: _reputed(stranger, name))
    assert profile["reputation"]["breakdown"] == [
        {"cause": "package_published", "count": 1, "points": profile["reputation"]["total"]}
    ], "an event that waited must have its effect once"
    page = stranger.get(f"/api/pages/package/{name}/greeting").json()
    assert (page["degraded"], page["author"]["handle"]) == ([], name)


def _reputed(client: httpx.Client, handle: str) -> dict[str, dict[str, object]] | None:
    profile: dict[str, dict[str, object]] = client.get(f"/api/users/{handle}").json()
    return profile if profile["reputation"]["total"] else None


def test_while_search_is_down_publishing_waits_and_the_rest_goes_on(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    stranger = apart.client()
    for part in apart.parts["search"]:
        part.kill()
    try:
        assert stranger.get("/api/search").status_code == 503
        assert stranger.get("/").status_code == 200
        saga_id = ann.submit("greeting", "1.0.0", greeting()).json()["saga_id"]
        eventually(lambda: ann.http.get(f"/api/packages/{name}/greeting").json()["latest"] == "1.0.0")
        assert stranger.get(f"/api/pages/package/{name}/greeting").json()["degraded"] == []
        assert ann.http.get(f"/api/sagas/{saga_id}").json()["state"] == "running"
    finally:
        for part in apart.parts["search"]:
            part.start(wait=False)
        for part in apart.parts["search"]:
            part.wait_ready()
    assert ann.wait_for_saga(saga_id)["state"] == "completed"
    types = [change["type"] for change in ann.http.get(f"/api/packages/{name}/greeting/history").json()]
    assert len(types) == len(set(types))
    assert stranger.get("/api/search", params={"owner": name}).json()["total"] == 1


def test_while_content_is_down_the_rest_goes_on(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting", title=f"Greets {name}")
    ann.publish("greeting", "1.0.0", greeting())
    stranger = apart.client()
    for part in apart.parts["content"]:
        part.kill()
    try:
        page = stranger.get(f"/api/pages/package/{name}/greeting", headers=ann.http.headers).json()
        assert "content" in page["degraded"]
        assert page["author"]["handle"] == name
        assert stranger.get("/api/search", params={"q": name}).json()["total"] == 1
        assert stranger.get("/api/pages/home").json()["total"] >= 1
        run = stranger.post("/api/runs", json={"package": f"{name}/greeting"})
        assert (run.status_code, run.json()["name"]) == (503, "unavailable")
        own = ann.http.post("/api/runs", json={"definition": greeting("Hello")})
        assert own.json()["response"]["body"] == {"message": "Hello"}
    finally:
        for part in apart.parts["content"]:
            part.start(wait=False)
        for part in apart.parts["content"]:
            part.wait_ready()
    page = stranger.get(f"/api/pages/package/{name}/greeting", headers=ann.http.headers).json()
    assert page["degraded"] == []


def test_a_service_that_hangs_is_not_waited_for_again_and_again(apart: ApartHub) -> None:
    door = apart.part("gateway", BLOK_CALL_SECONDS="1")
    door.port, door.url = apart.port + 90, f"http://127.0.0.1:{apart.port + 90}"
    door.start()
    for part in apart.parts["search"]:
        part.pause()
    try:
        with httpx.Client(base_url=door.url, timeout=30) as http:
            told = [http.get("/api/search").json()["detail"] for _ in range(3 * 3 + 3)]
            assert all("took too long" in detail for detail in told[:9])
            assert all("does not answer" in detail for detail in told[9:])
            assert http.get("/api/pages/home").status_code == 200
            for part in apart.parts["search"]:
                part.go_on()
            eventually(lambda: http.get("/api/search").status_code == 200)
    finally:
        for part in apart.parts["search"]:
            part.go_on()
        door.stop()


def test_while_runs_is_down_a_publication_waits(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    (runs,) = apart.parts["runs"]
    runs.kill()
    try:
        saga_id = ann.submit("greeting", "1.0.0", greeting()).json()["saga_id"]

        def dry_run() -> str:
            steps = ann.http.get(f"/api/sagas/{saga_id}").json()["steps"]
            return str({step["name"]: step["state"] for step in steps}["dry-run"])

        eventually(lambda: dry_run() == "running")
        assert apart.client().post("/api/runs", json={"definition": greeting()}).status_code == 503
    finally:
        runs.start()
    assert ann.wait_for_saga(saga_id)["state"] == "completed"


def test_a_second_relay_takes_over_when_the_first_dies(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    (first,) = apart.parts["relay"]
    first.kill()
    saga_id = ann.submit("greeting", "1.0.0", greeting()).json()["saga_id"]
    assert ann.http.get(f"/api/sagas/{saga_id}").json()["state"] == "running"
    second = apart.part("relay", 2).start()
    try:
        assert ann.wait_for_saga(saga_id)["state"] == "completed"
        first.start()
        second.kill()
        ann.publish("greeting", "1.0.1", greeting("Hello"))
    finally:
        second.stop()


async def test_sagas_of_a_process_that_never_returns_are_taken_over(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    for part in apart.parts["search"]:
        part.kill()
    saga_id = ann.submit("greeting", "1.0.0", greeting()).json()["saga_id"]
    eventually(lambda: ann.http.get(f"/api/packages/{name}/greeting").json()["latest"] == "1.0.0")
    postgres = apart.environment["BLOK_POSTGRES_URL"]
    with psycopg.connect(postgres) as connection:
        asked = "SELECT executor_id FROM sagas.workflow_status WHERE workflow_uuid = %s"
        ((executor,),) = connection.execute(asked, [saga_id]).fetchall()
    for part in apart.parts["content"]:
        part.kill()
    url = service_url(postgres, SECRET, "sagas")
    # Nobody can take the name of the process that is gone before the others have theirs.
    lock = await try_to_lead(url, f"saga-executor-{executor}")
    assert lock is not None
    for part in [*apart.parts["content"], *apart.parts["search"]]:
        part.start(wait=False)
    for part in [*apart.parts["content"], *apart.parts["search"]]:
        part.wait_ready()
    await lock.close()
    assert ann.wait_for_saga(saga_id)["state"] == "completed"


def test_a_canary_gets_its_share_of_the_calls(apart: ApartHub, name: str) -> None:
    ann = apart.newcomer(name)
    ann.create("greeting")
    canary = apart.part("content", 4).start()
    door = apart.part("gateway", BLOK_CANARY=f"content={canary.url}:10")
    door.port, door.url = canary.port + 20, f"http://127.0.0.1:{canary.port + 20}"
    door.start()
    route = "/api/packages/{owner}/{name}"
    try:
        before = canary.answered(route)
        with httpx.Client(base_url=door.url, timeout=30) as http:
            for _ in range(1000):
                assert http.get(f"/api/packages/{name}/greeting").status_code == 200
            assert 80 <= canary.answered(route) - before <= 120
            canary.kill()
            answers = {http.get(f"/api/packages/{name}/greeting").status_code for _ in range(30)}
            assert answers == {200}, "what a dead canary cannot take goes to the others"
    finally:
        door.stop()
        canary.stop()


def test_the_starter_catalogue_is_loaded_once(apart: ApartHub) -> None:
    command = [sys.executable, "-m", "blok.cli.main", "hub", "starter"]
    told = [
        subprocess.run(command, env=apart.environment, capture_output=True, text=True, check=True).stderr
        for _ in range(2)
    ]
    assert "workflows published" in told[0]
    assert "there already" in told[1]
    run = apart.client().post("/api/runs", json={"package": "blok/cron-preview"}).json()
    assert run["package"] == "blok/cron-preview"


def test_a_service_answers_nobody_but_the_hub(apart: ApartHub) -> None:
    for group in apart.parts.values():
        for part in group:
            if part.name == "gateway":
                continue
            for path in ("/api/packages", "/api/search", "/internal/status", "/internal/openapi.json"):
                for headers in ({}, {"blok-context": "Zm9yZ2Vk"}):
                    answer = httpx.get(part.url + path, headers=headers)
                    assert (answer.status_code, answer.json()["name"]) == (403, "not_signed"), part.name
            assert httpx.get(f"{part.url}/health/live").status_code == 200
            assert httpx.get(f"{part.url}/metrics").status_code == 200


def test_the_reference_covers_every_service(apart: ApartHub) -> None:
    document = apart.client().get("/api/openapi.json").json()
    tags = {operation["tags"][0] for item in document["paths"].values() for operation in item.values()}
    assert tags == {"gateway", *NAMES}
    assert apart.client().get("/api").status_code == 200
    assert apart.client().get("/problems/wrong_credentials").json()["status"] == 401
    assert apart.client().get("/problems/nothing").status_code == 404


def test_a_request_id_is_in_the_log_of_every_process_that_had_a_part(apart: ApartHub, name: str) -> None:
    apart.client().get(f"/api/pages/package/{name}/nothing", headers={"x-request-id": f"request-{name}"})
    logs = [apart.parts["gateway"][0].log, *(part.log for part in apart.parts["content"])]
    eventually(lambda: f"request-{name}" in logs[0].read_text())
    eventually(lambda: any(f"request-{name}" in log.read_text() for log in logs[1:]))


def test_addresses_with_unusual_characters_reach_the_service_as_they_are(apart: ApartHub) -> None:
    answer = apart.client().get("/api/users/h%C3%A9%20x%0d%0aevil%2F..", params={"q": "é&=?"})
    assert answer.status_code == 404
    assert apart.client().get("/api/search", params={"q": "grüße & co? 100%"}).status_code == 200
    assert apart.client().get("/api/users/a%00b").status_code == 404


@pytest.mark.parametrize(
    ("missing", "told"),
    [("BLOK_SECRET", "BLOK_SECRET is missing"), ("BLOK_NATS_URL", "BLOK_NATS_URL must be set")],
)
def test_a_process_says_what_it_lacks(apart: ApartHub, tmp_path: Path, missing: str, told: str) -> None:
    part = apart.part("search", 5)
    environment = {**part.environment, "BLOK_HOME": str(tmp_path)}
    del environment[missing]
    command = [sys.executable, "-m", "blok.cli.main", "hub", "serve", "search", f"--port={part.port}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_tells_its_address_in_one_line(apart: ApartHub) -> None:
    part = apart.part("search", 4).start()
    eventually(lambda: f"search at {part.url}" in part.log.read_text())
    assert part.stop() == 0
    assert "Traceback" not in part.log.read_text()


def test_a_browser_renews_its_session_under_the_name_that_it_knows(apart: ApartHub, name: str) -> None:
    browser = httpx.Client(base_url=apart.url, headers={"host": "hub.lan:4000"})
    body = {"handle": name, "email": f"{name}@example.org", "password": PASSWORD, "cookie": True}
    cookie = browser.post("/api/users", json=body).headers["set-cookie"].partition(";")[0]
    own, other = ({"cookie": cookie, "origin": f"http://{site}"} for site in ("hub.lan:4000", "evil.example"))
    assert browser.post("/api/auth/refresh", headers=other).status_code == 403
    assert browser.post("/api/auth/refresh", headers=own).status_code == 200
