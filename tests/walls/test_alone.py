"""A service can be loaded alone: nothing of a stranger but its contract comes with it.

The linter cannot see this, since the apps may import any service; a fresh interpreter can.
"""

import json
import subprocess
import sys

import pytest

from blokhub.apps.services import NAMES

_SCRIPT = """
import json, sys
from blokhub.apps.services import load_service
load_service(sys.argv[1])
print(json.dumps(sorted(name for name in sys.modules if name.startswith("blokhub."))))
"""


def _modules_of(service: str) -> list[str]:
    command = [sys.executable, "-c", _SCRIPT, service]
    loaded: list[str] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return loaded


@pytest.mark.parametrize("service", NAMES)
def test_a_service_loads_alone(service: str) -> None:
    loaded = _modules_of(service)
    others = [f"blokhub.services.{name}." for name in NAMES if name != service]
    strangers = [
        module for module in loaded if module.startswith(tuple(others)) and module.split(".")[3] != "contract"
    ]
    assert strangers == []
    assert not any(module.startswith("blokhub.gateway") for module in loaded)


def test_the_runtime_loads_without_the_hub() -> None:
    script = (
        "import sys, blok.cli.main, blok.server, blok.runner; print([m for m in sys.modules if 'blokh' in m])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
