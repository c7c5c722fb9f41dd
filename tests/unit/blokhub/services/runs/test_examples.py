"""When an answer is the recorded one, and what is said when it is not."""

from typing import Any

import msgspec
import pytest

from blokhub.kernel.errors import NotFound
from blokhub.services.content.contract import Example, ExampleResponse, Fixture
from blokhub.services.runs.domain import all_fixtures, find_example, hold_to


def differences(recorded: Any, came: Any) -> list[dict[str, Any]]:
    example = Example("adds", response=ExampleResponse(200, recorded))
    failure = hold_to(0, example, {"status": 200, "headers": {}, "body": came})
    return list(failure.extra["differences"]) if failure else []


@pytest.mark.parametrize("body", [None, 1, "text", [], {"a": [1, {"b": None}]}])
def test_the_same_answer_is_the_recorded_one(body: Any) -> None:
    assert differences(body, body) == []


@pytest.mark.parametrize(
    ("recorded", "came", "found"),
    [
        (1, 2, {"pointer": "/body", "expected": 1, "came": 2}),
        (1, True, {"pointer": "/body", "expected": 1, "came": True}),
        ({"a": 1}, {}, {"pointer": "/body/a", "expected": 1}),
        ({}, {"a/b": 1}, {"pointer": "/body/a~1b", "came": 1}),
        ([1, 2], [1, 3], {"pointer": "/body/1", "expected": 2, "came": 3}),
        ([1], [1, None], {"pointer": "/body/1", "came": None}),
        ({"a": []}, {"a": {}}, {"pointer": "/body/a", "expected": [], "came": {}}),
    ],
)
def test_a_difference_is_named_by_its_place(recorded: Any, came: Any, found: dict[str, Any]) -> None:
    assert differences(recorded, came) == [found]


def test_without_a_recorded_body_only_the_status_counts() -> None:
    example = Example("adds", response=ExampleResponse(200))
    assert hold_to(0, example, {"status": 200, "body": "anything"}) is None
    failure = hold_to(0, example, {"status": 404, "body": "anything"})
    assert failure is not None
    assert "/status was 200, now it is 404" in failure.detail


def test_no_answer_at_all_is_told_with_its_reason() -> None:
    failure = hold_to(2, Example("adds", response=ExampleResponse(200, "x")), None, "It took too long.")
    assert failure is not None
    assert "there was no answer. It took too long." in failure.detail
    assert failure.pointer == "/examples/2/response"
    assert failure.extra["came"] is None


def test_an_example_without_an_answer_takes_any() -> None:
    assert hold_to(0, Example("adds"), None) is None


def test_a_problem_stays_small_however_large_the_answers_are() -> None:
    failure = hold_to(
        0,
        Example("adds", response=ExampleResponse(200, "x" * 9000)),
        {"status": 200, "body": list(range(9000))},
    )
    assert failure is not None
    assert len(msgspec.json.encode(failure.as_problem())) < 12_000


def test_fixtures_of_all_examples_serve_together_and_the_first_goes_first() -> None:
    one, two = Fixture(url="https://a.example", body=1), Fixture(url="https://a.example", body=2)
    assert all_fixtures([Example("a", fixtures=[one]), Example("b", fixtures=[two, one])]) == [one, two]


def test_an_unknown_example_names_the_known_ones() -> None:
    assert find_example([Example("a")], "a").name == "a"
    with pytest.raises(NotFound, match="There are 'a'"):
        find_example([Example("a")], "b")
    with pytest.raises(NotFound, match="This version has none"):
        find_example([], "b")
