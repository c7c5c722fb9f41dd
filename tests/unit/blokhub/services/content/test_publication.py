"""However commands follow each other, a package stays in order."""

import copy
from typing import Any

import msgspec
import semver
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from blokhub.kernel.errors import ProblemError
from blokhub.kernel.events import EVENT_TYPES, Event, encode_data
from blokhub.services.content import contract, domain
from blokhub.services.content.contract import Metadata, Outline
from blokhub.services.content.domain import PACKAGE, Package

NUMBERS = st.sampled_from(["1.0.0", "1.0.1", "1.1.0-rc.1", "1.1.0", "2.0.0"])
STAGES = ["submitted", "validated", "dry_running", "dry_run_passed", "published", "indexed"]
METADATA = Metadata("Greeting", "", "", "other", [], "Apache-2.0", "public")
PROBLEM: dict[str, Any] = {"name": "internal_error", "detail": "No."}


class Publishing(RuleBasedStateMachine):
    """Commands in any order, as several impatient people and a repeated saga would send them."""

    @initialize()
    def create(self) -> None:
        created = contract.PackageCreated(
            package_id="p", owner_id="1", owner="ann", kind="workflow", name="greeting", metadata=METADATA
        )
        self.events: list[Event] = [created]
        self.package: Package = PACKAGE.fold(None, self.events)  # type: ignore[assignment]
        self.sagas = 0
        self.highest = semver.Version(0)

    def _run(self, command: Any, *arguments: Any) -> list[Event]:
        """Send a command; a refusal must leave everything as it is, a repetition must change nothing."""
        before = copy.deepcopy(self.package)
        try:
            events: list[Event] = command(self.package, *arguments)
        except ProblemError as refused:
            assert refused.detail and 400 <= refused.status < 500
            assert self.package == before
            return []
        self.events += events
        self.package = PACKAGE.fold(self.package, events)  # type: ignore[assignment]
        return events

    @rule(number=NUMBERS)
    def submit(self, number: str) -> None:
        self.sagas += 1
        running = [each for each in self.package.versions.values() if not each.is_published]
        rises = semver.Version.parse(number) > self.highest
        taken = self._run(domain.submit, number, "digest", "", f"saga {self.sagas}")
        assert bool(taken) == (rises and not running)

    @rule(number=NUMBERS)
    def validate(self, number: str) -> None:
        self._run(domain.validate, number, Outline(step_count=1), [])
        assert self._run(domain.validate, number, Outline(step_count=1), []) == []

    @rule(number=NUMBERS)
    def request_dry_run(self, number: str) -> None:
        self._run(domain.request_dry_run, number)
        assert self._run(domain.request_dry_run, number) == []

    @rule(number=NUMBERS)
    def complete_dry_run(self, number: str) -> None:
        self._run(domain.complete_dry_run, number, 0)
        assert self._run(domain.complete_dry_run, number, 0) == []

    @rule(number=NUMBERS)
    def publish(self, number: str) -> None:
        was_first = not self.package.published
        for event in self._run(domain.publish, number):
            assert isinstance(event, contract.VersionPublished)
            assert event.first == was_first
            self.highest = max(self.highest, semver.Version.parse(number))
        assert self._run(domain.publish, number) == []

    @rule(number=NUMBERS)
    def mark_indexed(self, number: str) -> None:
        self._run(domain.mark_indexed, number)

    @rule(number=NUMBERS, stale=st.booleans())
    def withdraw(self, number: str, stale: bool) -> None:
        version = self.package.versions.get(number)
        saga = "another saga" if stale or version is None else version.saga_id
        for event in self._run(domain.withdraw, number, saga, PROBLEM):
            assert isinstance(event, contract.VersionWithdrawn)
            assert version is not None and not stale and version.stage != "indexed"
            assert event.was_published == version.is_published
            assert event.latest == self.package.latest
            numbers = [semver.Version.parse(each.number) for each in self.package.published]
            self.highest = max(numbers, default=semver.Version(0))
        assert self._run(domain.withdraw, number, saga, PROBLEM) == []

    @rule(number=NUMBERS)
    def yank(self, number: str) -> None:
        for event in self._run(domain.yank, number, "broken"):
            assert isinstance(event, contract.VersionYanked)
            assert event.latest == self.package.latest

    @invariant()
    def at_most_one_publication_is_under_way(self) -> None:
        assert sum(not each.is_published for each in self.package.versions.values()) <= 1

    @invariant()
    def the_default_version_can_be_used(self) -> None:
        latest = self.package.latest
        offered = [each for each in self.package.published if each.yanked is None]
        assert (latest is None) == (not offered)
        if latest is not None:
            assert self.package.versions[latest] in offered

    @invariant()
    def stages_are_known_and_only_what_is_published_is_yanked(self) -> None:
        for number, version in self.package.versions.items():
            assert version.number == number
            assert version.stage in STAGES
            assert version.yanked is None or version.is_published

    @invariant()
    def the_events_alone_give_the_same_package(self) -> None:
        stored = [(e.event_name, e.schema_version, msgspec.json.encode(encode_data(e))) for e in self.events]
        again = [
            EVENT_TYPES.decode(name, version, msgspec.json.decode(data)) for name, version, data in stored
        ]
        assert PACKAGE.fold(None, again) == self.package
        assert msgspec.convert(msgspec.to_builtins(self.package), Package) == self.package


Publishing.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestPublishing = Publishing.TestCase
