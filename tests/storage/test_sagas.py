"""Sagas end as if every step had happened, or none; shown with toys on the real database."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.support.ledger import World

from blokhub.infra import saga_log
from blokhub.infra.host import Host
from blokhub.infra.saga_log import SagaView
from blokhub.infra.sagas import Payload, Saga, SagaEngine, Step
from blokhub.infra.settings import Settings
from blokhub.kernel.errors import RuleBroken, Unavailable, VersionConflict

STEPS = ("reserve", "pack", "pay", "ship")


class Warehouse:
    """What the toy sagas change, and what happened in which order."""

    def __init__(self) -> None:
        self.done: dict[str, set[str]] = {}
        self.log: dict[str, list[str]] = {}
        self.failures: dict[str, Exception] = {}
        self.unwilling: dict[str, int] = {}

    def note(self, order: str, what: str) -> None:
        """Remember that something happened to an order."""
        self.log.setdefault(order, []).append(what)

    def step(self, name: str, **options: Any) -> Step:
        """A step that puts its name among what is done for an order, and one that takes it away again."""

        async def act(host: Host, payload: Payload) -> None:
            order = payload["order"]
            self.note(order, name)
            self.done.setdefault(order, set()).add(name)
            if payload.get("fails_at") == name:
                raise self.failures[order]
            if payload.get("fails_once_at") == name and order in self.failures:
                raise self.failures.pop(order)

        async def undo(host: Host, payload: Payload) -> None:
            order = payload["order"]
            if self.unwilling.get(order, 0) > 0:
                self.unwilling[order] -= 1
                raise ConnectionError("not just now")
            self.note(order, f"undo {name} because {payload['problem']['name']}")
            self.done[order].discard(name)

        return Step(name, act, undo, **options)


class Shop:
    """A host with the toy sagas, and the engine that runs them."""

    def __init__(self, world: World, engine: SagaEngine, warehouse: Warehouse) -> None:
        self.world = world
        self.engine = engine
        self.warehouse = warehouse

    async def begin(self, kind: str, **payload: Any) -> str:
        """Begin a saga; its id is also the order's."""
        order = str(uuid.uuid4())
        failure = payload.pop("failure", None)
        if failure is not None:
            self.warehouse.failures[order] = failure
        async with self.world.ledger.write() as connection:
            await saga_log.open_saga(
                connection, order, kind, list(_steps_of(kind)), owner="ann", subject="an order", result={}
            )
        await self.engine.start(kind, order, {"order": order, **payload})
        return order

    async def view(self, order: str) -> SagaView:
        """How a saga stands."""
        async with self.world.ledger.read() as connection:
            found = await saga_log.view(connection, order)
        assert found is not None
        return found[0]

    async def ended(self, order: str) -> SagaView:
        """The saga, once it is over."""
        async with asyncio.timeout(30):
            while (view := await self.view(order)).state == "running":
                await asyncio.sleep(0.02)
        return view

    async def reached(self, order: str, step: str) -> None:
        """Wait until a step is at work."""
        async with asyncio.timeout(30):
            while {s.name: s.state for s in (await self.view(order)).steps}[step] != "running":
                await asyncio.sleep(0.02)


def _steps_of(kind: str) -> tuple[str, ...]:
    return STEPS if kind == "toy.order" else ("ask", "answer", "close")


def _sagas(warehouse: Warehouse) -> tuple[Saga, ...]:
    order = Saga("toy.order", [warehouse.step(name, attempts=2) for name in STEPS])
    answered = warehouse.step("answer", awaits="answer", timeout=20)
    impatient = warehouse.step("answer", awaits="answer", timeout=0.5)
    ask, close = warehouse.step("ask"), warehouse.step("close")
    return (
        order,
        Saga("toy.question", (ask, answered, close)),
        Saga("toy.impatient", (ask, impatient, close)),
        Saga("toy.silent", (ask, Step("answer", None, awaits="answer", timeout=20), close)),
    )


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(settings: Settings) -> AsyncIterator[Shop]:
    """One engine for all tests here: a process has one at most."""
    world, engine, warehouse = World(settings), SagaEngine(), Warehouse()
    host = world.mirror_host()
    host.database = world.ledger
    engine.add(host, _sagas(warehouse))
    await engine.launch(settings.postgres_url, settings.secret_key(), f"toys/{uuid.uuid4()}")
    yield Shop(world, engine, warehouse)
    await engine.close()
    await world.close()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_step_runs_once_and_in_order(shop: Shop) -> None:
    order = await shop.begin("toy.order")
    view = await shop.ended(order)
    assert view.state == "completed"
    assert shop.warehouse.log[order] == list(STEPS)
    assert [(step.name, step.state) for step in view.steps] == [(name, "completed") for name in STEPS]
    for step in view.steps:
        assert step.started_at is not None and step.finished_at is not None
        assert view.started_at <= step.started_at <= step.finished_at
    assert view.finished_at is not None and view.error is None


@pytest.mark.parametrize("failing", STEPS)
async def test_a_step_that_is_refused_takes_everything_back_in_reverse(shop: Shop, failing: str) -> None:
    refusal = RuleBroken("toy.no", "There is nothing left.")
    order = await shop.begin("toy.order", fails_at=failing, failure=refusal)
    view = await shop.ended(order)
    ran = list(STEPS[: STEPS.index(failing) + 1])
    undone = [f"undo {name} because rule_broken" for name in reversed(ran)]
    assert shop.warehouse.log[order] == ran + undone
    assert shop.warehouse.done[order] == set()
    assert view.state == "compensated"
    assert view.error is not None and view.error["detail"] == "There is nothing left."
    expected = ["compensated"] * (len(ran) - 1) + ["failed"] + ["waiting"] * (len(STEPS) - len(ran))
    assert [step.state for step in view.steps] == expected
    failed = view.steps[len(ran) - 1]
    assert failed.error is not None and failed.error["rule"] == "toy.no"


