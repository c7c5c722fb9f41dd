"""Errors travel as problem documents that a caller can act on."""

import pytest

from blokhub.kernel import errors
from blokhub.kernel.errors import InvalidInput, ProblemError, RuleBroken, Unavailable, VersionConflict


def _all(base: type[ProblemError]) -> list[type[ProblemError]]:
    return [base, *(found for cls in base.__subclasses__() for found in _all(cls))]


OURS = [cls for cls in _all(ProblemError) if cls.__module__ == errors.__name__]


@pytest.mark.parametrize("cls", [cls for cls in OURS if cls is not RuleBroken])
def test_every_error_says_what_it_is(cls: type[ProblemError]) -> None:
    problem = cls("Do this next.").as_problem("/api/things")
    assert problem["type"] == f"/problems/{problem['name']}"
    assert (problem["detail"], problem["instance"]) == ("Do this next.", "/api/things")
    assert problem["title"] and 400 <= problem["status"] < 600
    assert cls.__doc__


def test_names_are_told_apart() -> None:
    names = [cls.name for cls in OURS]
    assert len(names) == len(set(names))


def test_an_error_without_a_sentence_uses_its_title() -> None:
    assert VersionConflict().as_problem()["detail"] == VersionConflict.title
    assert str(VersionConflict()) == VersionConflict.title


def test_the_field_is_named_by_a_pointer() -> None:
    problem = InvalidInput("It is too long.", pointer="/title").as_problem()
    assert problem["errors"] == [{"pointer": "/title", "detail": "It is too long."}]
    assert "errors" not in InvalidInput("It is too long.").as_problem()
    assert InvalidInput("All of it.", pointer="").as_problem()["errors"][0]["pointer"] == ""


def test_further_members_are_added() -> None:
    problem = Unavailable("Later.", retry_after=3).as_problem()
    assert (problem["status"], problem["retry_after"]) == (503, 3)


def test_a_broken_rule_carries_its_id() -> None:
    error = RuleBroken("content.version_rises", "It is not higher.", pointer="/version")
    assert error.rule == error.as_problem()["rule"] == "content.version_rises"
    assert error.as_problem()["status"] == 422


def test_a_version_conflict_is_a_conflict() -> None:
    assert VersionConflict.status == 409
    assert issubclass(VersionConflict, errors.Conflict)
