"""Events per second: from committed outbox rows of one service to committed effects in another, over RabbitMQ."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import uuid4

from bench.report import Rate
from bench.servers import Servers, cpu_seconds, observer, plain, running, service, until
from shared.contracts.catalogue import TrainingPublished, TrainingSnapshot
from shared.database import Database
from tests.support.processes import Process

WARM_UP = 300
EVENTS = 6000
EFFECTS = "SELECT count(*) FROM trainings"


async def ours(servers: Servers) -> Rate:
    """The catalogue's worker publishes, enrollment's worker receives: two processes, as operators run them."""
    publishing, receiving = await servers.database("catalogue"), await servers.database("enrollment")
    amqp = servers.vhost()
    async with AsyncExitStack() as processes:
        listener = await processes.enter_async_context(service("enrollment", "worker", receiving, amqp))
        relay = await processes.enter_async_context(service("catalogue", "worker", publishing, amqp))
        rate = await _measure(servers, publishing, receiving, [listener.process, relay.process])
    await servers.drop(publishing)
    await servers.drop(receiving)
    return rate


async def floor(servers: Servers) -> Rate:
    """The same tables and rows with the minimal implementation (`floor_events.py`)."""
    publishing, receiving = await servers.database("catalogue"), await servers.database("enrollment")
    amqp = servers.vhost()
    async with AsyncExitStack() as processes:
        run = []
        for role, database in (("consume", receiving), ("publish", publishing)):
            environment = {"FLOOR_DATABASE_URL": plain(database), "FLOOR_AMQP_URL": amqp}
            arguments = ["-m", "bench.floor_events", role, TrainingPublished.wire_name]
            run.append(await processes.enter_async_context(running(f"floor-{role}", arguments, environment)))
        rate = await _measure(servers, publishing, receiving, run)
    await servers.drop(publishing)
    await servers.drop(receiving)
    return rate


async def _measure(servers: Servers, publishing: str, receiving: str, processes: list[Process]) -> Rate:
    """Effects per second from the first observed effect to the last: the delay of an idle relay is not throughput."""
    database = Database(publishing, application="bench")
    async with observer(receiving) as connection:
        await emit(database, WARM_UP)
        await until(connection, EFFECTS, WARM_UP)
        await servers.checkpoint()
        used = sum(map(cpu_seconds, processes))
        await emit(database, EVENTS)
        counts = await until(connection, EFFECTS, WARM_UP + EVENTS)
    used = sum(map(cpu_seconds, processes)) - used
    await database.close()
    first, last = next(moment for moment in counts if moment[1] > WARM_UP), counts[-1]
    return Rate((last[1] - first[1]) / (last[0] - first[0]), used / EVENTS)


async def emit(database: Database, count: int) -> None:
    """Write the events of `count` new trainings into the catalogue's outbox, in one transaction."""
    now = datetime.now(UTC)
    async with database.transaction() as work:
        for _ in range(count):
            training = TrainingSnapshot(
                id=uuid4(),
                version=1,
                title="Conduire un entretien",
                axis_id=uuid4(),
                kind="training",
                members_only=False,
                state="published",
            )
            work.emit(TrainingPublished(occurred_at=now, training=training))
