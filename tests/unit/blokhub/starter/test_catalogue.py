"""The starter catalogue: every package is complete, fits the hub's rules, and does what its examples say."""

import re
from collections.abc import Callable
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from blok.lint import lint_text
from blok.nodes import GlobalError
from blok.nodes.registry import NodeRegistry, host_node
from blok.runner import SandboxPolicy, execute
from blok.workflow import detect_generation
from blokhub.apps.starter import catalogue, read_examples, read_package
from blokhub.infra.sandbox import recordings
from blokhub.services.content.api.shapes import NewPackage
from blokhub.services.content.contract import Example
from blokhub.services.runs.contract import HOST_NODES
from blokhub.services.runs.domain import hold_to

FILES = {"package.json", "README.md", "workflow.json", "examples.json"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "ANY", "*"}
PARTS = ["Task", "Why", "How", "Requirements"]
FOLDERS = catalogue()
FENCED = re.compile(r"^```(?:json|text)\n(.*?)\n```$", flags=re.MULTILINE | re.DOTALL)
EVERY = pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])


def host_nodes(fixtures: list[dict[str, Any]]) -> dict[str, Callable[[dict[str, Any]], Any]]:
    """The nodes of the hub, answering what was recorded."""

    def answering(name: str) -> Callable[[dict[str, Any]], Any]:
        def call(inputs: dict[str, Any]) -> Any:
            reply = recordings.reply_of_node(fixtures, name, inputs)
            assert reply is not None, f"no reply of {name} is recorded for {inputs}"
            if "error" in reply:
                raise GlobalError(reply["error"]["message"], code=reply["error"]["code"])
            return reply["output"]

        return call

    return {name: answering(name) for name in HOST_NODES}


def blocks(readme: str) -> list[tuple[str, bool]]:
    """The fenced parts of a README, and whether each is plain text."""
    return [(found[1], found[0].startswith("```text")) for found in FENCED.finditer(readme)]


def takes_input(definition: dict[str, Any]) -> bool:
    return "ctx.request." in msgspec.json.encode(definition).decode()


class TestEveryPackage:
    @EVERY
    def test_has_its_four_files(self, folder: Traversable) -> None:
        assert {item.name for item in folder.iterdir()} == FILES

    @EVERY
    def test_says_of_itself_what_the_hub_asks_for(self, folder: Traversable) -> None:
        about, _definition = read_package(folder)
        assert about.pop("version") == "1.0.0"
        package = msgspec.convert(about, NewPackage)
        assert package.name == folder.name
        assert (package.kind, package.license, package.visibility) == ("workflow", "Apache-2.0", "public")
        assert package.category != "other"
        assert len(package.summary) >= 40
        assert package.tags == list(dict.fromkeys(package.tags))

    @EVERY
    def test_explains_itself_in_four_parts(self, folder: Traversable) -> None:
        about, _definition = read_package(folder)
        prose = FENCED.sub("", about["readme"])
        parts = re.split(r"^## (.+)$", prose, flags=re.MULTILINE)
        assert parts[1::2] == PARTS
        assert all(len(part.strip()) >= 30 for part in parts[2::2])

    @EVERY
    def test_has_a_whole_definition(self, folder: Traversable) -> None:
        _about, definition = read_package(folder)
        assert definition["name"]
        assert definition["version"] == "1.0.0"
        assert definition["description"]
        assert definition["trigger"]["http"]["method"] in METHODS

    @EVERY
    def test_has_nothing_for_the_linter_to_say(self, folder: Traversable) -> None:
        registry = NodeRegistry()
        registry.add(*(host_node(name, function) for name, function in host_nodes([]).items()))
        text = (folder / "workflow.json").read_text("utf-8")
        assert lint_text(text, "workflow.json", registry) == []

    @EVERY
    def test_has_examples_of_success_and_of_a_bad_request(self, folder: Traversable) -> None:
        _about, definition = read_package(folder)
        examples = read_examples(folder)
        statuses = [example["response"]["status"] for example in examples]
        assert len(examples) >= 2
        assert len({example["name"] for example in examples}) == len(examples)
        assert all(status != 500 for status in statuses)
        if takes_input(definition):
            assert any(400 <= status < 500 for status in statuses)

    @EVERY
    def test_answers_as_recorded(self, folder: Traversable) -> None:
        _about, definition = read_package(folder)
        for index, example in enumerate(read_examples(folder)):
            result = execute(
                definition,
                example["request"],
                policy=SandboxPolicy(fixtures=recordings.of_addresses(example["fixtures"])),
                host_nodes=host_nodes(example["fixtures"]),
            )
            failure = hold_to(index, msgspec.convert(example, Example), result.response, str(result.error))
            assert failure is None, failure

    @EVERY
    def test_shows_its_first_example(self, folder: Traversable) -> None:
        about, _definition = read_package(folder)
        example = read_examples(folder)[0]
        wanted = [example["request"].get("body"), example["response"]["body"]]
        shown = [
            found if text_only else msgspec.json.decode(found) for found, text_only in blocks(about["readme"])
        ]
        assert shown == [
            value.rstrip("\n") if isinstance(value, str) else value for value in wanted if value is not None
        ]

    @EVERY
    def test_its_examples_go_to_its_own_address(self, folder: Traversable) -> None:
        _about, definition = read_package(folder)
        http = definition["trigger"]["http"]
        pattern = http["path"]
        if detect_generation(definition) == 1:
            pattern = f"/{folder.name}{pattern}".rstrip("/")
        for example in read_examples(folder):
            request = example["request"]
            assert http["method"] in {request["method"], "ANY", "*"}
            found = re.fullmatch(re.sub(r"/:(\w+)(\??)", r"(?:/(?P<\1>[^/]+))\2", pattern), request["path"])
            assert found is not None, request["path"]
            taken = {name: unquote(value) for name, value in found.groupdict().items() if value is not None}
            assert taken == request.get("params", {})


class TestTheWhole:
    def test_is_worth_opening(self) -> None:
        packages = [read_package(folder) for folder in FOLDERS]
        assert len(packages) >= 48
        assert len({about["category"] for about, _definition in packages}) >= 10
        assert sum(detect_generation(definition) == 1 for _about, definition in packages) >= 10

    def test_titles_and_routes_are_unique(self) -> None:
        packages = [read_package(folder) for folder in FOLDERS]
        titles = [about["title"] for about, _definition in packages]
        assert len(set(titles)) == len(titles)
        routes = [
            (definition["trigger"]["http"]["method"], definition["trigger"]["http"]["path"])
            for _about, definition in packages
            if detect_generation(definition) == 2
        ]
        assert len(set(routes)) == len(routes)

    def test_the_registration_sample_is_the_well_known_one(self) -> None:
        folder = next(folder for folder in FOLDERS if folder.name == "user-registration")
        about, definition = read_package(folder)
        assert about["category"] == "authentication"
        assert definition["steps"][0]["node"] == "user-auth"
        assert definition["nodes"]["register-user"]["inputs"] == {
            "operation": "register",
            "email": "${ctx.request.body.email}",
            "password": "${ctx.request.body.password}",
            "username": "${ctx.request.body.username}",
        }
