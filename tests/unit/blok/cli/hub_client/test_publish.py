"""Publishing: what is sent, and what is told of the way it takes."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.blok.cli.hub_client.conftest import Terminal
from tests.unit.blok.cli.hub_client.small_hub import SmallHub
from tests.unit.blok.cli.hub_client.test_package_file import HELLO

from blok.cli.hub_client.sessions import Sessions
from blok.workflow import digest

STEPS = ("validate", "dry-run", "publish", "index")
PACKAGE = "/api/packages/ada/hello"


def saga(done: int, state: str = "running", **members: Any) -> dict[str, Any]:
    states = ["completed"] * done + ["running" if state == "running" else "waiting"] * (len(STEPS) - done)
    steps = [{"name": name, "state": each} for name, each in zip(STEPS, states, strict=True)]
    return {"id": "s1", "kind": "content.publish", "state": state, "steps": steps, **members}


@pytest.fixture
def file(project: Path) -> Path:
    path = project / "workflows" / "json" / "hello.json"
    path.write_text(json.dumps(HELLO))
    return path


@pytest.fixture
def accepting(small_hub: SmallHub, signed_in: Sessions) -> SmallHub:
    """A hub on which the publication takes a few looks to complete."""
    small_hub.answer("POST", "/api/packages", {"owner": "ada", "name": "hello"}, 201)
    small_hub.answer("PATCH", PACKAGE, {})
    small_hub.answer("POST", f"{PACKAGE}/versions", {"saga_id": "s1"}, 202)
    progress = [saga(0), saga(2), saga(4, "completed")]
    small_hub.on(
        "GET", "/api/sagas/s1", lambda _: (200, progress.pop(0) if len(progress) > 1 else progress[0], {})
    )
    return small_hub


def test_a_new_package_is_made_and_its_steps_are_shown(
    blok: Terminal, accepting: SmallHub, file: Path
) -> None:
    said = blok("publish", file, "--tag", "demo", "--category", "automation")
    assert (said.code, said.out) == (0, f"Published ada/hello 1.0.0  {accepting.url}\n")
    assert said.err.split("\n") == ["Publishing ada/hello 1.0.0", *(f"✓ {step}" for step in STEPS), ""]
    assert accepting.asked("POST", "/api/packages")[0].json == {
        "kind": "workflow",
        "name": "hello",
        "title": "Hello there",
        "summary": "Greets whoever asks.",
        "category": "automation",
        "tags": ["demo"],
    }
    assert accepting.asked("POST", f"{PACKAGE}/versions")[0].json == {
        "version": "1.0.0",
        "changelog": "",
        "definition": file.read_text(),
        "format": "json",
    }


def test_programs_get_the_digest_and_the_saga(blok: Terminal, accepting: SmallHub, file: Path) -> None:
    said = blok("publish", file, "--json")
    answer = json.loads(said.out)
    assert answer["digest"] == f"sha256:{digest(HELLO)}"
    assert answer["saga"]["state"] == "completed"
    assert said.err == ""


def known(hub: SmallHub, *versions: str) -> None:
    """Make the hub know the package, with the `versions` published or (written with a !) yanked."""
    hub.answer("GET", PACKAGE, {"title": "Old", "summary": "Old.", "tags": [], "readme": ""})
    listed = [
        {"version": each.rstrip("!"), "state": "yanked" if each.endswith("!") else "published"}
        for each in versions
    ]
    hub.answer("GET", f"{PACKAGE}/versions", [*listed, {"version": "9.0.0", "state": "withdrawn"}])


def test_only_what_the_author_decided_changes_a_known_package(
    blok: Terminal, accepting: SmallHub, file: Path
) -> None:
    known(accepting, "1.0.0")
    said = blok("publish", file, "--bump", "minor", "--title", "New", "--changelog", "More.")
    assert said.code == 0
    assert accepting.asked("POST", "/api/packages") == []
    assert [each.json for each in accepting.asked("PATCH", PACKAGE)] == [{"title": "New"}]
    sent = accepting.asked("POST", f"{PACKAGE}/versions")[0].json
    assert (sent["version"], sent["changelog"]) == ("1.1.0", "More.")


def test_a_version_that_is_out_already_asks_for_a_decision(
    blok: Terminal, accepting: SmallHub, file: Path
) -> None:
    known(accepting, "1.0.0")
    said = blok("publish", file)
    assert said.code == 2
    assert "--bump patch (that is 1.0.1)" in said.err
    assert accepting.asked("POST", f"{PACKAGE}/versions") == []


@pytest.mark.parametrize(
    ("versions", "next_one"),
    [
        (["1.0.0", "1.9.0", "1.10.0"], "1.10.1"),
        (["1.0.0", "1.1.0!"], "1.1.1"),
        (["1.0.0!"], "1.0.1"),
        ([], "1.0.0"),
    ],
)
def test_the_next_version_follows_the_highest_even_if_that_was_yanked(
    blok: Terminal, accepting: SmallHub, file: Path, versions: list[str], next_one: str
) -> None:
    known(accepting, *versions)
    assert blok("publish", file, "--bump", "patch").code == 0
    assert accepting.asked("POST", f"{PACKAGE}/versions")[0].json["version"] == next_one


def test_a_failed_publication_says_where_and_why(blok: Terminal, accepting: SmallHub, file: Path) -> None:
    failed = saga(1, "compensated")
    failed["steps"][1] |= {"state": "failed", "error": {"detail": "The hub has no node x."}}
    accepting.answer("GET", "/api/sagas/s1", failed)
    said = blok("publish", file)
    assert said.code == 1
    assert 'at the step "dry-run": The hub has no node x.' in said.err
    assert "✗ dry-run" in said.err


def test_a_hub_that_restarts_meanwhile_is_waited_for(blok: Terminal, accepting: SmallHub, file: Path) -> None:
    answers: list[Any] = [(200, saga(1), {}), (502, "<html>", {"content-type": "text/html"})]
    done = (200, saga(4, "completed"), {})
    accepting.on("GET", "/api/sagas/s1", lambda _: answers.pop(0) if answers else done)
    assert blok("publish", file).code == 0
    assert answers == []


def test_the_text_of_a_file_is_sent_as_it_is_written(
    blok: Terminal, accepting: SmallHub, project: Path
) -> None:
    yaml = project / "hello.yaml"
    yaml.write_text("name: Hello  # a remark\nversion: 1.0.0\nsteps:\n- id: a\n  use: '@blokjs/respond'\n")
    assert blok("publish", yaml).code == 0
    sent = accepting.asked("POST", f"{PACKAGE}/versions")[0].json
    assert (sent["definition"], sent["format"]) == (yaml.read_text(), "yaml")


def test_xml_is_sent_as_an_object(blok: Terminal, accepting: SmallHub, project: Path) -> None:
    xml = project / "hello.xml"
    xml.write_text(
        "<workflow><name>Hello</name><version>1.0.0</version>"
        "<steps><id>answer</id><use>@blokjs/respond</use></steps></workflow>"
    )
    assert blok("publish", xml).code == 0
    sent = accepting.asked("POST", f"{PACKAGE}/versions")[0].json
    assert sent["definition"]["steps"] == [{"id": "answer", "use": "@blokjs/respond"}]
    assert "format" not in sent


def test_a_dry_run_sends_nothing_and_needs_no_account(
    blok: Terminal, small_hub: SmallHub, file: Path
) -> None:
    said = blok("publish", file, "--dry-run", "--hub", small_hub.url)
    assert json.loads(said.out)["name"] == "hello"
    assert small_hub.requests == []


def test_a_broken_file_is_refused_before_anything_is_sent(
    blok: Terminal, accepting: SmallHub, file: Path
) -> None:
    file.write_text('{"name": "x"')
    said = blok("publish", file)
    assert said.code == 1
    assert "hello.json:1:" in said.err
    assert accepting.requests == []


def test_examples_beside_the_file_are_sent_along(blok: Terminal, accepting: SmallHub, file: Path) -> None:
    example = {"name": "greets", "request": {}, "response": {"status": 200, "body": "hi"}, "fixtures": []}
    file.with_name("examples.json").write_text(json.dumps([example]))
    assert blok("publish", file).code == 0
    assert accepting.asked("POST", f"{PACKAGE}/versions")[0].json["examples"] == [example]
