"""The servers that tests run on, once for a run, and a fresh database and virtual host for each test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from shared.database import Database
from tests.support.broker import Broker
from tests.support.postgres import EmbeddedServer, TestServer

MakeDatabase = Callable[[str], Awaitable[Database]]

MIGRATIONS = {
    "mechanisms": ("tests.support.mechanisms", ()),
    "identity": ("services.identity.storage.migrations", ("trace",)),
    "catalogue": ("services.catalogue.storage.migrations", ()),
    "enrollment": ("services.enrollment.storage.migrations", ("enrollment_history", "presences")),
    "notifier": ("services.notifier.storage.migrations", ()),
}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """PARCOURSPRO_TEST_POSTGRES_URL (a superuser's), else the embedded one."""
    url = os.environ.get("PARCOURSPRO_TEST_POSTGRES_URL")
    if url:
        yield TestServer(url)
        return
    with EmbeddedServer() as own:
        yield TestServer(own)


@pytest.fixture
async def make_database(postgres_server: TestServer) -> AsyncIterator[MakeDatabase]:
    """Give `await make_database("identity")`: a Database as the running role, migrated and empty, gone after the test."""
    made: list[tuple[str, Database]] = []

    async def make(service: str) -> Database:
        name, url = await postgres_server.fresh(service, *MIGRATIONS[service])
        database = Database(url, application="test", pool_size=10)
        made.append((name, database))
        return database

    yield make
    for name, database in made:
        await database.close()
        await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A node that the tests may stop and start."""
    node = Broker()
    node.start()
    yield node
    node.stop()


@pytest.fixture
def vhost(request: pytest.FixtureRequest) -> str:
    """PARCOURSPRO_TEST_AMQP_URL, else a new virtual host of the tests' own node."""
    return os.environ.get("PARCOURSPRO_TEST_AMQP_URL") or request.getfixturevalue("broker").vhost()
