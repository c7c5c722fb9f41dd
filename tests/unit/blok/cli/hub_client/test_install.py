"""Installing: files are what their digests say, the lock file is obeyed, and nobody's work is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.blok.cli.hub_client.conftest import Terminal
from tests.unit.blok.cli.hub_client.small_hub import Answer, Request, SmallHub
from tests.unit.blok.cli.hub_client.test_package_file import HELLO

from blok.cli.hub_client.lock import read_lock
from blok.workflow import digest, export, parse


def offer(hub: SmallHub, definition: dict[str, Any], *, version: str = "1.0.0", **fields: Any) -> None:
    """Make the hub have ada/hello at `version`."""
    path = "/api/packages/ada/hello"
    facts = {"kind": "workflow", "latest": version, "deprecated": "", "version_count": 1, **fields}
    hub.answer("GET", path, facts)
    view = {"version": version, "digest": digest(definition), "yanked": fields.get("yanked")}
    hub.answer("GET", f"{path}/versions/{version}", view)
    hub.answer("GET", f"{path}/versions/latest", view)

    def file(request: Request) -> Answer:
        return 200, export(definition, request.query["format"][0]), {"content-type": "text/plain"}  # type: ignore[arg-type]

    hub.on("GET", f"{path}/versions/{version}/definition", file)


@pytest.fixture(autouse=True)
def _hub(small_hub: SmallHub, monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    offer(small_hub, HELLO)
    monkeypatch.setenv("BLOK_HUB", small_hub.url)


def installed(project: Path, file: str = "workflows/json/hello.json") -> Any:
    text = (project / file).read_text()
    return parse(text, Path(file).suffix[1:])  # type: ignore[arg-type]


def test_a_package_becomes_a_file_and_a_line_in_the_lock(
    blok: Terminal, project: Path, small_hub: SmallHub
) -> None:
    said = blok("install", "ada/hello")
    assert said.out == "installed  ada/hello 1.0.0  workflows/json/hello.json\n"
    assert installed(project) == HELLO
    (entry,) = read_lock(project).values()
    assert (entry.package, entry.version, entry.hub) == ("ada/hello", "1.0.0", small_hub.url)
    assert entry.digest == f"sha256:{digest(HELLO)}"


@pytest.mark.parametrize("encoding", ["yaml", "toml"])
def test_the_encoding_can_be_chosen_and_the_digest_stays(
    blok: Terminal, project: Path, encoding: str
) -> None:
    assert blok("install", "ada/hello", "--format", encoding).code == 0
    assert installed(project, f"workflows/{encoding}/hello.{encoding}") == HELLO
    assert read_lock(project)["ada/hello"].digest == f"sha256:{digest(HELLO)}"


def test_a_file_that_is_not_what_the_hub_names_is_refused(
    blok: Terminal, project: Path, small_hub: SmallHub
) -> None:
    path = "/api/packages/ada/hello/versions/1.0.0/definition"
    small_hub.answer("GET", path, json.dumps({**HELLO, "name": "Evil"}))
    said = blok("install", "ada/hello")
    assert said.code == 1
    assert "Nothing was written" in said.err
    assert not (project / "workflows/json/hello.json").exists()
    assert not (project / "blok.lock").exists()


def test_without_arguments_the_lock_is_restored_exactly(
    blok: Terminal, project: Path, small_hub: SmallHub
) -> None:
    blok("install", "ada/hello")
    lock = (project / "blok.lock").read_text()
    (project / "workflows/json/hello.json").unlink()
    offer(small_hub, {**HELLO, "name": "Newer"}, version="1.1.0")
    said = blok("install")
    assert said.out == " restored  ada/hello 1.0.0  workflows/json/hello.json\n"
    assert installed(project) == HELLO
    assert (project / "blok.lock").read_text() == lock


def test_a_hub_that_changed_a_version_is_refused(blok: Terminal, project: Path, small_hub: SmallHub) -> None:
    blok("install", "ada/hello")
    (project / "workflows/json/hello.json").unlink()
    offer(small_hub, {**HELLO, "name": "Evil"})
    said = blok("install")
    assert said.code == 1
    assert "is not what was installed" in said.err
    assert not (project / "workflows/json/hello.json").exists()


def test_what_is_there_already_is_not_fetched_again(
    blok: Terminal, project: Path, small_hub: SmallHub
) -> None:
    blok("install", "ada/hello")
    small_hub.requests.clear()
    assert blok("install").out == "unchanged  ada/hello 1.0.0  workflows/json/hello.json\n"
    assert small_hub.requests == []


def test_a_file_changed_by_hand_is_kept_beside_the_restored_one(blok: Terminal, project: Path) -> None:
    blok("install", "ada/hello")
    mine = json.dumps({**HELLO, "name": "Mine"})
    (project / "workflows/json/hello.json").write_text(mine)
    said = blok("install")
    assert "kept as _hello.json.mine" in said.out
    assert installed(project) == HELLO
    assert (project / "workflows/json/_hello.json.mine").read_text() == mine


def test_an_update_replaces_the_file_and_the_line(blok: Terminal, project: Path, small_hub: SmallHub) -> None:
    blok("install", "ada/hello")
    newer = {**HELLO, "name": "Newer"}
    offer(small_hub, newer, version="1.1.0")
    assert blok("install", "ada/hello").out == "  updated  ada/hello 1.1.0  workflows/json/hello.json\n"
    assert installed(project) == newer
    assert read_lock(project)["ada/hello"].version == "1.1.0"


def test_a_file_that_blok_did_not_install_is_not_replaced(blok: Terminal, project: Path) -> None:
    mine = project / "workflows/json/hello.json"
    mine.write_text('{"name": "mine"}')
    said = blok("install", "ada/hello")
    assert said.code == 2
    assert "--force" in said.err
    assert mine.read_text() == '{"name": "mine"}'
    assert blok("install", "ada/hello", "--force").code == 0
    assert installed(project) == HELLO


def test_the_place_can_be_chosen_inside_the_project_only(blok: Terminal, project: Path) -> None:
    assert blok("install", "ada/hello", "--file", "workflows/greet.yaml").code == 0
    assert installed(project, "workflows/greet.yaml") == HELLO
    assert blok("install", "ada/hello", "--file", "../elsewhere.json").code == 2


def test_a_lock_file_that_points_outside_of_the_project_is_not_trusted(blok: Terminal, project: Path) -> None:
    blok("install", "ada/hello")
    lock = project / "blok.lock"
    lock.write_text(lock.read_text().replace("workflows/json/hello.json", "../../.bashrc.json"))
    said = blok("install")
    assert said.code == 1
    assert "outside of the project" in said.err


@pytest.mark.parametrize("content", ["format = 99\n", "not toml", 'format = 1\n[[package]]\nname = "x"\n'])
def test_a_lock_file_that_cannot_be_read_is_named(blok: Terminal, project: Path, content: str) -> None:
    (project / "blok.lock").write_text(content)
    said = blok("install")
    assert said.code == 1
    assert "blok.lock" in said.err


def test_yanked_and_deprecated_are_told(blok: Terminal, small_hub: SmallHub) -> None:
    offer(small_hub, HELLO, yanked="it loses mail", deprecated="use bob/hello")
    said = blok("install", "ada/hello@1.0.0")
    assert "this version was yanked: it loses mail" in said.out
    assert "deprecated: use bob/hello" in said.out


def test_a_package_without_an_offered_version_is_told_apart(blok: Terminal, small_hub: SmallHub) -> None:
    offer(small_hub, HELLO, latest=None)
    assert "Every version of ada/hello was yanked" in blok("install", "ada/hello").err
    offer(small_hub, HELLO, latest=None, version_count=0)
    assert "no published version yet" in blok("install", "ada/hello").err


def test_programs_get_json(blok: Terminal, project: Path) -> None:
    answer = json.loads(blok("install", "ada/hello", "--json").out)
    assert answer["root"] == str(project)
    assert answer["packages"][0]["change"] == "installed"
