"""Which replica a call goes to."""

from collections import Counter

import pytest

from blokhub.infra.replicas import (
    ERRORS_IN_A_ROW,
    IN_FLIGHT,
    LEFT_OUT_SECONDS,
    SLOW_IN_A_ROW,
    Canary,
    Replica,
    Replicas,
)
from blokhub.kernel.errors import Unavailable


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.moment = 1000.0

    def __call__(self) -> float:
        return self.moment

    def wait(self) -> None:
        self.moment += LEFT_OUT_SECONDS


@pytest.fixture
def clock() -> Clock:
    return Clock()


def urls(found: list[Replica]) -> list[str]:
    return [each.url for each in found]


def find(replicas: Replicas, url: str) -> Replica:
    """One replica, whoever's turn it is."""
    return next(each for _ in range(10) for each in replicas.candidates() if each.url == url)


def let_hang(replicas: Replicas, url: str) -> None:
    replica = find(replicas, url)
    for _ in range(SLOW_IN_A_ROW):
        replicas.note_slow(replica)


def test_calls_go_to_every_replica_in_turns() -> None:
    three = Replicas(["a", "b", "c"])
    assert Counter(three.candidates()[0].url for _ in range(300)) == {"a": 100, "b": 100, "c": 100}


def test_a_call_that_fails_at_one_replica_can_go_on_to_the_others() -> None:
    assert urls(Replicas(["a", "b", "c"]).candidates()) == ["a", "b", "c"]


def test_a_replica_that_cannot_be_reached_is_left_out_for_a_while(clock: Clock) -> None:
    three = Replicas(["a", "b", "c"], now=clock)
    three.note_unreachable(find(three, "b"))
    assert {url for _ in range(6) for url in urls(three.candidates())} == {"a", "c"}
    clock.wait()
    assert "b" in urls(three.candidates())


def test_a_replica_that_answers_again_is_counted_on_at_once(clock: Clock) -> None:
    two = Replicas(["a", "b"], now=clock)
    replica = find(two, "b")
    two.note_unreachable(replica)
    two.note_answer(replica)
    assert {two.candidates()[0].url for _ in range(2)} == {"a", "b"}


def test_only_a_replica_that_had_answered_is_news_when_it_fails() -> None:
    one = Replicas(["a"])
    (replica,) = one.candidates()
    assert not one.note_unreachable(replica)
    one.note_answer(replica)
    assert one.note_unreachable(replica)
    assert not one.note_unreachable(replica)


def test_when_none_can_be_reached_the_one_that_failed_first_is_tried(clock: Clock) -> None:
    two = Replicas(["a", "b"], now=clock)
    first, second = find(two, "b"), find(two, "a")
    two.note_unreachable(first)
    clock.moment += 1
    two.note_unreachable(second)
    assert [urls(two.candidates()) for _ in range(3)] == [["b"]] * 3


def test_nobody_waits_for_a_service_that_hangs(clock: Clock) -> None:
    one = Replicas(["a"], now=clock)
    let_hang(one, "a")
    assert one.candidates() == []


def test_one_call_finds_out_whether_a_service_hangs_no_more(clock: Clock) -> None:
    one = Replicas(["a"], now=clock)
    let_hang(one, "a")
    clock.wait()
    (trial,) = one.candidates()
    assert one.candidates() == [], "the others do not wait with it"
    one.note_slow(trial)
    assert one.candidates() == []
    clock.wait()
    (trial,) = one.candidates()
    one.note_answer(trial)
    assert urls(one.candidates()) == ["a"]


def test_a_slow_answer_now_and_then_is_no_hanging(clock: Clock) -> None:
    one = Replicas(["a"], now=clock)
    (replica,) = one.candidates()
    for _ in range(SLOW_IN_A_ROW * 2):
        one.note_slow(replica)
        one.note_answer(replica)
    assert urls(one.candidates()) == ["a"]


def test_a_replica_that_hangs_is_passed_over_while_others_answer(clock: Clock) -> None:
    three = Replicas(["a", "b", "c"], now=clock)
    let_hang(three, "b")
    assert {url for _ in range(6) for url in urls(three.candidates())} == {"a", "c"}


def test_a_replica_that_does_nothing_but_fail_is_left_out(clock: Clock) -> None:
    three = Replicas(["a", "b", "c"], now=clock)
    replica = find(three, "b")
    told = [three.note_error(replica) for _ in range(ERRORS_IN_A_ROW)]
    assert told == [False] * (ERRORS_IN_A_ROW - 1) + [True]
    assert {url for _ in range(6) for url in urls(three.candidates())} == {"a", "c"}
    clock.wait()
    assert three.note_error(find(three, "b")), "one error more is enough when it comes back no better"


def test_an_input_that_breaks_every_replica_takes_none_away() -> None:
    one = Replicas(["a"])
    (replica,) = one.candidates()
    assert not any(one.note_error(replica) for _ in range(ERRORS_IN_A_ROW * 2))
    two = Replicas(["a", "b"])
    for _ in range(ERRORS_IN_A_ROW * 2):
        for each in two.candidates():
            two.note_error(each)
    assert two.candidates()


def test_a_service_takes_so_many_calls_at_once_and_no_more() -> None:
    one = Replicas(["a"])
    held = [one.admit() for _ in range(IN_FLIGHT)]
    for each in held:
        each.__enter__()
    with pytest.raises(Unavailable, match="Too many"), one.admit():
        pass
    held[0].__exit__(None, None, None)
    with one.admit():
        pass


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


def test_what_a_canary_cannot_take_goes_to_the_others(clock: Clock) -> None:
    service = Replicas(["a"], Canary("new", 1.0), now=clock)
    assert urls(service.candidates()) == ["new", "a"]
    service.note_unreachable(find(service, "new"))
    assert urls(service.candidates()) == ["a"]
