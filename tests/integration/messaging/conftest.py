"""The two services on both transports."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.messaging import catch_up, event_log
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.missed_events import Spy
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


@pytest.fixture
def quick_catch_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses; and the event is `public`, so that it counts as published even where the listener has no queue."""
    monkeypatch.setattr(SessionOccupancyChanged, "public", True)
    monkeypatch.setattr(event_log, "GRACE", timedelta(0))
    monkeypatch.setattr(catch_up, "ASK_EVERY", timedelta(milliseconds=100))
    monkeypatch.setattr(catch_up, "ASK_AGAIN", timedelta(milliseconds=50))
    monkeypatch.setattr(catch_up, "LOOK_EVERY", 0.05)


@pytest.fixture
def spy(services: TwoServices) -> Spy:
    return Spy(services)
