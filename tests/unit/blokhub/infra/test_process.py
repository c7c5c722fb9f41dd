"""Background work is ended for certain."""

import asyncio

from blokhub.infra.process import cancel_all


async def test_work_that_misses_its_first_cancellation_is_cancelled_again() -> None:
    missed = asyncio.Event()

    async def busy() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            missed.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(busy())
    await asyncio.sleep(0)
    await cancel_all([task])
    assert missed.is_set()
    assert task.cancelled()
