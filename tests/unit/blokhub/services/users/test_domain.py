"""The rules about handles, passwords and addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blokhub.apps.starter import OWNER
from blokhub.kernel.errors import RuleBroken
from blokhub.services.users import commands, contract, domain
from blokhub.services.users.reactions import reactions


@pytest.mark.parametrize("handle", ["admin", "me", "api", "blok", "login"])
def test_handles_of_the_platform_are_kept(handle: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        domain.check_handle(handle)
    assert (refused.value.rule, refused.value.pointer) == (contract.RULE_HANDLE, "/handle")
    domain.check_handle(handle, reserved_allowed=True)


def test_the_platforms_own_account_is_reserved() -> None:
    assert OWNER in domain.RESERVED
    domain.check_handle("ann")


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "PASSWORD",
        "Password123",
        "12345678",
        "aaaaaaaa",
        "abababab",
        "ann-lovelace",
        "ann@example.org",
    ],
)
def test_passwords_that_would_be_tried_first_are_refused(password: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        domain.check_password(password, "ann-lovelace", "ann@example.org")
    assert (refused.value.rule, refused.value.pointer) == (contract.RULE_GUESSABLE, "/password")


@pytest.mark.parametrize("password", ["correct horse battery", "Tr0ub4dor&3", "ünïcödé", "ann-lovelace-1815"])
def test_other_passwords_are_taken(password: str) -> None:
    domain.check_password(password, "ann-lovelace", "ann@example.org")


def test_the_sentence_does_not_repeat_the_password() -> None:
    with pytest.raises(RuleBroken) as refused:
        domain.check_password("qwerty123", "ann", "ann@example.org")
    assert "qwerty123" not in str(refused.value.as_problem())


def test_addresses_are_compared_without_case_and_blanks() -> None:
    assert domain.normalise_email(" Ann@Example.ORG ") == "ann@example.org"
    assert commands.check_new_account("ann", "Ann@Example.org", "correct horse") == "ann@example.org"


@given(st.emails())
def test_normalising_twice_changes_nothing(email: str) -> None:
    once = domain.normalise_email(email)
    assert domain.normalise_email(once) == once


def test_tokens_are_kept_as_hashes() -> None:
    assert commands.hash_token("a") != commands.hash_token("b")
    assert "secret" not in commands.hash_token("secret")


def test_every_cause_of_points_is_one_that_something_awards() -> None:
    assert all(points > 0 for points in domain.POINTS.values())
    assert "content.package.forked" in reactions.by_event
    assert "content.package.version_published" in reactions.by_event


def test_no_event_of_accounts_carries_personal_data() -> None:
    for cls in contract.EVENTS:
        fields = set(cls.__struct_fields__)
        assert not fields & {"email", "password", "password_hash", "display_name", "token", "device"}
