"""The registry of events, and how old data becomes new."""

import msgspec
import pytest

from blokhub.gateway.reference import EVENTS
from blokhub.kernel.events import (
    EVENT_TYPES,
    Event,
    EventTypes,
    JSONObject,
    UnknownEvent,
    encode_data,
    json_schemas,
)


class Named(Event, frozen=True):
    """The present form: two names."""

    first: str
    last: str


@pytest.fixture
def types() -> EventTypes:
    known = EventTypes()
    known.add(Named, "toy.person.named", 3)
    return known


def _split(data: JSONObject) -> JSONObject:
    first, _, last = data["name"].partition(" ")
    return {"first": first, "last": last}


def test_present_data_becomes_the_class(types: EventTypes) -> None:
    assert types.decode("toy.person.named", 3, {"first": "Ada", "last": "L"}) == Named(first="Ada", last="L")


def test_old_data_goes_through_every_version_in_between(types: EventTypes) -> None:
    types.add_upcaster("toy.person.named", 1, lambda data: {"name": data["called"]})
    types.add_upcaster("toy.person.named", 2, _split)
    assert types.decode("toy.person.named", 1, {"called": "Ada L"}) == Named(first="Ada", last="L")
    assert types.decode("toy.person.named", 2, {"name": "Ada L"}) == Named(first="Ada", last="L")


def test_a_missing_upcaster_is_named(types: EventTypes) -> None:
    types.add_upcaster("toy.person.named", 1, lambda data: data)
    with pytest.raises(UnknownEvent, match=r"version 2 of toy\.person\.named"):
        types.decode("toy.person.named", 1, {})


def test_an_unknown_event_is_named(types: EventTypes) -> None:
    with pytest.raises(UnknownEvent, match=r"toy\.person\.forgotten"):
        types.decode("toy.person.forgotten", 1, {})
    assert types.class_of("toy.person.forgotten") is None


def test_data_that_does_not_fit_is_refused(types: EventTypes) -> None:
    with pytest.raises(msgspec.ValidationError, match="last"):
        types.decode("toy.person.named", 3, {"first": "Ada"})


@pytest.mark.parametrize(
    "name", ["named", "toy.named", "Toy.person.named", "toy.person.named.twice", "a.b-c.d"]
)
def test_a_name_has_three_parts(types: EventTypes, name: str) -> None:
    with pytest.raises(ValueError, match="past-tense"):
        types.add(Named, name, 1)


def test_a_name_belongs_to_one_class(types: EventTypes) -> None:
    class Other(Event, frozen=True):
        """Another event."""

    with pytest.raises(ValueError, match="declared twice"):
        types.add(Other, "toy.person.named", 1)


def test_names_are_listed_by_their_service(types: EventTypes) -> None:
    assert types.names("toy.") == ["toy.person.named"]
    assert types.names("users.") == []


def test_every_event_of_the_hub_is_known_under_its_own_name() -> None:
    names = [cls.event_name for cls in EVENTS]
    assert len(names) == len(set(names))
    for cls in EVENTS:
        assert EVENT_TYPES.class_of(cls.event_name) is cls
        assert cls.__doc__
        assert cls.schema_version >= 1


def test_every_event_of_the_hub_has_a_schema() -> None:
    schemas, components = json_schemas(EVENTS)
    assert set(schemas) == {cls.event_name for cls in EVENTS}
    assert "Metadata" in components


def test_data_is_made_of_json_values() -> None:
    assert encode_data(Named(first="Ada", last="L")) == {"first": "Ada", "last": "L"}
