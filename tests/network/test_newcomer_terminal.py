"""The main job at a terminal, by someone who has never been here: every command is a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.hub import PASSWORD, Hub, eventually, greeting


class Terminal:
    """A person at a shell, in a folder and with a home of their own."""

    def __init__(self, hub: Hub, home: Path, handle: str) -> None:
        self.handle = handle
        self.folder = home / "project"
        self.folder.mkdir(parents=True)
        (self.folder / "blok.toml").touch()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BLOK_")}
        self.environment = {
            **kept,
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "BLOK_HUB": hub.url,
            "BLOK_PASSWORD": PASSWORD,
            "COLUMNS": "160",
        }

    def blok(self, *words: str, code: int = 0, **environment: str) -> str:
        """Run a command that is to end with `code`; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "blok.cli.main", *words],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == code, f"blok {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stdout if code == 0 else done.stderr

    def read(self, *words: str) -> Any:
        """Run a command with --json."""
        return json.loads(self.blok(*words, "--json"))

    def write(self, file: str, definition: dict[str, Any]) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(definition, indent=2))


@pytest.fixture
def ann(hub: Hub, tmp_path: Path, name: str) -> Iterator[Terminal]:
    terminal = Terminal(hub, tmp_path / "ann", name)
    terminal.blok("register", name, "--email", f"{name}@example.org")
    yield terminal


@pytest.fixture
def bob(hub: Hub, tmp_path: Path, name: str) -> Iterator[Terminal]:
    terminal = Terminal(hub, tmp_path / "bob", f"{name}-bob")
    terminal.blok("register", f"{name}-bob", "--email", f"{name}-bob@example.org")
    yield terminal


def test_a_newcomer_publishes_finds_runs_forks_and_yanks(ann: Terminal, bob: Terminal) -> None:
    greets = f"{ann.handle}/greets"
    assert ann.read("whoami")["handle"] == ann.handle

    ann.write("workflows/json/greets.json", {**greeting(), "name": f"Greets {ann.handle}"})
    published = ann.blok("publish", "workflows/json/greets.json", "--tag", "greeting")
    assert published.startswith(f"Published {greets} 1.0.0")

    (hit,) = eventually(lambda: bob.read("search", ann.handle)["hits"], seconds=2)
    assert (hit["owner"], hit["name"], hit["tags"]) == (ann.handle, "greets", ["greeting"])

    run = bob.read("run", greets, "--query", "name=Zoe")
    assert run["response"]["body"] == {"message": "Hello Zoe"}
    assert [(step["step"], step["error"]) for step in run["trace"]] == [("greet", None)]
    assert "Hello Zoe" in bob.blok("run", greets, "--query", "name=Zoe", "--trace")

    bob.blok("fork", greets, "--name", "salutes")
    file = "workflows/json/salutes.json"
    bob.blok("publish", file)
    bob.write(file, greeting("Salute, ${ctx.request.query.name}!"))
    bob.blok("publish", file, "--version", "1.0.1", "--changelog", "Friendlier.")
    salutes = f"{bob.handle}/salutes"
    assert bob.read("run", salutes, "--query", "name=Zoe")["response"]["body"] == {"message": "Salute, Zoe!"}

    versions = ann.read("versions", salutes)
    assert [(each["version"], each["changelog"]) for each in versions] == [
        ("1.0.1", "Friendlier."),
        ("1.0.0", ""),
    ]
    assert ann.blok("lineage", salutes).split() == [
        *(f"{greets}@1.0.0", "Greets", ann.handle),
        *("└──", salutes),
    ]
    assert [each["name"] for each in ann.read("lineage", greets)["forks"]] == ["salutes"]

    bob.blok("yank", f"{salutes}@1.0.1", "--reason", "too friendly")
    assert "yanked: too friendly" in ann.blok("versions", salutes)
    assert ann.read("show", salutes)["latest"] == "1.0.0"
    assert ann.read("run", salutes, "--query", "name=Zoe")["response"]["body"] == {"message": "Hello Zoe"}


def test_what_is_installed_runs_here_and_is_restored_from_its_lock(ann: Terminal, bob: Terminal) -> None:
    ann.write("greets.json", greeting())
    ann.blok("publish", "greets.json")
    greets = f"{ann.handle}/greets"
    bob.blok("install", greets, "--format", "yaml")
    local = bob.read("run", "workflows/yaml/greets.yaml", "--query", "name=Zoe")
    assert local["body"] == {"message": "Hello Zoe"}

    ann.write("greets.json", greeting("Hi ${ctx.request.query.name}"))
    ann.blok("publish", "greets.json", "--bump", "minor")
    ann.blok("yank", f"{greets}@1.0.0")
    (bob.folder / "workflows/yaml/greets.yaml").unlink()
    assert bob.read("install")["packages"][0]["version"] == "1.0.0"
    assert bob.read("run", "workflows/yaml/greets.yaml", "--query", "name=Zoe")["body"] == local["body"]

    bob.blok("install", greets)
    assert bob.read("run", "workflows/yaml/greets.yaml", "--query", "name=Zoe")["body"] == {
        "message": "Hi Zoe"
    }
    lock = bob.folder / "blok.lock"
    lock.write_text(lock.read_text().replace('digest = "sha256:', 'digest = "sha256:0'))
    (bob.folder / "workflows/yaml/greets.yaml").unlink()
    assert "is not what was installed" in bob.blok("install", code=1)


def test_refusals_say_what_to_do_next(ann: Terminal, bob: Terminal) -> None:
    assert "blok publish" in ann.blok("publish", code=2)
    ann.write("greets.json", greeting())
    ann.blok("publish", "greets.json", "--visibility", "private")
    assert "404 not_found" in bob.blok("show", f"{ann.handle}/greets", code=4)
    assert "is published already" in ann.blok("publish", "greets.json", code=2)
    assert "/tags/0" in ann.blok("publish", "greets.json", "--bump", "patch", "--tag", "Not A Tag", code=1)
    unknown = {**greeting(), "steps": [{"id": "a", "use": "no-such-node", "inputs": {}}]}
    ann.write("broken.json", unknown)
    assert "no-such-node" in ann.blok("publish", "broken.json", code=1)
    ann.blok("logout")
    assert "blok login" in ann.blok("publish", "greets.json", "--bump", "patch", code=3)
    wrong = ann.blok("login", ann.handle, code=3, BLOK_PASSWORD="wrong")
    assert "wrong_credentials" in wrong
    ann.blok("login", ann.handle)
    assert ann.read("whoami")["handle"] == ann.handle


def test_a_workflow_that_answers_with_an_error_ends_with_one(ann: Terminal) -> None:
    failing = greeting()
    failing["steps"][0]["inputs"] = {"status": 418, "body": {"error": "teapot"}}
    ann.write("fails.json", failing)
    ann.blok("publish", "fails.json")
    assert "418" in ann.blok("run", f"{ann.handle}/fails", code=1)
