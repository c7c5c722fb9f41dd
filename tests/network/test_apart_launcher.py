"""`blok hub up --apart`: one command for every process, and the newcomer's journeys through them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

# The journeys are the same functions that run against a hub in one process.
from tests.network.test_newcomer import *  # noqa: F403
from tests.network.test_newcomer_terminal import *  # noqa: F403
from tests.support.hub import Hub, eventually

from blokhub.apps.addresses import PROCESSES
from blokhub.engines import EngineUrls

_SMALL = {"BLOK_RUN_WORKERS": "1"}


@pytest.fixture(scope="module")
def hub(engines: EngineUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that runs apart, in the place of the one that other tests share."""
    running = Hub(engines, tmp_path_factory.mktemp("up"), "up_apart", ["--apart"], **_SMALL).start()
    try:
        yield running
    finally:
        running.stop()


def _processes(hub: Hub) -> dict[str, psutil.Process]:
    assert hub.process is not None
    found = {}
    for process in psutil.Process(hub.process.pid).children():
        with suppress(psutil.Error):  # it may end at this very moment
            words = process.cmdline()
            if "serve" in words:
                found[words[words.index("serve") + 1]] = process
    return found


def test_every_service_the_relay_and_the_gateway_are_processes(hub: Hub) -> None:
    assert set(_processes(hub)) == set(PROCESSES)


@pytest.mark.parametrize("name_of_process", ["content", "gateway"])
def test_a_process_that_dies_is_started_again(hub: Hub, name_of_process: str) -> None:
    victim = _processes(hub)[name_of_process]
    victim.kill()
    eventually(lambda: _processes(hub).get(name_of_process, victim) != victim)
    hub.wait_ready()
    assert hub.client().get("/api/pages/home").json()["degraded"] == []


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_no_process_is_left_when_the_launcher_ends(engines: EngineUrls, tmp_path: Path, how: str) -> None:
    hub = Hub(engines, tmp_path, "up_apart", ["--apart", "--replicas", "search=2"], **_SMALL).start()
    assert hub.process is not None
    children = psutil.Process(hub.process.pid).children(recursive=True)
    assert len([child for child in children if "serve" in child.cmdline()]) == len(PROCESSES) + 1
    if how == "stopped":
        assert hub.stop() == 0
        assert "Traceback" not in hub.log.read_text()
    else:
        hub.kill()
    eventually(lambda: not [child for child in children if _runs(child)], seconds=20)


def test_a_port_that_a_service_needs_and_another_has_is_told_before_anything_starts(hub: Hub) -> None:
    command = [sys.executable, "-m", "blok.cli.main", "hub", "up", "--apart", f"--port={hub.port - 1}"]
    done = subprocess.run(command, env=hub.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Port {hub.port + 100}" in done.stderr


def test_replicas_are_for_a_hub_that_runs_apart(hub: Hub) -> None:
    command = [sys.executable, "-m", "blok.cli.main", "hub", "up", "--replicas", "content=2"]
    done = subprocess.run(command, env=hub.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "--apart" in done.stderr


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
