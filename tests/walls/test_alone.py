"""A service can be loaded alone: nothing of a stranger but its contract comes with it.

The linter cannot see this, since the apps may import any service; a fresh interpreter can.
"""

import json
import subprocess
import sys

import pytest

from blokhub.apps.addresses import PROCESSES
from blokhub.apps.services import NAMES

_LOADED = "print(json.dumps(sorted(name for name in sys.modules if name.startswith('blokhub.'))))"
_SERVICE = f"""
import json, sys
from blokhub.apps.services import load_service
load_service(sys.argv[1])
{_LOADED}
"""
_PROCESS = f"""
import asyncio, json, sys
from blokhub import cli
from blokhub.apps.starting import deployable
from blokhub.infra.settings import Settings
async def load():
    urls = dict(postgres_url="postgresql://nobody@nowhere/x", valkey_url="redis://nowhere")
    deployable(sys.argv[1], Settings(secret="x" * 32, service_urls="users=http://nowhere", **urls))
asyncio.run(load())
{_LOADED}
"""


def _modules_of(service: str, script: str = _SERVICE) -> list[str]:
    command = [sys.executable, "-c", script, service]
    loaded: list[str] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return loaded


def _strangers(loaded: list[str], service: str) -> list[str]:
    """What was loaded of other services beyond their contracts."""
    others = tuple(f"blokhub.services.{name}." for name in NAMES if name != service)
    return [module for module in loaded if module.startswith(others) and module.split(".")[3] != "contract"]


@pytest.mark.parametrize("service", NAMES)
def test_a_service_loads_alone(service: str) -> None:
    loaded = _modules_of(service)
    assert _strangers(loaded, service) == []
    assert not any(module.startswith("blokhub.gateway") for module in loaded)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_that_runs_apart_loads_its_own_code_alone(process: str) -> None:
    loaded = _modules_of(process, _PROCESS)
    assert _strangers(loaded, process) == []
    assert any(module.startswith("blokhub.gateway") for module in loaded) == (process == "gateway")
    if process in NAMES:
        assert f"blokhub.services.{process}.service" in loaded


def test_the_runtime_loads_without_the_hub() -> None:
    script = (
        "import sys, blok.cli.main, blok.server, blok.runner; print([m for m in sys.modules if 'blokh' in m])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
