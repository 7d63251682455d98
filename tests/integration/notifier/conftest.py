"""A notifier that has settled in."""

from collections.abc import Awaitable, Callable

import pytest

from shared.database import Database
from tests.integration.notifier.house import House


@pytest.fixture
async def house(make_database: Callable[[str], Awaitable[Database]]) -> House:
    found = House(await make_database("notifier"))
    await found.settle_in()
    return found
