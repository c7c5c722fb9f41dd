"""Examples on their way from the author to the sandbox."""

from typing import Any

import msgspec
import pytest
from tests.unit.blokhub.services.content.test_package import after, package, published

from blokhub.kernel.errors import InvalidInput, RuleBroken
from blokhub.kernel.events import EVENT_TYPES, encode_data
from blokhub.services.content import contract, domain
from blokhub.services.content.contract import Example, ExampleRequest, ExampleResponse, Outline
from blokhub.services.content.domain import Package, read_examples

GREETS = Example("greets", ExampleRequest(query={"name": "Ada"}), ExampleResponse(200, "hi"))


def submitted(made: Package) -> Package:
    return after(made, domain.submit(made, "1.0.0", "digest", "", "saga", examples_digest="of examples"))


def test_none_are_kept_as_nothing() -> None:
    assert read_examples([]) is None


def test_equal_examples_have_one_digest_however_they_were_written() -> None:
    again = msgspec.json.decode(
        b'{"response": {"body": "hi", "status": 200}, '
        b'"request": {"query": {"name": "Ada"}}, "name": "greets"}',
        type=Example,
    )
    first, second = read_examples([GREETS]), read_examples([again])
    assert first is not None and second is not None
    assert first.digest == second.digest
    assert msgspec.json.decode(first.body, type=list[Example]) == [GREETS]


@pytest.mark.parametrize(
    "examples",
    [
        [GREETS, GREETS],
        [Example(str(number)) for number in range(21)],
        [Example("large", ExampleRequest(body="x" * 600_000))],
    ],
)
def test_what_goes_too_far_is_refused(examples: list[Example]) -> None:
    with pytest.raises(InvalidInput):
        read_examples(examples)


def test_a_body_that_is_null_is_not_one_that_is_absent() -> None:
    nothing, anything = ExampleResponse(200, None), ExampleResponse(200)
    assert msgspec.to_builtins(nothing) == {"status": 200, "body": None}
    assert msgspec.to_builtins(anything) == {"status": 200}


@pytest.mark.parametrize("fixture", [{}, {"url": "https://a.example", "node": "user-auth"}])
def test_a_fixture_is_of_an_address_or_of_a_node(fixture: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="either `url` or `node`"):
        msgspec.convert(fixture, contract.Fixture)


def test_their_digest_goes_with_the_version_to_the_sandbox_and_to_everyone() -> None:
    made = submitted(package())
    made = after(made, domain.validate(made, "1.0.0", Outline(), []))
    (requested,) = domain.request_dry_run(made, "1.0.0")
    made = after(made, [requested])
    made = after(made, domain.complete_dry_run(made, "1.0.0", 1))
    (told,) = domain.publish(made, "1.0.0")
    assert isinstance(requested, contract.DryRunRequested)
    assert isinstance(told, contract.VersionPublished)
    assert requested.examples_digest == told.examples_digest == "of examples"


def test_a_node_has_its_own() -> None:
    node = msgspec.structs.replace(package(), kind="node")
    with pytest.raises(RuleBroken) as refused:
        submitted(node)
    assert (refused.value.rule, refused.value.pointer) == (contract.RULE_EXAMPLES, "/examples")


def test_events_from_before_examples_can_still_be_read() -> None:
    made = published(package(), "1.0.0")
    for event in domain.submit(made, "2.0.0", "digest", "", "saga"):
        data = encode_data(event)
        del data["examples_digest"]
        assert EVENT_TYPES.decode(event.event_name, 1, data) == event
