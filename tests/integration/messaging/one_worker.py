"""A process of its own, to be killed: the relay of one database and the listener of the other."""

import asyncio
import sys

from shared.database import Database
from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.bed import Bed


async def main(speaker: str, listener: str, broker: str) -> None:
    """Run both workers until killed."""
    bed = Bed(
        Database(speaker, application="killed", pool_size=2),
        Database(listener, application="killed", pool_size=2),
        RabbitTransport(broker, service="test"),
    )
    await asyncio.gather(bed.speak().run(), bed.listen().run())


asyncio.run(main(*sys.argv[1:]))
