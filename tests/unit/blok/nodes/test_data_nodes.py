"""The nodes that shape, check, sign and schedule data keep their published examples, and their bounds."""

from itertools import pairwise
from typing import Any, ClassVar

import pytest

from blok.nodes.registry import builtin_nodes
from blok.runner import execute

# These answer with something of their own: a status, a clock, a stream, the network.
UNREPEATABLE = {"@blokjs/respond", "@blokjs/sse-emit", "@blokjs/audit-log", "@blokjs/api-call"}
EXAMPLES = [
    pytest.param(node.name, example, id=f"{node.name} {number}")
    for node in builtin_nodes().values()
    for number, example in enumerate(node.examples)
    if node.name not in UNREPEATABLE and ("output" in example or "error" in example)
]


def call(name: str, /, **inputs: Any) -> tuple[int, Any]:
    """The status and body of a workflow of one step."""
    step = {"id": "only", "use": f"@blokjs/{name}", "inputs": inputs}
    result = execute({"name": "case", "version": "1.0.0", "steps": [step]})
    assert result.response is not None
    return result.response["status"], result.response["body"]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_a_node_does_what_its_example_says(name: str, example: dict[str, Any]) -> None:
    status, body = call(name.removeprefix("@blokjs/"), **example["inputs"])
    if "error" in example:
        assert status == example["error"]["status"]
    else:
        assert (status, body) == (200, example["output"])


class TestValidate:
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["email", "lines"],
        "additionalProperties": False,
        "properties": {
            "email": {"type": "string", "format": "email"},
            "secret": {"type": "string", "minLength": 12},
            "lines": {"type": "array", "items": {"required": ["sku", "count"]}},
        },
    }

    def test_every_field_that_does_not_fit_is_named(self) -> None:
        data = {"email": "no", "lines": [{"sku": "A"}], "x": 1}
        status, body = call("validate", schema=self.SCHEMA, data=data)
        assert status == 422
        assert body["problems"] == [
            {"field": "email", "message": "must be a valid email"},
            {"field": "lines.0.count", "message": "is required"},
            {"field": "x", "message": "is not a known field"},
        ]

    def test_the_answer_never_repeats_what_was_sent(self) -> None:
        data = {"email": "ada@example.com", "lines": [], "secret": "hunter2"}
        _, body = call("validate", schema=self.SCHEMA, data=data)
        assert body["problems"] == [{"field": "secret", "message": "must have at least 12 characters"}]
        assert "hunter2" not in str(body)

    def test_a_schema_cannot_make_the_server_fetch_anything(self) -> None:
        status, body = call("validate", schema={"$ref": "http://127.0.0.1:9/schema"}, data={})
        assert status == 500
        assert "does not hold" in body["error"]


class TestCsv:
    def test_what_is_written_can_be_read_again(self) -> None:
        rows = [{"name": 'a "b", c', "note": "two\nlines"}, {"name": "ü", "note": ""}]
        _, text = call("csv-format", rows=rows)
        assert call("csv-parse", text=text)[1]["rows"] == rows

    def test_a_ragged_line_is_named(self) -> None:
        status, body = call("csv-parse", text="a,b\n1,2\n3\n")
        assert (status, body["line"]) == (422, 3)

    def test_numbers_stay_text_when_a_number_would_lose_something(self) -> None:
        _, body = call("csv-parse", text="a,b,c\n007,1e5,12345678901234567890\n", numbers=True)
        assert body["rows"] == [{"a": "007", "b": "1e5", "c": "12345678901234567890"}]


class TestTemplates:
    def test_a_value_is_never_a_template_itself(self) -> None:
        values = {"a": "{{b}}", "b": "secret"}
        assert call("template-render", template="{{a}}", values=values)[1] == "{{b}}"

    def test_values_are_escaped_for_pages(self) -> None:
        values = {"a": "<script>"}
        text = call("template-render", template="<p>{{a}}</p>", values=values, escape="html")[1]
        assert text == "<p>&lt;script&gt;</p>"

    def test_a_missing_value_is_named(self) -> None:
        status, body = call("template-render", template="{{user.name}}", values={"user": {}})
        assert (status, body["error"]) == (422, "The template needs a value for user.name")


