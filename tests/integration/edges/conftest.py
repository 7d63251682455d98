"""The four services, started once for all tests of this folder: no test leaves a change behind."""

from collections.abc import AsyncIterator
from datetime import timedelta
from unittest.mock import patch

import pytest_asyncio
from sqlalchemy import delete

from services.identity.storage.tables import budgets
from services.identity.use_cases import sign_in
from tests.integration.edges.all_services import AllServices, started_on
from tests.support.postgres import TestServer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def services(postgres_server: TestServer) -> AsyncIterator[AllServices]:
    # on a busy machine these tests take longer than the ten minutes of an access token
    with patch.object(sign_in, "ACCESS_LIFE", timedelta(hours=12)):
        async with started_on(postgres_server) as services:
            yield services


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def full_budgets(services: AllServices) -> None:
    """No test is refused because an earlier one has tried too often."""
    async with services.databases["identity"].transaction() as work:
        await work.connection.execute(delete(budgets))
