"""One services for all tests of this folder; each leaves it as it was."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.edges.all_services import AllServices, started_on
from tests.support.postgres import TestServer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def services(postgres_server: TestServer) -> AsyncIterator[AllServices]:
    """The four services, and people of every kind."""
    async with started_on(postgres_server) as made:
        yield made
