"""Fixtures: the servers, started once for a run, and a new database and virtual host for each test."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog

import services
from shared.database import Database
from tests.support import emitted
from tests.support.broker import WHAT_TO_INSTALL, Broker, forget_queues
from tests.support.containers import POSTGRES, RABBITMQ, ContainerBroker, Containers, PostgresContainer
from tests.support.postgres import EmbeddedServer, TestServer

MEMORY = Path("/dev/shm")  # noqa: S108 - only this run's own folders are written there
ENOUGH = 4 * 2**30
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    # the servers write thousands of databases and queues that nobody needs afterwards: a disk makes the run take longer
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# the console renders exceptions with the values of all variables, if `rich` is installed: seconds for each
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# how long an example takes says something of the machine only
hypothesis.settings.register_profile("without a deadline", deadline=None)
hypothesis.settings.load_profile("without a deadline")

MakeDatabase = Callable[[str], Awaitable[Database]]

MIGRATIONS = {
    "mechanisms": ("tests.support.mechanisms", ()),
    **{name: (service.migrations_package, service.append_only) for name, service in services.definitions().items()},
}

WITH_COVERAGE = (
    *(f"tests/{folder}/" for folder in ("contracts", "unit")),
    *(f"tests/integration/{folder}/" for folder in ("messaging", "rebuild")),
    "tests/integration/enrollment/test_restated.py",
    "tests/integration/test_traces.py",
)
"""Where the domains and the messaging are tested themselves."""


def pytest_configure(config: pytest.Config) -> None:
    """In the process that starts the run, not in those of pytest-xdist: check that every message is emitted."""
    if not hasattr(config, "workerinput"):
        selects = config.getoption("keyword") or config.getoption("markexpr")
        selects = selects or any("::" in argument for argument in config.args)
        config.pluginmanager.register(emitted.Check(whole_files=not selects))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage in some tests only: it makes Python half as fast."""
    for item in items:
        if not item.nodeid.startswith(WITH_COVERAGE):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what was imported and collected: that stays, and is most of the memory."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why tests in a browser were skipped: pytest itself only counts them."""
    skipped = [each.longrepr for each in terminalreporter.getreports("skipped") if "tests/browser/" in each.nodeid]
    reasons = Counter(longrepr[2].removeprefix("Skipped: ") for longrepr in skipped)
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{number} tests of the pages did not run: {reason}")


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end in a thread, because an event loop may already run in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def containers(request: pytest.FixtureRequest) -> Containers:
    """The Docker engine, if one answers; if it cannot be used, one line of the report gives the reason."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    return Containers(report=reporter.write_line if reporter else print)


@pytest.fixture(scope="session")
def postgres_server(containers: Containers) -> Iterator[TestServer]:
    """The server at PARCOURSPRO_TEST_POSTGRES_URL (of a superuser), else a container, else the embedded server."""
    url = os.environ.get("PARCOURSPRO_TEST_POSTGRES_URL")
    if url:
        yield (external := TestServer(url))
        _run(external.close())
        return
    with PostgresContainer() if containers.have(POSTGRES) else EmbeddedServer() as own:
        yield TestServer(own)


@pytest.fixture
async def make_database(postgres_server: TestServer) -> AsyncIterator[MakeDatabase]:
    """`await make_database("identity")`: a migrated, empty database as the running role, dropped after the test."""
    made: list[tuple[str, str, Database]] = []

    async def make(service: str) -> Database:
        name, url = await postgres_server.fresh(service, *MIGRATIONS[service])
        database = Database(url, application="test", pool_size=10)
        made.append((service, name, database))
        return database

    yield make
    for service, name, database in made:
        await emitted.collect(service, database)
        await database.close()
        await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def broker(containers: Containers) -> Iterator[Broker]:
    """A RabbitMQ node that tests may stop and start: a container, else the installed package; else the run stops."""
    node = ContainerBroker() if containers.have(RABBITMQ) else Broker()
    if not isinstance(node, ContainerBroker) and not node.is_installed():
        pytest.exit(WHAT_TO_INSTALL, returncode=1)
    node.start()
    yield node
    node.stop()


@pytest.fixture
def vhost(request: pytest.FixtureRequest) -> str:
    """PARCOURSPRO_TEST_AMQP_URL with our queues deleted, else a new virtual host of the tests' own node."""
    url = os.environ.get("PARCOURSPRO_TEST_AMQP_URL")
    if not url:
        return str(request.getfixturevalue("broker").vhost())
    _run(forget_queues(url))
    return url
