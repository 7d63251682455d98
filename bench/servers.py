"""The servers of the measurements: PostgreSQL, RabbitMQ, their databases, and the measured processes."""

import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
from sqlalchemy import make_url

from shared.process import ServiceDefinition
from tests.support.broker import Broker
from tests.support.postgres import TestServer
from tests.support.processes import Process, free_port

LOG_SHOWN = 4000
"""If a process fails, this many characters from the end of its log are shown."""


class Servers:
    """PostgreSQL and RabbitMQ of one run. Databases are newly migrated, or copies of one that was filled once."""

    def __init__(self, server: TestServer, broker: Broker) -> None:
        """Both servers must be running."""
        self._server = server
        self._broker = broker

    async def database(self, service: str) -> str:
        """Create an empty database of a service; return the running role's URL in SQLAlchemy's form."""
        definition: ServiceDefinition[Any] = import_module(f"services.{service}.wiring").SERVICE
        return (await self._server.fresh(service, definition.migrations_package, definition.append_only))[1]

    async def copy(self, url: str) -> str:
        """Copy a database without connections, including its statistics; return the URL of the copy."""
        role, name = make_url(url).username, f"copy_{uuid4().hex[:12]}"
        await self._server.execute(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database} OWNER {role}_owner")
        return self._server.address(name, str(role))

    async def analyze(self, url: str) -> None:
        """Bring the statistics of a database up to date."""
        owner = make_url(url)
        connection = await asyncpg.connect(plain(self._server.address(str(owner.database), f"{owner.username}_owner")))
        await connection.execute("VACUUM ANALYZE")
        await connection.close()

    async def drop(self, url: str) -> None:
        """Drop a database, even if there are connections to it."""
        await self._server.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    async def checkpoint(self) -> None:
        """Write all changed pages to disk, so that no round pays for the writes of an earlier one."""
        await self._server.execute("CHECKPOINT")

    def vhost(self) -> str:
        """Create an empty virtual host; return its URL."""
        return self._broker.vhost()

    def evaluated_by_broker(self, expression: str) -> str:
        """What an Erlang expression prints in the broker's node."""
        return self._broker.execute("rabbitmqctl", "-q", "eval", expression)[1]


@dataclass(frozen=True, slots=True)
class Served:
    """A running process and its HTTP port."""

    process: Process
    port: int


def cpu_seconds(process: Process) -> float:
    """The CPU time (user and system) that a running process has used so far."""
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)


def plain(url: str) -> str:
    """The URL of a database in the form that asyncpg accepts."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@asynccontextmanager
async def observer(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that reads what the measured processes wrote."""
    connection = await asyncpg.connect(plain(url))
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def running(
    name: str, arguments: list[str], environment: Mapping[str, str], url: str | None = None
) -> AsyncIterator[Process]:
    """Run `python <arguments>` during the block; with `url`, the block starts when it answers 200."""
    process = Process(name, arguments, environment)
    process.start()
    try:
        if url is not None:
            await process.answers(url)
        yield process
    except Exception:
        sys.stderr.write(process.log[-LOG_SHOWN:])
        raise
    finally:
        process.close()


@asynccontextmanager
async def service(
    name: str, role: str, database: str, amqp: str = "", settings: Mapping[str, str] | None = None
) -> AsyncIterator["Served"]:
    """Run `python -m services.<name> <role>` during the block, which starts when the process is ready."""
    port, prefix = free_port(), f"PARCOURSPRO_{name.upper()}_"
    environment = {
        f"{prefix}DATABASE_URL": database,
        f"{prefix}PORT": str(port),
        # identity does not run here: the keys in the database are used, as while identity is down
        f"{prefix}JWKS_URL": f"http://127.0.0.1:{free_port()}/jwks.json",
        **({f"{prefix}AMQP_URL": amqp} if amqp else {}),
        **({f"{prefix}MAIL_MODE": "mailbox"} if name == "notifier" else {}),
        **(settings or {}),
    }
    base = f"http://127.0.0.1:{port}"
    async with running(
        f"{name}-{role}", ["-m", f"services.{name}", role], environment, f"{base}/health/ready"
    ) as process:
        yield Served(process, port)


async def until(
    connection: asyncpg.Connection, count: str, wanted: int, *, within: float = 120
) -> list[tuple[float, int]]:
    """Repeat the query `count` until its result is `wanted`; return the time (monotonic seconds) and result of each."""
    results: list[tuple[float, int]] = []
    deadline = time.monotonic() + within
    while not results or results[-1][1] < wanted:
        counted = int(await connection.fetchval(count))
        results.append((time.monotonic(), counted))
        if results[-1][0] > deadline:
            text = f"{counted} of {wanted} after {within} s: {count}"
            raise TimeoutError(text)
        await connection.fetchval("SELECT pg_sleep(0.02)")
    return results
