"""The two services on both transports."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.two_services import TwoServices, two_services


@pytest.fixture(params=["inprocess", "rabbitmq"])
async def services(request: pytest.FixtureRequest, make_database: Any) -> AsyncIterator[TwoServices]:
    """The two services, with no worker running yet."""
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    if request.param == "inprocess":
        transport: Any = InProcessTransport()
    else:
        transport = RabbitTransport(request.getfixturevalue("vhost"), service="test")
    async with two_services(publisher, subscriber, transport) as given:
        yield given
