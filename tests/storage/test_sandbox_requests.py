"""What a run is given: the parameters of its request, and recorded answers instead of the hub's nodes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from blokhub.infra.sandbox import Execution, Job, SandboxPool


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[SandboxPool]:
    """One process with small limits."""
    made = SandboxPool(1, 2.0, memory_mb=256, output_kb=64)
    await made.start()
    yield made
    await made.close()


def flow(step: dict[str, Any], path: str = "/") -> dict[str, Any]:
    """A workflow of one step."""
    return {
        "name": "stranger",
        "version": "1.0.0",
        "trigger": {"http": {"method": "GET", "path": path}},
        "steps": [step],
    }


def _body(execution: Execution) -> Any:
    assert execution.response is not None, execution.problem
    return execution.response["body"]


RECORDED = (
    {"node": "user-auth", "inputs": {"text": "hi"}, "output": {"said": "recorded"}},
    {"node": "user-auth", "inputs": {"text": "no"}, "error": {"code": 422, "message": "Not like this."}},
)


@pytest.mark.parametrize(
    ("said", "status", "shown"),
    [("hi", 200, "recorded"), ("no", 422, "Not like this."), ("else", 200, "asked")],
)
async def test_a_node_of_the_host_answers_as_recorded_where_it_was(
    pool: SandboxPool, said: str, status: int, shown: str
) -> None:
    async def host(node: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return {"output": {"said": "asked"}}

    step = {"id": "one", "use": "user-auth", "inputs": {"text": "${ctx.request.query.q}"}}
    job = Job(flow(step), {"query": {"q": said}}, host_nodes=("user-auth",), fixtures=RECORDED)
    execution = await pool.execute(job, host)
    assert execution.response is not None
    assert execution.response["status"] == status
    assert shown in str(execution.response["body"])


async def test_a_dry_run_knows_what_was_recorded(pool: SandboxPool) -> None:
    step = {"id": "one", "use": "user-auth", "inputs": {"text": "hi"}}
    job = Job(flow(step), {}, host_nodes=("user-auth",), fixtures=RECORDED, dry=True)
    assert _body(await pool.execute(job)) == {"said": "recorded"}


async def test_parameters_come_from_the_path(pool: SandboxPool) -> None:
    step = {"id": "p", "use": "@blokjs/expr", "inputs": {"expression": "ctx.request.params"}}
    job = Job(flow(step, path="/orders/:id/items/:item"), {"path": "/orders/7/items/a%20b"})
    assert _body(await pool.execute(job)) == {"id": "7", "item": "a b"}


async def test_parameters_that_the_path_does_not_tell_can_be_given(pool: SandboxPool) -> None:
    step = {"id": "p", "use": "@blokjs/expr", "inputs": {"expression": "ctx.request.params"}}
    request = {"path": "/elsewhere/7", "params": {"id": "7"}}
    assert _body(await pool.execute(Job(flow(step, path="/orders/:id"), request))) == {"id": "7"}