class TestDates:
    def test_working_days_skip_weekends_and_holidays(self) -> None:
        given = {"value": "2026-12-24T10:00:00", "timezone": "Europe/Berlin", "holidays": ["2026-12-25"]}
        assert call("date-add", workingDays=1, **given)[1] == "2026-12-28T10:00:00+01:00"

    def test_days_keep_the_local_time_when_clocks_change_and_hours_do_not(self) -> None:
        given = {"value": "2026-03-28T12:00:00", "timezone": "Europe/Berlin"}
        assert call("date-add", days=1, **given)[1] == "2026-03-29T12:00:00+02:00"
        assert call("date-add", hours=24, **given)[1] == "2026-03-29T13:00:00+02:00"

    @pytest.mark.parametrize("value", ["tomorrow", 10**20])
    def test_what_is_no_moment_is_a_bad_request(self, value: Any) -> None:
        assert call("date-format", value=value)[0] == 400

    @pytest.mark.parametrize("schedule", ["61 * * * *", "0 0 30 2 *", "often"])
    def test_a_schedule_that_is_never_due_is_a_bad_request(self, schedule: str) -> None:
        assert call("cron-next", schedule=schedule, after="2026-01-01T00:00:00Z")[0] == 400


def test_groups_keep_true_one_and_missing_apart() -> None:
    _, groups = call("group-by", items=[{"k": 1}, {"k": True}, {}], by="k")
    assert [group["key"] for group in groups] == [1, True, None]


def test_sums_of_decimals_are_exact() -> None:
    _, groups = call("group-by", items=[{"k": "a", "v": 0.1}] * 10, by="k", value="v")
    assert groups[0]["sum"] == 1


def test_a_merge_patch_follows_the_standard() -> None:
    patch = {"a": {"b": None, "d": {"e": None}}, "l": [1]}
    assert call("merge-patch", target={"a": {"b": 1}, "l": [1, 2]}, patch=patch)[1] == {
        "a": {"d": {}},
        "l": [1],
    }


def test_redaction_reaches_every_depth_and_hides_short_values_whole() -> None:
    data = [{"IBAN": "PT50000201231234567890154"}, {"deep": {"iban": "1234"}}]
    assert call("redact", data=data, fields=["iban"], keepLast=4)[1] == [
        {"IBAN": "***0154"},
        {"deep": {"iban": "***"}},
    ]


def test_pieces_of_a_text_overlap_and_lose_nothing() -> None:
    text = " ".join(f"Sentence number {number}." for number in range(60))
    _, pieces = call("text-chunks", text=text, size=200, overlap=40)
    assert all(len(piece["text"]) <= 200 for piece in pieces)
    assert all(text[piece["start"] :].startswith(piece["text"]) for piece in pieces)
    assert all(
        after["start"] == before["start"] + len(before["text"]) - 40 for before, after in pairwise(pieces)
    )


def test_entities_of_xml_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x "xxxxxxxx"><!ENTITY y "&x;&x;">]><a>&y;</a>'
    assert call("xml-parse", text=bomb)[0] == 422


def test_a_code_of_long_ago_is_unauthorized() -> None:
    given = {"secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "code": "287082"}
    assert call("totp-verify", at="1970-01-01T01:00:00Z", **given)[0] == 401


def test_a_slug_is_cut_between_words() -> None:
    assert call("slug", text="The quick brown fox", maxLength=12)[1] == "the-quick"


def test_what_is_not_a_number_does_not_pass_for_one() -> None:
    status, body = call("validate", schema={"type": "number", "minimum": 0}, data="js/Number('abc')")
    assert (status, body["problems"][0]["message"]) == (422, "must be of type number")