@pytest.mark.parametrize("failing", STEPS)
async def test_a_step_that_breaks_is_tried_again_and_then_taken_back(shop: Shop, failing: str) -> None:
    order = await shop.begin("toy.order", fails_at=failing, failure=ConnectionError("the carrier is away"))
    view = await shop.ended(order)
    ran = list(STEPS[: STEPS.index(failing) + 1])
    undone = [f"undo {name} because internal_error" for name in reversed(ran)]
    assert shop.warehouse.log[order] == [*ran, failing, *undone]
    assert shop.warehouse.done[order] == set()
    assert view.state == "compensated"
    assert view.error is not None and "failed 2 times" in view.error["detail"]


@pytest.mark.parametrize("failure", [ConnectionError, VersionConflict, Unavailable])
async def test_a_step_that_works_at_the_second_attempt_is_done(shop: Shop, failure: type[Exception]) -> None:
    order = await shop.begin("toy.order", fails_once_at="pay", failure=failure("once"))
    view = await shop.ended(order)
    assert view.state == "completed"
    assert shop.warehouse.log[order] == ["reserve", "pack", "pay", "pay", "ship"]
    assert [step.error for step in view.steps] == [None] * 4


async def test_a_compensation_is_repeated_until_it_succeeds(shop: Shop) -> None:
    refusal = RuleBroken("toy.no", "No.")
    order = await shop.begin("toy.order", fails_at="pack", failure=refusal)
    shop.warehouse.unwilling[order] = 2
    view = await shop.ended(order)
    assert view.state == "compensated"
    assert shop.warehouse.unwilling[order] == 0
    assert shop.warehouse.done[order] == set()


@pytest.mark.parametrize("kind", ["toy.question", "toy.silent"])
async def test_a_waiting_step_goes_on_when_its_message_comes(shop: Shop, kind: str) -> None:
    order = await shop.begin(kind)
    await shop.reached(order, "answer")
    assert "close" not in shop.warehouse.log[order]
    await shop.engine.signal(order, "answer", {"problem": None}, once=str(uuid.uuid4()))
    assert (await shop.ended(order)).state == "completed"
    assert shop.warehouse.log[order][-1] == "close"


async def test_a_message_that_comes_before_the_step_waits_for_it(shop: Shop) -> None:
    order = await shop.begin("toy.question")
    await shop.engine.signal(order, "answer", {"problem": None}, once=str(uuid.uuid4()))
    assert (await shop.ended(order)).state == "completed"


async def test_a_message_with_a_problem_takes_everything_back(shop: Shop) -> None:
    order = await shop.begin("toy.question")
    problem = RuleBroken("toy.bad_answer", "That was wrong.").as_problem()
    await shop.engine.signal(order, "answer", {"problem": problem}, once=str(uuid.uuid4()))
    view = await shop.ended(order)
    assert view.state == "compensated"
    assert shop.warehouse.done[order] == set()
    assert [step.state for step in view.steps] == ["compensated", "failed", "waiting"]
    assert view.error is not None and view.error["rule"] == "toy.bad_answer"


async def test_a_message_that_never_comes_takes_everything_back(shop: Shop) -> None:
    order = await shop.begin("toy.impatient")
    view = await shop.ended(order)
    assert view.state == "compensated"
    assert shop.warehouse.done[order] == set()
    assert view.error is not None and "not answered within 0.5 s" in view.error["detail"]


async def test_a_message_for_an_unknown_saga_hurts_nobody(shop: Shop) -> None:
    await shop.engine.signal(str(uuid.uuid4()), "answer", {"problem": None}, once=str(uuid.uuid4()))


async def test_a_message_that_is_repeated_is_heard_once(shop: Shop) -> None:
    order, once = await shop.begin("toy.question"), str(uuid.uuid4())
    for _ in range(3):
        await shop.engine.signal(order, "answer", {"problem": None}, once=once)
    assert (await shop.ended(order)).state == "completed"
    assert shop.warehouse.log[order] == ["ask", "answer", "close"]


async def test_a_saga_that_is_begun_twice_runs_once(shop: Shop) -> None:
    order = await shop.begin("toy.order")
    payload = {"order": order}
    await asyncio.gather(*(shop.engine.start("toy.order", order, payload) for _ in range(3)))
    await shop.ended(order)
    await shop.engine.start("toy.order", order, payload)
    await asyncio.sleep(0.3)
    assert shop.warehouse.log[order] == list(STEPS)


async def test_sagas_beside_each_other_do_not_mix(shop: Shop) -> None:
    refusal = RuleBroken("toy.no", "No.")
    orders = [
        await shop.begin("toy.order", **({"fails_at": "ship", "failure": refusal} if n % 2 else {}))
        for n in range(8)
    ]
    views = [await shop.ended(order) for order in orders]
    assert [view.state for view in views] == ["completed", "compensated"] * 4
    for order, view in zip(orders, views, strict=True):
        left = set(STEPS) if view.state == "completed" else set()
        assert shop.warehouse.done[order] == left
