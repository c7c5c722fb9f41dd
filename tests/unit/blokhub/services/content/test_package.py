"""The rules about packages."""

from typing import Any

import pytest
import semver
from hypothesis import given
from hypothesis import strategies as st

from blokhub.kernel.context import Actor
from blokhub.kernel.errors import NotFound, NotPermitted, RuleBroken
from blokhub.kernel.events import Event
from blokhub.services.content import contract, domain
from blokhub.services.content.contract import Metadata, Outline
from blokhub.services.content.domain import PACKAGE, Package

ANN, BOB = Actor("1", "ann"), Actor("2", "bob")
ROOT = Actor("3", "root", ("member", "administrator"))


def metadata(**fields: Any) -> Metadata:
    """What a package says of itself."""
    plain = Metadata("Greeting", "", "", "other", [], "Apache-2.0", "public")
    return Metadata(**{name: fields.get(name, getattr(plain, name)) for name in plain.__struct_fields__})


def package(*versions: str, **fields: Any) -> Package:
    """A package of Ann with published versions."""
    created = contract.PackageCreated(
        package_id="p",
        owner_id="1",
        owner="ann",
        kind="workflow",
        name="greeting",
        metadata=metadata(**fields),
    )
    made = PACKAGE.fold(None, [created])
    assert made is not None
    for number in versions:
        made = published(made, number)
    return made


def after(made: Package, events: list[Event]) -> Package:
    """The package after some events."""
    found = PACKAGE.fold(made, events)
    assert found is not None
    return found


def published(made: Package, number: str) -> Package:
    """The package after a whole publication."""
    made = after(made, domain.submit(made, number, f"digest of {number}", "", f"saga {number}"))
    made = after(made, domain.validate(made, number, Outline(nodes=["@blokjs/respond"]), []))
    made = after(made, domain.request_dry_run(made, number))
    made = after(made, domain.complete_dry_run(made, number, 0))
    made = after(made, domain.publish(made, number))
    return after(made, domain.mark_indexed(made, number))


@pytest.mark.parametrize(
    ("numbers", "latest"),
    [
        ([], None),
        (["1.0.0"], "1.0.0"),
        (["1.9.0", "1.10.0", "1.2.0"], "1.10.0"),
        (["1.0.0", "2.0.0-beta.1"], "1.0.0"),
        (["1.0.0-alpha", "1.0.0-beta.2", "1.0.0-beta.11"], "1.0.0-beta.11"),
        (["0.9.0", "1.0.0-rc.1"], "0.9.0"),
    ],
)
def test_the_highest_stable_version_is_meant_by_default(numbers: list[str], latest: str | None) -> None:
    assert domain.choose_latest(numbers) == latest


_numbers = st.builds(
    lambda core, pre: ".".join(map(str, core)) + (f"-{pre}" if pre else ""),
    st.tuples(*[st.integers(0, 12)] * 3),
    st.sampled_from(["", "", "alpha", "rc.1", "rc.10"]),
)


@given(st.lists(_numbers, max_size=6))
def test_no_stable_version_is_higher_than_the_default_one(numbers: list[str]) -> None:
    latest = domain.choose_latest(numbers)
    assert (latest is None) == (not numbers)
    stable = [number for number in numbers if "-" not in number]
    for other in stable or numbers:
        assert semver.Version.parse(other) <= semver.Version.parse(latest or "")


