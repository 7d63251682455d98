"""A service whose database was restored to an earlier time, and the events since then are gone from the log."""

from uuid import uuid4

from shared.database import Database
from tests.conftest import MakeDatabase
from tests.integration.rebuild.running_services import RunningServices, running_services
from tests.support.eventually import eventually
from tests.support.postgres import TestServer

SESSIONS = "SELECT id, version, capacity, state FROM sessions ORDER BY id"
CHANGES = (
    "UPDATE trainings SET version = version + 1, state = 'archived', title = 'Autre' WHERE state = 'published'",
    "UPDATE sessions SET version = version + 1, capacity = capacity + 1, place = 'Guéret'",
    "UPDATE sessions SET state = 'cancelled' WHERE id IN (SELECT id FROM sessions LIMIT 3)",
)


async def test_its_copies_are_those_of_the_database_that_was_lost(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    catalogue, lost = await make_database("catalogue"), await make_database("enrollment")
    backup = f"restored_enrollment_{uuid4().hex[:8]}"
    restored = Database(postgres_server.address(backup, "enrollment"), application="test")
    try:
        async with running_services({"catalogue": catalogue, "enrollment": lost}, None) as services:
            await services.fill_catalogue(12)
            await services.emit("catalogue", await services.published())
            await eventually(lambda: _same_sessions(services), within=20)
            await services.stop()
            await lost.engine.dispose()
            await postgres_server.execute(f"CREATE DATABASE {backup} TEMPLATE {lost.engine.url.database}")

            services.start()
            await services.fill_catalogue(8)
            await services.run("catalogue", *CHANGES)
            await services.emit("catalogue", await services.published())
            await eventually(lambda: _same_sessions(services), within=20)
            expected = await services.tables("enrollment", "trainings", "sessions")

        async with running_services({"catalogue": catalogue, "enrollment": restored}, None) as services:
            assert await services.tables("enrollment", "trainings", "sessions") != expected
            assert await services.rebuild("enrollment", owner="catalogue")
            assert await services.tables("enrollment", "trainings", "sessions") == expected
    finally:
        await restored.close()
        await postgres_server.execute(f"DROP DATABASE IF EXISTS {backup} WITH (FORCE)")


async def _same_sessions(services: RunningServices) -> bool:
    return await services.rows("catalogue", SESSIONS) == await services.rows("enrollment", SESSIONS)
