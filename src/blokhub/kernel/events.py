"""Events: facts that happened, named `<service>.<aggregate>.<past-tense verb>`.

Each is a frozen msgspec struct declared in its owner's `contract.py` with `@event(...)`. When a shape
changes, the version rises and an upcaster turns the old data into the new on reading.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import msgspec

_NAME = re.compile(r"^[a-z]+\.[a-z_]+\.[a-z_]+$")

JSONObject = dict[str, Any]
Upcaster = Callable[[JSONObject], JSONObject]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The base of every event class."""

    event_name: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1


class EventTypes:
    """Every event class by name, and the upcasters between their versions."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Event]] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}

    def add(self, cls: type[Event], name: str, version: int) -> None:
        """Register `cls` as the present form of `name`."""
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is not <service>.<aggregate>.<past-tense verb>")
        if self._classes.get(name, cls).__qualname__ != cls.__qualname__:
            raise ValueError(f"{name} is declared twice")
        cls.event_name = name
        cls.schema_version = version
        self._classes[name] = cls

    def add_upcaster(self, name: str, from_version: int, upcaster: Upcaster) -> None:
        """Register how data of `from_version` becomes data of the next version."""
        self._upcasters[name, from_version] = upcaster

    def class_of(self, name: str) -> type[Event] | None:
        """The class behind `name`, if this process knows it."""
        return self._classes.get(name)

    def names(self, prefix: str = "") -> list[str]:
        """All known names that start with `prefix`, sorted."""
        return sorted(name for name in self._classes if name.startswith(prefix))

    def decode(self, name: str, version: int, data: JSONObject) -> Event:
        """Turn stored data of any version into the present class.

        Raises UnknownEvent when no class or no upcaster is known.
        """
        cls = self._classes.get(name)
        if cls is None:
            raise UnknownEvent(f"no class is known for the event {name}")
        while version < cls.schema_version:
            upcaster = self._upcasters.get((name, version))
            if upcaster is None:
                raise UnknownEvent(f"no upcaster leads from version {version} of {name}")
            data, version = upcaster(data), version + 1
        return msgspec.convert(data, cls)


class UnknownEvent(LookupError):
    """The event's class, or the way from its old version, is not known to this process."""


EVENT_TYPES = EventTypes()


def event(name: str, version: int = 1) -> Callable[[type[Event]], type[Event]]:
    """Declare a class as the event `name` in its present `version`."""

    def register(cls: type[Event]) -> type[Event]:
        EVENT_TYPES.add(cls, name, version)
        return cls

    return register


def upcaster(name: str, from_version: int) -> Callable[[Upcaster], Upcaster]:
    """Declare how data of `from_version` of `name` becomes data of the next version."""

    def register(function: Upcaster) -> Upcaster:
        EVENT_TYPES.add_upcaster(name, from_version, function)
        return function

    return register


@dataclass(frozen=True)
class RecordedEvent:
    """An event as the store keeps it. `position` orders the store, `version` its stream."""

    position: int
    id: str
    stream: str
    version: int
    type: str
    schema_version: int
    data: JSONObject
    actor: str
    correlation: str
    causation: str | None
    occurred_at: datetime
    hash: str

    @property
    def event(self) -> Event:
        """The event in its present form."""
        return EVENT_TYPES.decode(self.type, self.schema_version, self.data)

    @property
    def service(self) -> str:
        """The service that recorded it."""
        return self.type.partition(".")[0]

    @property
    def subject_id(self) -> str:
        """The id of the aggregate that it happened to (the stream is `<category>-<id>`)."""
        return self.stream.partition("-")[2]


def encode_data(occurrence: Event) -> JSONObject:
    """The event's data as JSON values."""
    data: JSONObject = msgspec.to_builtins(occurrence)
    return data


def json_schemas(classes: Iterable[type[Event]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON Schema of each class by event name, and the shared component schemas."""
    listed = list(classes)
    schemas, components = msgspec.json.schema_components(listed, ref_template="#/components/schemas/{name}")
    return {cls.event_name: schema for cls, schema in zip(listed, schemas, strict=True)}, components
