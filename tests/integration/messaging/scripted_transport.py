"""A transport that does what the test tells it to, and the two services on it; both use one database."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.transport import Outcome
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import TwoServices, two_services


class Scripted(InProcessTransport):
    """Confirms what the test tells it to, and remembers all that was published."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []
        self.away = False
        self.refused: set[str] = set()
        self.refusal = Outcome.UNROUTABLE
        self.hold = asyncio.Event()
        self.hold.set()

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> Sequence[Outcome]:
        await self.hold.wait()
        self.given += [envelope.name for envelope in envelopes]
        if self.away:
            return [Outcome.LOST] * len(envelopes)
        return [self.refusal if envelope.name in self.refused else Outcome.CONFIRMED for envelope in envelopes]

    async def ready(self) -> bool:
        return not self.away


@pytest.fixture
async def transport() -> Scripted:
    return Scripted()


@pytest.fixture
async def services(make_database: MakeDatabase, transport: Scripted) -> AsyncIterator[TwoServices]:
    database = await make_database("mechanisms")
    async with two_services(database, database, transport) as given:
        yield given


async def left(services: TwoServices, number: int) -> bool:
    return await services.count("outbox") == number
