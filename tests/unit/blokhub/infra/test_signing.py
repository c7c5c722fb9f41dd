"""A service believes only contexts that were signed a moment ago with the installation's secret."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blokhub.infra import signing
from blokhub.infra.signing import ContextSigner
from blokhub.kernel.context import Actor, Context

SIGNER = ContextSigner("a secret that is long enough for every check")
ANN = Context(actor=Actor("1", "ann", ("member", "moderator")), correlation="c", session="s")


def test_a_context_comes_back_as_it_was_signed() -> None:
    assert SIGNER.read(SIGNER.sign(ANN)) == ANN


def test_a_context_without_an_actor_comes_back_too() -> None:
    context = Context(correlation="c")
    assert SIGNER.read(SIGNER.sign(context)) == context


def test_every_process_of_the_installation_reads_it() -> None:
    other = ContextSigner("a secret that is long enough for every check")
    assert other.read(SIGNER.sign(ANN)) == ANN


def test_another_secret_signs_for_nobody_here() -> None:
    assert SIGNER.read(ContextSigner("another secret, just as long as ours").sign(ANN)) is None


@given(st.data())
def test_a_single_changed_bit_is_noticed(data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(SIGNER.sign(ANN)))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    assert SIGNER.read(base64.urlsafe_b64encode(raw).decode()) is None


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert SIGNER.read(text) is None


@pytest.mark.parametrize("seconds", [-3600, -61, 61, 3600])
def test_an_old_context_and_one_from_the_future_are_refused(
    monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    signed = SIGNER.sign(ANN)
    present = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: present + seconds)
    assert SIGNER.read(signed) is None


def test_a_context_of_a_few_seconds_ago_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = SIGNER.sign(ANN)
    present = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: present + 30)
    assert SIGNER.read(signed) == ANN
