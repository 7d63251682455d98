"""A connection is made to whichever node of the broker's cluster answers."""

import pytest

from shared.messaging.broker import connect_to_any

ADDRESSES = ["amqp://one", "amqp://two", "amqp://three"]


@pytest.mark.parametrize("alive", ADDRESSES)
async def test_nodes_that_do_not_answer_are_passed_over(alive: str) -> None:
    tried: list[str] = []

    async def connect_to(url: str) -> str:
        tried.append(url)
        if url != alive:
            raise ConnectionRefusedError
        return url

    for _ in range(20):  # the order is by chance
        tried.clear()
        assert await connect_to_any(",".join(ADDRESSES), connect_to) == alive
        assert len(tried) == len(set(tried))
        assert tried[-1] == alive


async def test_no_node_is_always_the_first_one() -> None:
    async def connect_to(url: str) -> str:
        return url

    first = {await connect_to_any(",".join(ADDRESSES), connect_to) for _ in range(200)}
    assert first == set(ADDRESSES)


async def test_the_last_node_says_why_none_answered() -> None:
    async def connect_to(url: str) -> str:
        raise ConnectionRefusedError(url)

    with pytest.raises(ConnectionRefusedError):
        await connect_to_any(",".join(ADDRESSES), connect_to)
