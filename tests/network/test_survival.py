"""A hub that is killed at the worst moments, and what is there when it comes back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.hub import Hub, eventually, greeting

from blokhub.engines import EngineUrls


@pytest.fixture(scope="module")
def mortal(engines: EngineUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with a database of its own, which tests may kill."""
    hub = Hub(engines, tmp_path_factory.mktemp("mortal"), database="mortal")
    yield hub
    hub.stop()


STEPS = ["validate", "dry-run", "publish", "index"]


@pytest.mark.parametrize("place", [f"saga.{step}.{when}" for step in STEPS for when in ("before", "after")])
def test_a_saga_killed_at_any_step_goes_on_after_the_restart(mortal: Hub, name: str, place: str) -> None:
    mortal.start(BLOK_FAULT=place)
    ann = mortal.newcomer(name)
    ann.create("greeting")
    saga_id = ann.submit("greeting", "1.0.0", greeting()).json()["saga_id"]
    mortal.wait_dead()
    mortal.start()
    saga = ann.wait_for_saga(saga_id)
    assert saga["state"] == "completed", saga
    versions = ann.http.get(f"/api/packages/{name}/greeting/versions").json()
    assert [version["state"] for version in versions] == ["published"]
    types = [change["type"] for change in ann.http.get(f"/api/packages/{name}/greeting/history").json()]
    assert len(types) == len(set(types)), "a step that was repeated left its event twice"
    eventually(lambda: mortal.client().get("/api/search", params={"owner": name}).json()["total"] == 1)
    mortal.kill()


def test_a_compensation_that_is_killed_goes_on_after_the_restart(mortal: Hub, name: str) -> None:
    mortal.start(BLOK_FAULT="saga.dry-run.compensate", BLOK_RUN_SECONDS="1")
    ann = mortal.newcomer(name)
    ann.create("endless")
    endless = {
        "name": "Endless",
        "version": "1.0.0",
        "trigger": {"http": {"method": "GET", "path": "/"}},
        "steps": [
            {"id": "loop", "loop": {"while": "true", "maxIterations": 100_000_000, "do": [_tick()]}},
        ],
    }
    before = ann.http.get(f"/api/packages/{name}/endless/versions").json()
    saga_id = ann.submit("endless", "1.0.0", endless).json()["saga_id"]
    mortal.wait_dead()
    mortal.start(BLOK_RUN_SECONDS="1")
    saga = ann.wait_for_saga(saga_id)
    assert saga["state"] == "compensated", saga
    assert {step["name"]: step["state"] for step in saga["steps"]}["dry-run"] == "failed"
    assert ann.http.get(f"/api/packages/{name}/endless/versions").json() == before
    ann.publish("endless", "1.0.0", greeting())
    mortal.kill()


def _tick() -> dict[str, object]:
    return {"id": "tick", "use": "@blokjs/expr", "inputs": {"expression": "1 + 1"}}


def test_read_tables_that_were_dropped_come_back_byte_for_byte(
    mortal: Hub, name: str, tmp_path: Path
) -> None:
    import subprocess
    import sys

    import psycopg

    mortal.start()
    ann = mortal.newcomer(name)
    ann.create("greeting", tags=["a", "b"])
    ann.publish("greeting", "1.0.0", greeting())
    ann.publish("greeting", "1.1.0", greeting("Hi"))
    ann.http.post(f"/api/packages/{name}/greeting/versions/1.1.0/yank", json={"reason": "typo"})
    ann.http.post(f"/api/packages/{name}/greeting/fork", json={"name": "salute"})
    base = f"/api/packages/{name}"
    paths = ["", "/versions", "/lineage", "/history", "/versions/1.0.0", "/versions/latest/definition"]
    addresses = [f"{base}/greeting{path}" for path in paths] + [
        f"{base}/salute",
        f"/api/packages?owner={name}",
    ]
    ann.wait_for_saga(ann.submit("salute", "1.0.0").json()["saga_id"])
    before = [ann.http.get(address).content for address in addresses]
    mortal.stop()

    with psycopg.connect(mortal.environment["BLOK_POSTGRES_URL"], autocommit=True) as connection:
        connection.execute("TRUNCATE content.packages, content.versions")
    command = [sys.executable, "-m", "blok.cli.main", "hub", "rebuild", "content"]
    done = subprocess.run(command, env=mortal.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    mortal.environment["BLOK_CACHE_TTL"] = "0.001"
    mortal.start()
    ann.sign_in()
    assert [ann.http.get(address).content for address in addresses] == before
    done = subprocess.run(
        [*command[:-1], "search"], env=mortal.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    eventually(
        lambda: mortal.client().get("/api/search", params={"owner": name}).json()["total"] == 2, seconds=20
    )
    mortal.stop()


def test_ctrl_c_ends_the_hub_with_success(mortal: Hub, name: str) -> None:
    mortal.start()
    ann = mortal.newcomer(name)
    ann.create("greeting")
    ann.publish("greeting", "1.0.0", greeting())
    assert mortal.stop() == 0
    assert "Traceback" not in mortal.log.read_text().rpartition("database migrated")[2]
