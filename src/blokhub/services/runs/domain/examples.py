"""Recorded examples: which fixtures serve a run, and whether an answer is the recorded one. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from blokhub.kernel.errors import NotFound, ProblemError
from blokhub.services.content.contract import Example, ExampleResponse, Fixture
from blokhub.services.runs import contract

_MOST = 10  # more differences than anyone reads before the next try
_LONGEST = 2000
_ABSENT: Any = object()


class ExampleFailed(ProblemError):
    """An example of a version does not answer as it was recorded."""

    status = 422
    name = contract.EXAMPLE_FAILED
    title = "An example does not answer as recorded"


def find_example(examples: Sequence[Example], name: str) -> Example:
    """The example of that name. Raises NotFound, naming those that there are."""
    for example in examples:
        if example.name == name:
            return example
    known = ", ".join(repr(example.name) for example in examples)
    raise NotFound(
        f"There is no example {name!r}. {f'There are {known}.' if known else 'This version has none.'}",
        pointer="/example",
    )


def all_fixtures(examples: Sequence[Example]) -> list[Fixture]:
    """The fixtures of all examples, each once, in their order: of two that fit, the first one answers."""
    found: list[Fixture] = []
    for example in examples:
        found += (fixture for fixture in example.fixtures if fixture not in found)
    return found


def hold_to(
    index: int, example: Example, response: dict[str, Any] | None, reason: str = ""
) -> ExampleFailed | None:
    """The error for an answer that is not the recorded one, or None when it is.

    `index` counts the examples of a version from 0; `response` has `status` and `body`, and is None when
    there was no answer, for the `reason` given.
    """
    recorded = example.response
    if recorded is None:
        return None
    found = list(_differences(recorded, response))[:_MOST]
    if not found:
        return None
    return ExampleFailed(
        f"The example {example.name!r} does not answer as recorded: {_sentence(found[0], response, reason)}",
        pointer=f"/examples/{index}/response",
        example=example.name,
        expected=_shown(msgspec.to_builtins(recorded)),
        came=_shown(response),
        differences=found,
    )


def _differences(recorded: ExampleResponse, response: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    if response is None:
        yield {"pointer": "", "expected": _shown(msgspec.to_builtins(recorded))}
        return
    yield from _compare("/status", recorded.status, response["status"])
    if recorded.body is not msgspec.UNSET:
        yield from _compare("/body", recorded.body, response.get("body"))


def _compare(pointer: str, expected: Any, came: Any) -> Iterator[dict[str, Any]]:
    """Every place where two JSON values differ; the side that has nothing there is left out."""
    if isinstance(expected, dict) and isinstance(came, dict):
        for key in [*expected, *(key for key in came if key not in expected)]:
            step = key.replace("~", "~0").replace("/", "~1")
            yield from _compare(f"{pointer}/{step}", expected.get(key, _ABSENT), came.get(key, _ABSENT))
    elif isinstance(expected, list) and isinstance(came, list):
        for index in range(max(len(expected), len(came))):
            pair = (side[index] if index < len(side) else _ABSENT for side in (expected, came))
            yield from _compare(f"{pointer}/{index}", *pair)
    elif expected != came or isinstance(expected, bool) != isinstance(came, bool):
        sides = {"expected": expected, "came": came}
        yield {"pointer": pointer} | {
            side: _short(value) for side, value in sides.items() if value is not _ABSENT
        }


def _sentence(difference: dict[str, Any], response: dict[str, Any] | None, reason: str) -> str:
    if response is None:
        return f"there was no answer. {reason}".strip()
    expected, came = (
        _text(difference[side]) if side in difference else "nothing" for side in ("expected", "came")
    )
    return f"{difference['pointer']} was {expected}, now it is {came}."


def _text(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 200 else f"{text[:200]}…"


def _shown(response: dict[str, Any] | None) -> dict[str, Any] | None:
    if response is None:
        return None
    return {name: _short(response[name]) for name in ("status", "body") if name in response}


def _short(value: Any) -> Any:
    """The value, or the beginning of its text when it is long."""
    text = msgspec.json.encode(value).decode()
    return value if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
