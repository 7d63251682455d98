"""The four services, started once for all tests of this folder: no test leaves a change behind."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.edges.all_services import AllServices, started_on
from tests.support.postgres import TestServer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def services(postgres_server: TestServer) -> AsyncIterator[AllServices]:
    async with started_on(postgres_server) as services:
        yield services
