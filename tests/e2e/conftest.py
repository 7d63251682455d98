"""The system under test: an external one if its address is set, else each way of running it, started here."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.e2e.scenario import Scenario
from tests.e2e.systems import System, distributed, embedded, given
from tests.support.mail import MailReader

GIVEN = given()


@pytest.fixture(params=["given"] if GIVEN else ["inprocess", "rabbitmq"])
async def system(request: pytest.FixtureRequest) -> AsyncIterator[System]:
    """The given system; without it, the parameter decides: `inprocess` or `rabbitmq`."""
    if GIVEN:
        yield GIVEN
    elif request.param == "inprocess":
        async with embedded() as running:
            yield running
    else:
        async with distributed(request.getfixturevalue("postgres_server"), request.getfixturevalue("vhost")) as running:
            yield running


@pytest.fixture
async def scenario(system: System) -> AsyncIterator[Scenario]:
    """People with new names and addresses in that system."""
    mails = MailReader(system.mail_url)
    async with httpx.AsyncClient(base_url=system.url, timeout=30, trust_env=False) as http:
        yield Scenario(system, http, mails)
    await mails.close()
