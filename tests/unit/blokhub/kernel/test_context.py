"""Who asks, and what they may."""

import pytest

from blokhub.kernel.context import SYSTEM, Actor, Context
from blokhub.kernel.errors import NotAuthenticated, NotPermitted

ANN = Actor("1", "ann")


def test_nobody_is_asked_to_sign_in() -> None:
    with pytest.raises(NotAuthenticated):
        Context().require_actor()
    with pytest.raises(NotAuthenticated):
        Context().require_role("member")


def test_a_role_that_one_does_not_have_is_named() -> None:
    with pytest.raises(NotPermitted, match="administrator"):
        Context(actor=ANN).require_role("administrator")


def test_who_has_the_role_passes() -> None:
    context = Context(actor=ANN)
    assert context.require_actor() is ANN
    assert context.require_role("member") is ANN
    assert Context.of_system().require_role("administrator") is SYSTEM


def test_work_of_the_platform_begins_a_conversation_or_continues_one() -> None:
    assert Context.of_system().correlation != Context.of_system().correlation
    assert Context.of_system("c").correlation == "c"


def test_a_step_further_stays_in_the_conversation() -> None:
    first = Context(actor=ANN, correlation="c", session="s")
    second = first.caused_by("e")
    assert (second.actor, second.correlation, second.session, second.causation) == (ANN, "c", "s", "e")
    assert first.causation is None
