"""Events a second: from committed outbox rows of one service to committed effects in another, over RabbitMQ."""

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
    """The catalogue's worker relays, enrollment's worker listens: two processes, as operators run them."""
    speaking, hearing = await servers.database("catalogue"), await servers.database("enrollment")
    amqp = servers.vhost()
    async with AsyncExitStack() as processes:
        listener = await processes.enter_async_context(service("enrollment", "worker", hearing, amqp))
        relay = await processes.enter_async_context(service("catalogue", "worker", speaking, amqp))
        found = await _measure(servers, speaking, hearing, [listener.process, relay.process])
    await servers.drop(speaking)
    await servers.drop(hearing)
    return found


async def floor(servers: Servers) -> Rate:
    """The same tables and the same rows, by hand."""
    speaking, hearing = await servers.database("catalogue"), await servers.database("enrollment")
    amqp = servers.vhost()
    async with AsyncExitStack() as processes:
        run = []
        for role, database in (("consume", hearing), ("publish", speaking)):
            environment = {"FLOOR_DATABASE_URL": plain(database), "FLOOR_AMQP_URL": amqp}
            arguments = ["-m", "bench.floor_events", role, TrainingPublished.wire_name]
            run.append(await processes.enter_async_context(running(f"floor-{role}", arguments, environment)))
        found = await _measure(servers, speaking, hearing, run)
    await servers.drop(speaking)
    await servers.drop(hearing)
    return found


async def _measure(servers: Servers, speaking: str, hearing: str, processes: list[Process]) -> Rate:
    """Effects a second, from the first that is seen to the last: how soon a waiting relay looks is not throughput."""
    database = Database(speaking, application="bench")
    async with observer(hearing) as connection:
        await _say(database, WARM_UP)
        await until(connection, EFFECTS, WARM_UP)
        await servers.checkpoint()
        used = sum(map(cpu_seconds, processes))
        await _say(database, EVENTS)
        seen = await until(connection, EFFECTS, WARM_UP + EVENTS)
    used = sum(map(cpu_seconds, processes)) - used
    await database.close()
    begun = next(moment for moment in seen if moment[1] > WARM_UP)
    return Rate((seen[-1][1] - begun[1]) / (seen[-1][0] - begun[0]), used / EVENTS)


async def _say(database: Database, count: int) -> None:
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
