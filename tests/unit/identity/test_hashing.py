"""Only so many hashes are computed at once, and only so many wait."""

import asyncio

import pytest

from services.identity.use_cases.hashing import HashQueue, TooBusy


async def test_a_queue_that_is_full_refuses_at_once_and_goes_on_in_order() -> None:
    queue, order = HashQueue(at_once=1, most_waiting=2), list[int]()

    async def work(number: int) -> None:
        async with queue.turn():
            order.append(number)
            await asyncio.sleep(0)

    tasks = [asyncio.ensure_future(work(number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy) as caught:
        await work(3)
    assert "réessayez dans 2 secondes" in caught.value.sentence
    await asyncio.gather(*tasks)
    assert order == [0, 1, 2]
    await work(4)


async def test_whoever_gives_up_waiting_makes_room() -> None:
    queue = HashQueue(at_once=1, most_waiting=1)
    async with queue.turn():
        waiting = asyncio.ensure_future(queue.turn().__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        next_one = asyncio.ensure_future(queue.turn().__aenter__())
        await asyncio.sleep(0)
        assert not next_one.done()
    await next_one
