"""A listener in its own process. The event of version 13 kills it, as the kernel does when there is no memory left."""

import asyncio
import os
import signal
import sys
from typing import Any

from shared.database import Database
from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.two_services import TwoServices

KILLER = 13


async def _die_of_the_killer(message: Any) -> None:
    await asyncio.sleep(0.005)
    if message.aggregate_version == KILLER:
        os.kill(os.getpid(), signal.SIGKILL)


async def _main(url: str, broker: str) -> None:
    database = Database(url, application="listener", pool_size=4)
    services = TwoServices(database, database, RabbitTransport(broker, service="test"), _die_of_the_killer)
    await services.subscribing_worker().run()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
