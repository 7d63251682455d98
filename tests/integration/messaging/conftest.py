"""The messaging bed on both transports."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.bed import Bed, bed_on


@pytest.fixture(params=["inprocess", "rabbitmq"])
async def bed(request: pytest.FixtureRequest, make_database: Any) -> AsyncIterator[Bed]:
    """A speaker and a listener that nothing runs for yet."""
    speaker, listener = await make_database("mechanisms"), await make_database("mechanisms")
    if request.param == "inprocess":
        transport: Any = InProcessTransport()
    else:
        transport = RabbitTransport(request.getfixturevalue("vhost"), service="test")
    async with bed_on(speaker, listener, transport) as given:
        yield given
