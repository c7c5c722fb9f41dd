"""The commands of the client stand beside those of the runtime."""

import subprocess
import sys

import pytest
from tests.unit.blok.cli.hub_client.conftest import Terminal

ACCOUNT = ("login", "logout", "whoami", "register")
READING = ("search", "show", "versions", "lineage")
WRITING = ("publish", "install", "fork", "yank", "deprecate")
COMMANDS = (*ACCOUNT, *READING, *WRITING)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_names_its_options(blok: Terminal, command: str) -> None:
    said = blok(command, "--help")
    assert said.code == 0
    assert "--hub" in said.out
    assert "--json" in said.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_the_commands(blok: Terminal, shell: str) -> None:
    script = blok("completion", shell).out
    assert [command for command in COMMANDS if command not in script] == []


def test_the_client_is_loaded_only_when_it_is_used() -> None:
    program = "import sys; from blok.cli.main import build_app; build_app(); print('httpx' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"
