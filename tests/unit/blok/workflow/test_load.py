"""Loading says where a file is wrong."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from blok.workflow import (
    SourceMap,
    WorkflowRejectedError,
    definition_schema,
    describe,
    detect_generation,
    load_file,
    load_text,
)

V1 = {
    "name": "User Registration",
    "version": "1.0.0",
    "trigger": {"http": {"method": "POST", "path": "/", "accept": "application/json"}},
    "steps": [{"name": "register-user", "node": "user-auth", "type": "module"}],
    "nodes": {"register-user": {"inputs": {"operation": "register", "email": "${ctx.request.body.email}"}}},
}
DUPLICATE = """{
  "name": "twice",
  "steps": [
    {"id": "a", "use": "mapper", "inputs": {}},
    {"id": "b", "branch": {"when": "true", "then": [
      {"id": "a", "use": "mapper", "inputs": {}}
    ]}}
  ]
}
"""


class TestPositions:
    def test_a_rejection_names_the_line_of_the_step(self) -> None:
        with pytest.raises(WorkflowRejectedError) as caught:
            load_text(DUPLICATE)
        assert (caught.value.line, caught.value.column) == (6, 7)

    @pytest.mark.parametrize(
        ("text", "encoding", "path", "position"),
        [
            ('{"a": [1,\n {"b": 2}]}', "json", ("a", 1, "b"), (2, 3)),
            ("a:\n- 1\n- b: 2\n", "yaml", ("a", 1, "b"), (3, 3)),
            ("[[a]]\nb = 1\n[[a]]\n  c = 2\n", "toml", ("a", 1, "c"), (4, 3)),
            ("<a>1</a>\n<a><b>2</b></a>", "xml", ("a", 1), (2, 1)),
        ],
    )
    def test_every_encoding_knows_where_a_value_stands(
        self, text: str, encoding: str, path: tuple[str | int, ...], position: tuple[int, int]
    ) -> None:
        assert SourceMap.of(text, encoding).locate(path) == position  # type: ignore[arg-type]

    def test_an_unknown_path_answers_with_what_is_around_it(self) -> None:
        assert SourceMap.of('{\n"a": {}}', "json").locate(("a", "none", 3)) == (2, 1)


class TestGeneration:
    def test_a_file_with_a_nodes_map_is_generation_1(self) -> None:
        assert detect_generation(V1) == 1

    def test_a_file_with_ids_is_generation_2(self) -> None:
        assert detect_generation({"steps": [{"id": "a", "use": "b"}]}) == 2

    def test_generation_2_reads_a_v1_shaped_file(self) -> None:
        (step,) = load_text(json.dumps(V1)).steps
        assert step.inputs == V1["nodes"]["register-user"]["inputs"]  # type: ignore[attr-defined, index]

    def test_a_step_inside_its_own_arm_is_refused(self, tmp_path: Path) -> None:
        arms = {
            "conditions": [{"type": "if", "condition": "true", "steps": [{"name": "f", "node": "if-else"}]}]
        }
        file = tmp_path / "loop.json"
        file.write_text(
            json.dumps({"name": "x", "steps": [{"name": "f", "node": "if-else"}], "nodes": {"f": arms}})
        )
        with pytest.raises(WorkflowRejectedError, match="contains itself"):
            load_file(file, generation=1)


class TestSchemaAndOutline:
    @pytest.mark.parametrize("generation", [1, 2])
    def test_the_published_schemas_are_valid(self, generation: int) -> None:
        Draft202012Validator.check_schema(definition_schema(generation))  # type: ignore[arg-type]

    def test_the_sample_fits_the_schema_of_its_generation(self) -> None:
        Draft202012Validator(definition_schema(1)).validate(V1)

    def test_an_unknown_step_key_is_refused_by_the_strict_schema(self) -> None:
        broken = {"name": "abc", "version": "1.0.0", "steps": [{"id": "a", "use": "b", "whatever": 1}]}
        assert not Draft202012Validator(definition_schema(2)).is_valid(broken)

    def test_the_outline_lists_nodes_hosts_and_environment(self) -> None:
        url = "https://api.example.com/items?key=${ctx.env.API_KEY}"
        about = describe(
            {
                "name": "abc",
                "steps": [
                    {"id": "a", "use": "@blokjs/api-call", "inputs": {"url": url}},
                    {"id": "b", "use": "@blokjs/api-call", "inputs": {"url": "js/ctx.request.body.url"}},
                ],
            }
        )
        assert about.nodes == {"@blokjs/api-call": 2}
        assert (about.hosts, about.dynamic_hosts, about.environment) == (
            ("api.example.com",),
            True,
            ("API_KEY",),
        )
