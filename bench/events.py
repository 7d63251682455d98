"""Events a second: from committed outbox rows of one service to committed effects in another, over RabbitMQ."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import uuid4

from bench.stage import Stage, observer, plain, running, service, until
from shared.contracts.catalogue import TrainingPublished, TrainingSnapshot
from shared.database import Database

WARM_UP = 300
EVENTS = 6000
EFFECTS = "SELECT count(*) FROM trainings"


async def ours(stage: Stage) -> float:
    """The catalogue's worker relays, enrollment's worker listens: two processes, as operators run them."""
    speaking, hearing = await stage.database("catalogue"), await stage.database("enrollment")
    amqp = stage.vhost()
    async with AsyncExitStack() as processes:
        await processes.enter_async_context(service("enrollment", "worker", hearing, amqp))
        await processes.enter_async_context(service("catalogue", "worker", speaking, amqp))
        found = await _measure(stage, speaking, hearing)
    await stage.drop(speaking)
    await stage.drop(hearing)
    return found


async def floor(stage: Stage) -> float:
    """The same tables and the same rows, by hand."""
    speaking, hearing = await stage.database("catalogue"), await stage.database("enrollment")
    amqp = stage.vhost()
    async with AsyncExitStack() as processes:
        for role, database in (("consume", hearing), ("publish", speaking)):
            environment = {"FLOOR_DATABASE_URL": plain(database), "FLOOR_AMQP_URL": amqp}
            arguments = ["-m", "bench.floor_events", role, TrainingPublished.wire_name]
            await processes.enter_async_context(running(f"floor-{role}", arguments, environment))
        found = await _measure(stage, speaking, hearing)
    await stage.drop(speaking)
    await stage.drop(hearing)
    return found


async def _measure(stage: Stage, speaking: str, hearing: str) -> float:
    """Effects a second, from the first that is seen to the last: how soon a waiting relay looks is not throughput."""
    database = Database(speaking, application="bench")
    async with observer(hearing) as connection:
        await _say(database, WARM_UP)
        await until(connection, EFFECTS, WARM_UP)
        await stage.settle()
        await _say(database, EVENTS)
        seen = await until(connection, EFFECTS, WARM_UP + EVENTS)
    await database.close()
    begun = next(moment for moment in seen if moment[1] > WARM_UP)
    return (seen[-1][1] - begun[1]) / (seen[-1][0] - begun[0])


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