@pytest.mark.parametrize("number", ["1.2.0", "1.1.9", "1.2.0-rc.1", "0.0.1", "1.2.0+build"])
def test_a_version_must_be_higher_than_all_before(number: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        domain.submit(package("1.0.0", "1.2.0"), number, "d", "", "s")
    assert (refused.value.rule, refused.value.pointer) == (contract.RULE_VERSION_RISES, "/version")


@pytest.mark.parametrize("number", ["1.2.1", "1.3.0-alpha", "2.0.0"])
def test_a_higher_version_is_taken(number: str) -> None:
    (event,) = domain.submit(package("1.0.0", "1.2.0"), number, "d", "", "s")
    assert isinstance(event, contract.VersionSubmitted)


def test_a_yanked_version_still_counts_as_the_highest() -> None:
    made = package("1.0.0", "1.2.0")
    made = after(made, domain.yank(made, "1.2.0", "broken"))
    assert made.latest == "1.0.0"
    with pytest.raises(RuleBroken):
        domain.submit(made, "1.1.0", "d", "", "s")


def test_nothing_is_published_without_a_definition() -> None:
    with pytest.raises(RuleBroken) as refused:
        domain.submit(package(), "1.0.0", None, "", "s")
    assert refused.value.rule == contract.RULE_HAS_DEFINITION


def test_one_publication_at_a_time() -> None:
    made = package("1.0.0")
    made = after(made, domain.submit(made, "1.1.0", "d", "", "the saga"))
    with pytest.raises(domain.PublicationRunning) as refused:
        domain.submit(made, "1.2.0", "d", "", "another")
    assert refused.value.extra["saga_id"] == "the saga"


def test_who_may_change_a_package() -> None:
    made = package()
    assert domain.check_owner(made, ANN) is made
    assert domain.check_owner(made, ROOT) is made
    with pytest.raises(NotPermitted):
        domain.check_owner(made, BOB)


def test_strangers_do_not_learn_that_a_private_package_exists() -> None:
    made = package(visibility="private")
    assert [domain.can_see(made, actor) for actor in (ANN, ROOT, BOB, None)] == [True, True, False, False]
    with pytest.raises(NotFound):
        domain.check_owner(made, BOB)
    assert domain.can_see(package(visibility="unlisted"), None)


def test_what_is_deleted_or_never_was_is_not_found() -> None:
    gone = after(package(), domain.delete(package()))
    for missing in (gone, None):
        with pytest.raises(NotFound):
            domain.check_owner(missing, ANN)


def test_published_public_versions_are_not_deleted() -> None:
    with pytest.raises(RuleBroken) as refused:
        domain.delete(package("1.0.0"))
    assert refused.value.rule == contract.RULE_DELETE
    assert domain.delete(package())
    assert domain.delete(package("1.0.0", visibility="private"))


def test_only_what_is_published_is_yanked_and_only_once() -> None:
    made = package("1.0.0")
    with pytest.raises(RuleBroken) as refused:
        domain.yank(made, "9.9.9", "")
    assert refused.value.rule == contract.RULE_YANK_PUBLISHED
    (event,) = domain.yank(made, "1.0.0", "broken")
    assert isinstance(event, contract.VersionYanked) and event.latest is None
    assert domain.yank(after(made, [event]), "1.0.0", "again") == []


def test_a_change_that_changes_nothing_is_no_event() -> None:
    made = package()
    assert domain.update(made, made.metadata) == []
    assert domain.deprecate(made, "") == []
    made = after(made, domain.save_draft(made, "d"))
    assert domain.save_draft(made, "d") == []
    made = after(made, domain.deprecate(made, "Use salute."))
    assert domain.deprecate(made, "Use salute.") == []
    assert after(made, domain.deprecate(made, "")).deprecated == ""


def test_a_fork_is_a_package_of_its_own_with_the_parents_definition() -> None:
    parent = package("1.0.0", tags=["a"])
    events = domain.create_fork(parent, parent.versions["1.0.0"], BOB, "mine", "child")
    child = PACKAGE.fold(None, events)
    assert child is not None and child.forked_from is not None
    assert (child.owner, child.name, child.draft) == ("bob", "mine", "digest of 1.0.0")
    assert (child.forked_from.package_id, child.forked_from.version) == ("p", "1.0.0")
    assert child.versions == {} and child.metadata.tags == ["a"]


def test_a_licence_without_derived_works_allows_no_fork_by_others() -> None:
    parent = package("1.0.0", license="CC-BY-NC-ND-4.0")
    with pytest.raises(RuleBroken) as refused:
        domain.create_fork(parent, parent.versions["1.0.0"], BOB, "mine", "child")
    assert refused.value.rule == contract.RULE_DERIVATIVES
    assert domain.create_fork(parent, parent.versions["1.0.0"], ANN, "mine", "child")
