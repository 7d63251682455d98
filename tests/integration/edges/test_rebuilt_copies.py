"""The copies of all services are rebuilt: they are as those of services that lost nothing, and nothing else happens."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

import services
from docs import generate
from shared import rebuild_command
from shared.database import Database
from shared.messaging import rebuild
from tests.integration.edges.all_services import AllServices
from tests.integration.rebuild.running_services import RunningServices, running_services
from tests.support.postgres import TestServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

COPIES = {
    "catalogue": ["accounts", "occupancy", "sheets"],
    "enrollment": ["accounts", "attachments", "sessions", "structures", "trainings"],
    "notifier": [
        "accounts", "attachments", "enrollments", "occupancy", "sessions", "sheets", "structures", "trainings",
    ],
}  # fmt: skip
LOST = ("cart_id", "ended_in")
"""What the notifier has of a request from single events, and cannot get again for a row that is lost."""
EFFECTS = {
    "catalogue": ["outbox", "catalogue_history"],
    "enrollment": ["outbox", "enrollments", "enrollment_history", "left_open", "proposals", "reminders"],
    "identity": ["outbox"],
    "notifier": ["outbox", "mails", "calendars", "motivations"],
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in services.definitions():
        monkeypatch.setenv(f"PARCOURSPRO_{name.upper()}_DATABASE_URL", generate.NOWHERE)
    monkeypatch.setattr(rebuild, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(rebuild_command, "LOOK_EVERY", 0.05)


@pytest_asyncio.fixture(loop_scope="session")
async def cloned(services: AllServices, postgres_server: TestServer) -> AsyncIterator[RunningServices]:
    """The four services with copies of their databases, whose event logs are empty; their workers run."""
    databases = {}
    for service, database in services.databases.items():
        await database.engine.dispose()
        name = f"cloned_{service}_{uuid4().hex[:8]}"
        source = database.engine.url.database
        await postgres_server.execute(f"CREATE DATABASE {name} TEMPLATE {source} OWNER {service}_owner")
        databases[service] = Database(postgres_server.address(name, service), application="cloned")
    try:
        async with running_services(databases, None) as running:
            yield running
    finally:
        for database in databases.values():
            await database.close()
            await postgres_server.execute(f"DROP DATABASE {database.engine.url.database} WITH (FORCE)")


async def test_all_copies_are_as_if_nothing_had_been_lost(cloned: RunningServices) -> None:
    twins = {service: await cloned.tables(service, *tables) for service, tables in COPIES.items()}
    effects = {service: await cloned.tables(service, *tables) for service, tables in EFFECTS.items()}
    for service, tables in COPIES.items():
        assert await cloned.rebuild(service), cloned.told
        assert await cloned.tables(service, *tables) == twins[service], "nothing was wrong"

    await cloned.run(
        "catalogue", "DELETE FROM accounts", "DELETE FROM occupancy", "UPDATE sheets SET closed = NOT closed"
    )
    # requests refer to sessions, so no row of a session that has some can be lost
    wrong = (
        "UPDATE sessions SET title = 'faux', version = version + 40, trainer_ids = '{}'",
        # what took place is never moved by an event
        "UPDATE sessions SET place = 'faux', slots = '[]' WHERE attendance_closed_at IS NULL",
    )
    await cloned.run(
        "enrollment", *(f"DELETE FROM {name}" for name in COPIES["enrollment"] if name != "sessions"), *wrong
    )
    await cloned.run("notifier", *(f"DELETE FROM {name}" for name in COPIES["notifier"]))
    for service, tables in COPIES.items():
        assert await cloned.rebuild(service), cloned.told
        rebuilt = await cloned.tables(service, *tables)
        assert {name: _without(rows, *LOST) for name, rows in rebuilt.items()} == {
            name: _without(rows, *LOST) for name, rows in twins[service].items()
        }
    assert {service: await cloned.tables(service, *tables) for service, tables in EFFECTS.items()} == effects


def _without(rows: list[Any], *columns: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row._asdict().items() if name not in columns} for row in rows]
