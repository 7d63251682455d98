"""One world for all tests of this folder; each leaves it as it was."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.edges.world import World, world_on
from tests.support.postgres import TestServer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(postgres_server: TestServer) -> AsyncIterator[World]:
    """The four services, and people of every kind."""
    async with world_on(postgres_server) as made:
        yield made
