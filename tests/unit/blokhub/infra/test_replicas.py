"""Which replica a call goes to."""

from collections import Counter

import pytest

from blokhub.infra import replicas
from blokhub.infra.replicas import Canary, Replicas


def test_calls_go_to_every_replica_in_turns() -> None:
    three = Replicas(["a", "b", "c"])
    assert Counter(three.candidates()[0] for _ in range(300)) == {"a": 100, "b": 100, "c": 100}


def test_a_call_that_fails_at_one_replica_can_go_on_to_the_others() -> None:
    assert Replicas(["a", "b", "c"]).candidates() == ["a", "b", "c"]


def test_a_replica_that_failed_is_left_out_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    three = Replicas(["a", "b", "c"])
    three.eject("b")
    assert {url for _ in range(6) for url in three.candidates()} == {"a", "c"}
    monkeypatch.setattr(replicas, "EJECTED_SECONDS", 0.0)
    three.eject("b")
    assert "b" in three.candidates()


def test_a_replica_that_answers_again_is_counted_on_at_once() -> None:
    two = Replicas(["a", "b"])
    two.eject("b")
    two.restore("b")
    assert {two.candidates()[0] for _ in range(2)} == {"a", "b"}


def test_only_a_replica_that_had_answered_is_news_when_it_fails() -> None:
    one = Replicas(["a"])
    assert not one.eject("a")
    one.restore("a")
    assert one.eject("a")
    assert not one.eject("a")


def test_when_all_have_failed_the_one_that_failed_first_is_tried() -> None:
    two = Replicas(["a", "b"])
    two.eject("b")
    two.eject("a")
    assert [two.candidates() for _ in range(3)] == [["b"]] * 3


@pytest.mark.parametrize("percent", [1, 10, 33, 50, 99])
def test_a_canary_gets_its_share_each_time_the_same(percent: int) -> None:
    def taken() -> list[bool]:
        canary = Canary("new", percent / 100)
        return [canary.takes_next() for _ in range(1000)]

    assert abs(sum(taken()) - percent * 10) <= 5
    assert taken() == taken()


def test_a_canary_sees_each_kind_of_call_even_when_they_come_in_a_rhythm() -> None:
    canary = Canary("new", 0.1)
    kinds = Counter(number % 4 for number in range(4000) if canary.takes_next())
    assert all(80 <= kinds[kind] <= 120 for kind in range(4))


def test_no_share_and_the_whole_share_mean_what_they_say() -> None:
    assert not any(Canary("new", 0.0).takes_next() for _ in range(1000))
    assert all(Canary("new", 1.0).takes_next() for _ in range(1000))


def test_what_a_canary_cannot_take_goes_to_the_others() -> None:
    service = Replicas(["a"], Canary("new", 1.0))
    assert service.candidates() == ["new", "a"]
    service.eject("new")
    assert service.candidates() == ["a"]
