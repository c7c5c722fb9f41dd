"""Values, changes, references, keys and conditions: what the rest of the runtime relies on."""

import math
from typing import Any

import pytest

from blok.expressions import (
    UNDEFINED,
    Evaluator,
    ExpressionError,
    MapperResolutionError,
    NamedMissingStateError,
    Profile,
    UnresolvableKeyExpressionError,
    compile_expression,
    compile_template,
    evaluate_condition,
    find_refs,
    lower_refs,
    resolve_key,
    stringify,
    to_text,
    truthy,
)

STRICT = Profile(2, "strict")


def evaluate(source: str, ctx: dict[str, Any] | None = None) -> Any:
    return compile_expression(source).evaluate(Evaluator(), ctx or {})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1, undefined, () => 1]", [1, None, None]),
        ("({a: undefined, b: 1})", {"b": 1}),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("new Map([[1, 2]])", {}),
        ("10n ** 20n", 10**20),
        ("Symbol('x')", UNDEFINED),
        ("Object('boxed')", "boxed"),
        ("({toJSON() { return [1] }})", [1]),
        ("0.5 + 0.5", 1),
        ("'\\u0000' + '\\ud83d'", "\x00\ud83d"),
    ],
)
def test_results_become_plain_values(source: str, expected: Any) -> None:
    assert evaluate(source) == expected


def test_special_numbers_survive() -> None:
    values = evaluate("[NaN, -Infinity, -0]")

    assert math.isnan(values[0])
    assert values[1] == -math.inf
    assert math.copysign(1, values[2]) == -1


def test_a_circular_result_keeps_its_shape() -> None:
    made = evaluate("(() => { const a = {}; a.self = a; return a })()")

    assert made["self"] is made


def test_an_object_of_ctx_comes_back_as_the_same_object() -> None:
    state = {"a": {"b": 1}}

    for source in (
        "ctx.state.a",
        "(() => { if (true) return ctx.state.a })()",
        "[ctx.state.a].find(x => true)",
    ):
        assert evaluate(source, {"state": state}) is state["a"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ctx.state.order = {id: 1}", {"items": [3, 1, 2], "order": {"id": 1}}),
        ("ctx.state.items.sort()", {"items": [1, 2, 3]}),
        ("ctx.vars.items.push(ctx.state.items)", None),
        ("delete ctx.state.items", {}),
        ("Object.assign(ctx.state, {a: 1})", {"items": [3, 1, 2], "a": 1}),
    ],
)
def test_changes_reach_the_data_itself(source: str, expected: Any) -> None:
    items = [3, 1, 2]
    state: dict[str, Any] = {"items": items}
    evaluate(source, {"state": state, "vars": state})

    if expected is None:
        assert items[3] is items
    else:
        assert state == expected
        assert state.get("items", items) is items


