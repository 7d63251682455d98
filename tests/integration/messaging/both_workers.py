"""A process that tests kill: the publishing worker of one database and the subscribing worker of the other."""

import asyncio
import sys

from shared.database import Database
from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.two_services import TwoServices


async def main(publisher: str, subscriber: str, broker: str) -> None:
    """Run both workers until killed."""
    services = TwoServices(
        Database(publisher, application="killed", pool_size=2),
        Database(subscriber, application="killed", pool_size=2),
        RabbitTransport(broker, service="test"),
    )
    await asyncio.gather(services.publishing_worker().run(), services.subscribing_worker().run())


asyncio.run(main(*sys.argv[1:]))
