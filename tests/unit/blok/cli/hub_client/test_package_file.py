"""What a file becomes when it is published: the author's word first, then what the file suggests."""

import json
from pathlib import Path
from typing import Any

import pytest

from blok.cli.hub_client.package_file import read_package
from blok.cli.hub_client.problems import ClientError

HELLO: dict[str, Any] = {
    "name": "Hello there",
    "version": "1.0.0",
    "description": "Greets whoever asks.",
    "trigger": {"http": {"method": "GET", "path": "/"}},
    "steps": [{"id": "answer", "use": "@blokjs/respond", "inputs": {"body": "hi"}}],
}


def write(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_file_proposes_what_it_says_of_itself(tmp_path: Path) -> None:
    file = read_package(write(tmp_path / "SayHello.json", HELLO), {})
    assert file.metadata == {"title": "Hello there", "summary": "Greets whoever asks."}
    assert [file.get(name) for name in ("name", "kind", "version")] == ["say-hello", "workflow", "1.0.0"]
    assert file.wanted == {}


def test_the_file_beside_it_and_then_the_options_decide(tmp_path: Path) -> None:
    write(tmp_path / "blok.package.json", {"title": "Theirs", "tags": ["a"], "version": "2.0.0"})
    write(tmp_path / "README.md", "# Hello")
    file = read_package(write(tmp_path / "hello.json", HELLO), {"title": "Ours"})
    assert file.metadata == {
        "title": "Ours",
        "summary": "Greets whoever asks.",
        "readme": "# Hello",
        "tags": ["a"],
    }
    assert file.get("version") == "2.0.0"


def test_a_readme_of_the_same_name_comes_before_the_folders(tmp_path: Path) -> None:
    write(tmp_path / "README.md", "the folder")
    write(tmp_path / "hello.md", "the file")
    assert read_package(write(tmp_path / "hello.json", HELLO), {}).get("readme") == "the file"


def test_a_folder_with_one_workflow_is_that_workflow(tmp_path: Path) -> None:
    write(tmp_path / "hello.json", HELLO)
    write(tmp_path / "hello.examples.json", [])
    write(tmp_path / "blok.package.json", {"name": "greeter"})
    assert read_package(tmp_path, {}).get("name") == "greeter"


def test_a_folder_with_several_needs_a_word(tmp_path: Path) -> None:
    write(tmp_path / "a.json", HELLO)
    write(tmp_path / "b.json", HELLO)
    with pytest.raises(ClientError, match=r"2 workflow files: a\.json, b\.json"):
        read_package(tmp_path, {})
    write(tmp_path / "blok.package.json", {"definition": "b.json", "title": "B"})
    assert read_package(tmp_path, {}).path.name == "b.json"
    assert read_package(tmp_path / "b.json", {}).get("title") == "B"
    assert read_package(tmp_path / "a.json", {}).get("title") == "Hello there"


def test_unknown_settings_are_named(tmp_path: Path) -> None:
    write(tmp_path / "blok.package.json", {"titel": "x"})
    with pytest.raises(ClientError, match="titel") as refused:
        read_package(write(tmp_path / "hello.json", HELLO), {})
    assert "title" in refused.value.fix


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('{\n  "name": "x",\n  "steps": [,]\n}', r"hello\.json:3:"),
        (json.dumps({**HELLO, "steps": [{"use": "x"}]}, indent=1), r"hello\.json:\d+:\d+: "),
        ("[]", "holds no object"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ClientError, match=place):
        read_package(write(Path("hello.json"), content), {})


def test_a_description_with_inputs_and_outputs_is_a_node(tmp_path: Path) -> None:
    node = {"name": "add", "description": "Adds.", "input": {"type": "object"}, "output": {"type": "number"}}
    assert read_package(write(tmp_path / "add.json", node), {}).get("kind") == "node"


def test_examples_beside_a_file_come_along_in_the_words_of_the_hub(tmp_path: Path) -> None:
    example = {
        "name": "greets",
        "request": {"query": {"name": "Ada"}, "cookies": {}},
        "expect": {"body": "hi"},
        "fixtures": [{"url": "https://example.com"}],
    }
    partly = {"request": {"method": "POST"}, "expect": {"status": 201, "body_subset": {"id": 1}}}
    elsewhere = {"expect": {}, "env": {"KEY": "only here"}}
    write(tmp_path / "hello.examples.json", {"examples": [example, partly, elsewhere]})
    assert read_package(write(tmp_path / "hello.json", HELLO), {}).examples == [
        {
            "name": "greets",
            "request": {"query": {"name": "Ada"}},
            "response": {"status": 200, "body": "hi"},
            "fixtures": [{"url": "https://example.com"}],
        },
        {
            "name": "example 2",
            "request": {"method": "POST"},
            "response": {"status": 201},
            "fixtures": [],
        },
    ]


def test_a_folder_keeps_its_examples_in_a_file_of_their_own(tmp_path: Path) -> None:
    write(tmp_path / "workflow.json", HELLO)
    write(tmp_path / "examples.json", [{"name": "greets", "request": {}, "response": None, "fixtures": []}])
    assert read_package(tmp_path, {}).examples == [{"name": "greets", "request": {}, "fixtures": []}]


@pytest.mark.parametrize("content", ["{", '{"examples": 1}', "[1]"])
def test_examples_that_cannot_be_read_are_named(tmp_path: Path, content: str) -> None:
    write(tmp_path / "examples.json", content)
    with pytest.raises(ClientError, match=r"examples\.json"):
        read_package(write(tmp_path / "hello.json", HELLO), {})
