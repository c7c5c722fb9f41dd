"""What the hub says of a file before it is sent: its problems, its shape, and what it could become."""

from typing import Any

import msgspec
import pytest

from blok.workflow import dump
from blokhub.apps.starter import catalogue, read_package
from blokhub.services.content.contract import Outline, SketchStep
from blokhub.services.content.domain import read_workflow
from blokhub.services.content.domain.outlines import outline_of


def workflow(*steps: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "name": "City weather",
        "version": "1.2.0",
        "description": "The weather of a city.",
        "trigger": {"http": {"method": "GET", "path": "/weather"}},
        "steps": list(steps),
        **members,
    }


def respond(name: str = "answer") -> dict[str, Any]:
    return {"id": name, "use": "@blokjs/respond", "inputs": {"body": {}}}


def call(url: str) -> dict[str, Any]:
    return {"id": "ask", "use": "@blokjs/api-call", "inputs": {"url": url}}


def sketch(document: dict[str, Any]) -> list[SketchStep]:
    return outline_of(document)[0].sketch


class TestProblems:
    @pytest.mark.parametrize("encoding", ["json", "yaml", "toml"])
    def test_a_sound_file_has_none_whatever_its_encoding(self, encoding: Any) -> None:
        found = read_workflow(dump(workflow(respond()), encoding), encoding)
        assert found.problems == []
        assert found.definition == workflow(respond())
        assert found.digest is not None
        assert found.outline is not None
        assert found.outline.triggers == ["http"]

    def test_a_problem_is_named_with_its_place(self) -> None:
        text = dump(workflow(respond(), {"id": "b", "use": "@blokjs/respnd"}), "yaml")
        (problem,) = [each for each in read_workflow(text, "yaml").problems if each.rule == "unknown-node"]
        assert (problem.severity, problem.pointer) == ("error", "/steps/1/use")
        assert text.splitlines()[problem.line - 1].strip() == "use: '@blokjs/respnd'"
        assert problem.fix

    def test_a_text_that_is_no_document_has_a_line_and_nothing_else(self) -> None:
        found = read_workflow('{"name": "x",\n "steps": [}', "json")
        (problem,) = found.problems
        assert (problem.rule, problem.line, problem.pointer) == ("syntax", 2, None)
        assert (found.definition, found.digest, found.outline, found.proposal) == (None,) * 4

    def test_what_is_no_workflow_has_a_definition_but_no_outline(self) -> None:
        found = read_workflow('{"name": "x", "steps": []}', "json")
        assert found.problems
        assert found.definition == {"name": "x", "steps": []}
        assert (found.outline, found.proposal) == (None, None)

    @pytest.mark.parametrize(
        ("text", "encoding"),
        [
            ("[" * 100_000, "json"),
            ("[" * 100_000, "yaml"),
            ("- " * 100_000, "yaml"),
            ("a=" + "[" * 100_000, "toml"),
            ("a." * 100_000 + "b=1", "toml"),
            ('{"name": "\\ud800", "steps": []}', "json"),
            ("", "yaml"),
            ("3", "json"),
        ],
    )
    def test_no_text_is_too_strange_to_be_answered(self, text: str, encoding: Any) -> None:
        found = read_workflow(text, encoding)
        assert found.problems
        assert msgspec.json.encode(found)


class TestSketch:
    def test_the_trigger_comes_first_and_steps_follow_in_their_order(self) -> None:
        steps = [call("https://a.example"), {"id": "pause", "wait": {"for": "1s"}}, respond()]
        assert [step.use for step in sketch(workflow(*steps))] == [
            "trigger:http",
            "@blokjs/api-call",
            "wait",
            "@blokjs/respond",
        ]

    def test_arms_stand_beside_each_other(self) -> None:
        branch = {"id": "b", "branch": {"when": "true", "then": [respond("x")], "else": [respond("e")]}}
        loop = {"id": "l", "forEach": {"in": "js/[]", "as": "item", "do": [respond("y")]}}
        caught = {"id": "t", "tryCatch": {"try": [respond("z")], "catch": [respond("c")]}}
        answer = SketchStep("@blokjs/respond")
        _, *found = sketch(workflow(branch, loop, caught))
        assert found[0] == SketchStep("branch", [[answer], [answer]])
        assert found[1] == SketchStep("forEach", [[answer]])
        assert found[2].arms[:2] == [[answer], [answer]]

    def test_what_lies_deeper_than_three_levels_is_cut(self) -> None:
        steps = [respond()]
        for level in range(5):
            steps = [{"id": f"b{level}", "branch": {"when": "true", "then": steps, "else": []}}]
        (_, first) = sketch(workflow(*steps))
        second = first.arms[0][0]
        third = second.arms[0][0]
        assert (third.use, third.arms) == ("branch", [])

    def test_a_large_workflow_keeps_its_outer_steps(self) -> None:
        inner = [respond(f"i{number}") for number in range(10)]
        outer = [
            {"id": f"b{number}", "branch": {"when": "true", "then": [*inner], "else": []}}
            for number in range(20)
        ]
        for number, step in enumerate(outer):
            step["branch"]["then"] = [respond(f"i{number}-{each}") for each in range(10)]
        found = sketch(workflow(*outer))
        assert len(found) == 21
        assert _count(found) == 24

    def test_every_starter_fits(self) -> None:
        for folder in catalogue():
            _about, definition = read_package(folder)
            assert 2 <= _count(sketch(definition)) <= 24

    def test_an_outline_from_before_sketches_can_still_be_read(self) -> None:
        assert msgspec.convert({"nodes": ["a"], "step_count": 1}, Outline).sketch == []


