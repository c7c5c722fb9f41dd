"""What the linter finds, where it says it is, and how it says to mend it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from blok.lint import Problem, fix_text, lint_text
from blok.nodes.contract import node
from blok.nodes.registry import NodeRegistry

CORPUS = os.environ.get("BLOK_CORPUS")


def registry() -> NodeRegistry:
    made = NodeRegistry()
    count = {"type": "object", "properties": {"total": {"type": "number"}, "rows": {"type": "array"}}}
    takes = {
        "type": "object",
        "properties": {"amount": {"type": "number"}, "rows": {"type": "array"}, "text": {"type": "string"}},
        "additionalProperties": False,
    }
    made.add(node(name="count", output_schema=count, input_schema={"type": "object"})(lambda inputs: inputs))
    made.add(node(name="take", input_schema=takes)(lambda inputs: inputs))
    return made


def v2(*steps: dict[str, Any]) -> str:
    trigger = {"http": {"method": "GET", "path": "/orders"}}
    definition = {"name": "orders", "version": "1.0.0", "trigger": trigger, "steps": list(steps)}
    return json.dumps(definition, indent=1)


def v1(nodes: dict[str, Any], *steps: dict[str, Any], path: str = "/") -> str:
    trigger = {"http": {"method": "GET", "path": path}}
    head = {"name": "orders", "version": "1.0.0", "description": "d", "trigger": trigger}
    return json.dumps(head | {"steps": list(steps), "nodes": nodes}, indent=1)


def take(**inputs: Any) -> dict[str, Any]:
    return {"id": "take", "use": "take", "inputs": inputs}


COUNT = {"id": "count", "use": "count", "inputs": {}}


def lint(text: str, name: str = "orders.json") -> list[Problem]:
    return lint_text(text, name, registry())


def rules(text: str) -> list[str]:
    return [problem.rule for problem in lint(text)]


def only(text: str, rule: str) -> Problem:
    (found,) = [problem for problem in lint(text) if problem.rule == rule]
    return found


def test_a_good_workflow_has_no_problem() -> None:
    assert lint(v2(COUNT, take(amount="js/ctx.state.count.total", text="${ctx.state.count.total}"))) == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.json", '{\n "name": }', 2),
        ("a.yaml", "name: x\nsteps: [\n", 3),
        ("a.toml", 'name = "x"\nsteps = \n', 2),
        ("a.xml", "<w>\n<steps>\n</w>", 3),
    ],
)
def test_a_syntax_error_has_its_line_in_every_format(name: str, text: str, line: int) -> None:
    (found,) = lint(text, name)

    assert (found.rule, found.severity, found.line) == ("syntax", "error", line)


def test_an_unknown_node_is_named_with_a_likely_one() -> None:
    found = only(v2({"id": "a", "use": "cuont", "inputs": {}}), "unknown-node")

    assert found.fix == "Did you mean count?"


def test_unknown_and_missing_inputs_are_found() -> None:
    assert only(v2(take(amuont=1)), "unknown-input").fix == 'Did you mean "amount"?'
    assert "missing-input" in rules(v2({"id": "a", "use": "@blokjs/log", "inputs": {}}))


@pytest.mark.parametrize(
    "inputs",
    [
        {"amount": "js/ctx.state.count.rows"},
        {"rows": "js/ctx.response.data.total"},
        {"rows": "js/ctx.state.count.rows.length"},
        {"amount": "js/ctx.request.query.n"},
        {"text": "js/Number(ctx.request.query.n)"},
        {"amount": "five"},
        {"text": 5},
    ],
)
def test_a_type_that_cannot_fit_is_found_along_the_edge(inputs: dict[str, Any]) -> None:
    assert rules(v2(COUNT, take(**inputs))) == ["type-mismatch"]


@pytest.mark.parametrize(
    "inputs",
    [
        {"amount": "js/Number(ctx.request.query.n)"},
        {"amount": "js/ctx.request.body.n"},
        {"rows": "js/ctx.state.count.rows.map(row => row.id)"},
        {"amount": "js/ctx.state.count.total ?? 0"},
    ],
)
def test_what_fits_or_cannot_be_told_is_left_alone(inputs: dict[str, Any]) -> None:
    assert lint(v2(COUNT, take(**inputs))) == []


def test_ctx_body_is_found_and_mended() -> None:
    text = v2(take(text="${ctx.body.name} of ${ctx.body.shop}", amount="js/ctx.query.n * 1"))

    assert rules(text).count("ctx-body") == 2
    mended = fix_text(text, "orders.json", registry())
    assert json.loads(mended)["steps"][0]["inputs"] == {
        "text": "${ctx.request.body.name} of ${ctx.request.body.shop}",
        "amount": "js/ctx.request.query.n * 1",
    }
    assert lint(mended) == []


def test_text_where_a_value_belongs_is_found_and_mended() -> None:
    text = v2(take(amount="${ctx.request.body.amount}"))

    assert only(text, "text-for-value").severity == "error"
    assert '"js/ctx.request.body.amount"' in fix_text(text, "orders.json", registry())


def test_mending_keeps_comments_and_layout() -> None:
    text = (
        "name: orders # ours\nversion: 1.0.0\ntrigger: {http: {method: GET, path: /orders}}\n"
        "steps:\n  - id: take\n    use: take\n    inputs:\n      # how much\n      amount: ${ctx.body.n}\n"
    )

    assert fix_text(text, "orders.yaml", registry()) == text.replace("${ctx.body.n}", "js/ctx.request.body.n")


def test_a_condition_loses_its_prefix() -> None:
    text = v2({"id": "b", "branch": {"when": "js/ctx.request.query.n === '1'", "then": [COUNT]}})

    assert only(text, "condition-prefix").line == 14
    assert '"when": "ctx.request.query.n === \'1\'"' in fix_text(text, "orders.json", registry())


def test_an_expression_that_does_not_parse_is_found() -> None:
    assert rules(v2(take(amount="js/const a = 1"))) == ["expression-syntax"]


def test_reading_a_step_that_is_not_there_is_found() -> None:
    found = only(v2(COUNT, take(amount="js/ctx.state.cuont.total")), "unknown-step")

    assert found.fix == 'Did you mean "count"?'


def test_steps_and_node_entries_of_v1_belong_together() -> None:
    text = v1({"b": {"inputs": {}}}, {"name": "a", "node": "count", "type": "module"})

    assert {"step-without-node-entry", "node-entry-without-step"} <= set(rules(text))


def test_a_v1_path_without_parameters_should_be_the_root() -> None:
    step = {"name": "a", "node": "count", "type": "module"}

    assert rules(v1({"a": {"inputs": {}}}, step, path="/list")) == ["root-path"]
    assert rules(v1({"a": {"inputs": {}}}, step, path="/:id")) == []


def test_steps_behind_a_stop_or_a_constant_condition_never_run() -> None:
    stop = {"id": "s", "use": "count", "inputs": {}, "stop": True}
    branch = {"id": "b", "branch": {"when": "false", "then": [{"id": "x", "use": "count", "inputs": {}}]}}

    assert rules(v2(stop, COUNT)) == ["unreachable-step"]
    assert rules(v2(branch)) == ["unreachable-step"]


@pytest.mark.parametrize(
    "inputs",
    [
        {"text": "Bearer " + "a1B2c3D4" * 4},
        {"text": "postgres://admin:hunter22@db/x"},
        {"text": "AKIA" + "ABCDEFGHIJKLMNOP"},
        {"rows": [{"apiKey": "f81d4fae7dec"}]},
    ],
)
def test_a_secret_in_the_file_is_found(inputs: dict[str, Any]) -> None:
    assert rules(v2(take(**inputs))) == ["secret"]


@pytest.mark.parametrize("text", ["Bearer ${ctx.env.TOKEN}", "your-api-key", "postgres://${ctx.env.DB}"])
def test_a_place_for_a_secret_is_no_secret(text: str) -> None:
    assert "secret" not in rules(v2(take(text=text, rows=[{"apiKey": text}])))


@pytest.mark.skipif(CORPUS is None, reason="BLOK_CORPUS names a folder of workflow files")
def test_every_problem_of_a_corpus_has_a_place_and_a_reason() -> None:
    files = [
        path for path in Path(CORPUS or "").rglob("*") if path.suffix in {".json", ".yaml", ".toml", ".xml"}
    ]

    for path in files:
        for problem in lint_text(path.read_text(encoding="utf-8"), path.name):
            assert problem.rule
            assert problem.message
            assert problem.line >= 1
            assert problem.fix or problem.rule == "format"