def test_a_callback_in_ctx_is_called_with_what_the_expression_gave_it() -> None:
    calls: list[Any] = []
    ctx = {"publish": lambda *given: calls.append(given), "state": {"x": 5}}

    assert evaluate("(ctx.publish('seen', ctx.state.x), ctx.state.x)", ctx) == 5
    assert calls == [("seen", 5)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("ctx.a.b.c", "TypeError"),
        ("nothing", "ReferenceError"),
        ("process.env.X", "ReferenceError"),
        ("const a = 1", "SyntaxError"),
        ("(() => { throw new RangeError('far') })()", "RangeError"),
        ("(() => { throw {name: 'Own', message: 'm'} })()", "Own"),
    ],
)
def test_failures_carry_the_javascript_name(source: str, name: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        evaluate(source)

    assert raised.value.name == name


def test_only_one_expression_fits() -> None:
    error = compile_expression("const a = 1").error

    assert error is not None
    assert error.name == "SyntaxError"
    assert compile_expression("ctx.a").error is None


def test_constants_are_fresh_each_time() -> None:
    template = compile_template({"a": [1, {"b": 2}], "c": "x"}, STRICT)
    template.render(Evaluator(), {})["a"].append(3)

    assert template.constant
    assert template.render(Evaluator(), {}) == {"a": [1, {"b": 2}], "c": "x"}


def test_a_strict_template_names_step_and_workflow() -> None:
    template = compile_template({"a": "js/ctx.state.gone.x"}, STRICT)

    with pytest.raises(NamedMissingStateError, match=r'Step "s" in workflow "w" references state `gone`'):
        template.bound("s", "w")(Evaluator(), {"state": {}}, None)


def test_a_failure_names_the_right_path_to_the_request() -> None:
    template = compile_template("js/ctx.body.name", STRICT)

    with pytest.raises(MapperResolutionError, match=r"write ctx\.request\.body"):
        template.render(Evaluator(), {"request": {"body": {}}})


def test_the_second_pass_finds_bare_names_in_data() -> None:
    template = compile_template({"a": "Hi ${name}", "b": "js/data.deep.x", "c": "${other}"}, Profile(1))

    found = template.render_twice(Evaluator(), {}, {"name": "Ada", "deep": {"x": 1}})

    assert found == {"a": "Hi Ada", "b": 1, "c": "${other}"}


def test_references_are_lowered_and_leftovers_found() -> None:
    value = {
        "a": {"$ref": {"step": "one two", "path": ["items", 0, "x y"]}},
        "b": {"$tpl": ["`${", {"$ref": {"step": "@trigger", "path": ["body"]}}, 7, False]},
        "c": {"$ref": "#/defs/x"},
    }

    assert list(find_refs(value)) == ["a", "b"]
    assert lower_refs(value) == {
        "a": 'js/ctx.state["one two"].items[0]["x y"]',
        "b": "js/`\\`\\${${ctx.request.body}7false`",
        "c": {"$ref": "#/defs/x"},
    }


def test_keys_are_constants_expressions_or_references() -> None:
    ctx = {"request": {"query": {"k": 5}}}

    assert resolve_key("fixed", Evaluator(), ctx) == "fixed"
    assert resolve_key("js/ctx.request.query.k", Evaluator(), ctx) == "5"
    assert resolve_key({"$ref": {"step": "@trigger", "path": ["query", "k"]}}, Evaluator(), ctx) == "5"
    assert resolve_key("js/ctx.request.query.none", Evaluator(), ctx) is None
    for wrong in ("$.request.query.k", "ctx.request.query.k", "${ctx.id}", "{{id}}"):
        with pytest.raises(UnresolvableKeyExpressionError):
            resolve_key(wrong, Evaluator(), ctx)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("ctx.request.query.k === 'yes'", True),
        ("'${ctx.request.query.k}' === 'yes'", True),
        ("${ctx.state.n} > 2", True),
        ("`${ctx.request.query.k}!` === 'yes!'", True),
        ("({['${ctx.request.query.k}']: 1}).yes", True),
        ("[]", True),
        ("''", False),
        ("data.ok", False),
        (True, True),
    ],
)
def test_conditions_are_judged_by_truthiness(condition: Any, expected: bool) -> None:
    ctx = {"request": {"query": {"k": "yes"}}, "state": {"n": 3}}

    assert evaluate_condition(condition, Evaluator(), ctx, {"ok": 0}) is expected


def test_texts_and_json_follow_javascript() -> None:
    values = [1e21, 1e-7, 0.1, -0.0, 100.0, 123456789012345680000.0]

    assert [to_text(value) for value in values] == [
        "1e+21",
        "1e-7",
        "0.1",
        "0",
        "100",
        "123456789012345680000",
    ]
    assert to_text([1, [2, None], {}]) == "1,2,,[object Object]"
    assert (
        stringify({"b": UNDEFINED, "2": [UNDEFINED, math.nan], "1": "é\ud800"})
        == '{"1":"é\\ud800","2":[null,null]}'
    )
    assert [truthy(value) for value in (0, "", None, UNDEFINED, math.nan, [], {}, "0")] == [False] * 5 + [
        True
    ] * 3