def _count(steps: list[SketchStep]) -> int:
    return sum(1 + sum(_count(arm) for arm in step.arms) for step in steps)


class TestProposal:
    def propose(self, document: dict[str, Any]) -> Any:
        found = read_workflow(dump(document, "json"), "json").proposal
        assert found is not None
        return found

    def test_it_says_what_the_file_says(self) -> None:
        found = self.propose(workflow(call("https://api.open-meteo.com/v1"), respond()))
        assert (found.name, found.title, found.version) == ("city-weather", "City weather", "1.2.0")
        assert found.summary == "The weather of a city."
        assert found.category == "api-integration"
        assert found.tags == ["http", "open-meteo"]

    def test_its_readme_has_the_four_parts(self) -> None:
        step = {"id": "key", "use": "@blokjs/expr", "inputs": {"expression": "ctx.env.API_KEY"}}
        readme = self.propose(workflow(call("https://api.open-meteo.com/v1"), step, respond())).readme
        parts = readme.split("## ")
        assert [part.split("\n")[0] for part in parts[1:]] == ["Task", "Why", "How", "Requirements"]
        assert "The weather of a city." in parts[1]
        assert parts[3].index("1. `ask`") < parts[3].index("2. `key`") < parts[3].index("3. `answer`")
        assert "`api.open-meteo.com`" in parts[4]
        assert "`API_KEY`" in parts[4]

    def test_a_stranger_puts_no_markup_into_it(self) -> None:
        document = workflow(respond("`<img src=x>`"), name="<script>", description="[a](javascript:b)")
        readme = self.propose(document).readme
        assert "\\<script\\>" in readme
        assert "\\[a\\](javascript:b)" in readme
        assert "`'<img src=x>'`" in readme

    @pytest.mark.parametrize("version", [None, "1", 2, "latest"])
    def test_what_is_no_version_becomes_the_first(self, version: Any) -> None:
        assert self.propose(workflow(respond(), version=version)).version == "1.0.0"

    def test_a_name_that_gives_none_is_not_proposed_as_it_is(self) -> None:
        assert self.propose(workflow(respond(), name="123")).name == "workflow"

    @pytest.mark.parametrize(
        ("step", "category"),
        [
            ({"use": "@blokjs/jwt-verify"}, "authentication"),
            ({"use": "@blokjs/csv-parse"}, "file-processing"),
            ({"use": "@blokjs/api-call", "inputs": {"url": "https://api.openai.com/v1"}}, "ai"),
            ({"use": "@blokjs/respond"}, "other"),
        ],
    )
    def test_its_nodes_and_hosts_speak_for_a_category(self, step: dict[str, Any], category: str) -> None:
        found = self.propose(workflow({"id": "one", **step}, name="Thing", description="Does it."))
        assert found.category == category

    def test_most_starters_would_get_the_category_that_their_author_chose(self) -> None:
        agreed = []
        for folder in catalogue():
            about, definition = read_package(folder)
            agreed.append(self.propose(definition).category == about["category"])
        assert sum(agreed) / len(agreed) > 0.75

    def test_it_would_be_accepted_as_a_package(self) -> None:
        from blokhub.services.content.api.shapes import NewPackage

        for folder in catalogue():
            _about, definition = read_package(folder)
            fields = msgspec.to_builtins(self.propose(definition))
            fields.pop("version")
            msgspec.convert({"kind": "workflow", **fields}, NewPackage)
