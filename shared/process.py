"""One process of a service: its command line, its API server, its worker. The same four commands for every service."""

import asyncio
import gc
import json
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

from shared.database import Database
from shared.http.health import worker_app
from shared.messaging import undelivered
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from shared.migrations import migrate
from shared.settings import ServiceSettings
from shared.telemetry import configure_logging

Settings = TypeVar("Settings", bound=ServiceSettings)


@dataclass(frozen=True, slots=True)
class ServiceDefinition(Generic[Settings]):
    """What a process needs to know of a service; each `wiring.py` has one, called SERVICE."""

    name: str
    load_settings: Callable[[], Settings]
    api: Callable[[Settings, Database], FastAPI]
    worker: Callable[[Settings, Database, Transport], Worker[Any]]
    migrations_package: str
    append_only: tuple[str, ...] = ()


def open_database(service: ServiceDefinition[Settings], settings: Settings, role: str) -> Database:
    """The database of one process; `role` (api, worker, …) is seen in pg_stat_activity."""
    return Database(settings.database_url, application=f"{service.name}-{role}", pool_size=settings.pool_size)


async def serve(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    gc.collect()
    gc.freeze()  # the heap of the start is never garbage: looking through it cost 450 ms at the 99th percentile
    await uvicorn.Server(
        uvicorn.Config(app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False)
    ).serve()


async def run_worker(service: ServiceDefinition[Settings], settings: Settings) -> None:
    """Run the worker, with its health and metrics over HTTP, until SIGTERM or SIGINT."""
    database = open_database(service, settings, "worker")
    transport = RabbitTransport(settings.amqp_url, service=service.name)
    worker = asyncio.create_task(service.worker(settings, database, transport).run())
    server = asyncio.create_task(serve(worker_app(service.name, database, transport), settings))
    # a worker that ends has failed: the process ends with it, and the supervisor starts another
    await asyncio.wait({worker, server}, return_when=asyncio.FIRST_COMPLETED)
    failure = worker.exception() if worker.done() else None
    for task in (worker, server):
        task.cancel()
    await asyncio.gather(worker, server, return_exceptions=True)
    await transport.close()
    await database.close()
    if failure is not None:
        raise failure


def command_line(service: ServiceDefinition[Settings]) -> typer.Typer:
    """`python -m services.<name> api | worker | migrate | messages …`."""
    app = typer.Typer(no_args_is_help=True, help=f"The {service.name} service.", pretty_exceptions_enable=False)

    def settings() -> Settings:
        loaded = service.load_settings()
        configure_logging(loaded.log_level, service.name)
        return loaded

    @app.command()
    def api() -> None:
        """Serve the HTTP API."""
        loaded = settings()
        asyncio.run(serve(service.api(loaded, open_database(service, loaded, "api")), loaded))

    @app.command()
    def worker() -> None:
        """Publish, listen, retry, and do what is due by the clock."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        asyncio.run(run_worker(service, settings()))

    @app.command("migrate")
    def migrate_command() -> None:
        """Bring the database to the newest revision, as the owner role, and grant the running role its rights."""
        loaded = settings()
        running = make_url(loaded.database_url).username
        owner = loaded.migration_database_url or loaded.database_url
        migrate(
            owner,
            package=service.migrations_package,
            running_role=running if make_url(owner).username != running else None,
            append_only=service.append_only,
        )

    app.add_typer(_messages(service, settings), name="messages", help="Deliveries that failed: list, show, replay, drop.")
    return app


def _messages(service: ServiceDefinition[Settings], settings: Callable[[], Settings]) -> typer.Typer:
    app = typer.Typer(no_args_is_help=True)
    console = Console()
    Number = Annotated[int, typer.Argument(help="The number that `list` shows")]  # noqa: N806 - it is a type

    def run(action: Callable[[Database], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401 - what the action gives
        async def once() -> Any:  # noqa: ANN401
            database = open_database(service, settings(), "messages")
            try:
                return await action(database)
            finally:
                await database.close()

        return asyncio.run(once())

    def act(what: Callable[..., Awaitable[bool]], number: int, done: str) -> None:
        async def action(database: Database) -> bool:
            async with database.transaction() as work:
                return await what(work.connection, number)

        if not run(action):
            console.print(f"There is no message {number}; `messages list` shows those that wait.")
            raise typer.Exit(1)
        console.print(f"Message {number} {done}.")

    @app.command("list")
    def list_(*, parked: Annotated[bool, typer.Option(help="Only those that are not tried any more")] = False) -> None:
        """List the deliveries that wait for another attempt or are parked."""

        async def action(database: Database) -> Any:  # noqa: ANN401
            async with database.transaction() as work:
                return await undelivered.listed(work.connection, parked=parked)

        table = Table("number", "message", "handler", "attempts", "next attempt", "reason")
        for row in run(action):
            due = "parked" if row.parked_at else row.next_at.isoformat(timespec="seconds")
            table.add_row(str(row.id), row.name, row.handler or "–", str(row.attempts), due, row.last_error)
        console.print(table)

    @app.command()
    def show(number: Number) -> None:
        """Show one delivery whole."""

        async def action(database: Database) -> Any:  # noqa: ANN401
            async with database.transaction() as work:
                return await undelivered.show(work.connection, number)

        row = run(action)
        if row is None:
            console.print(f"There is no message {number}; `messages list` shows those that wait.")
            raise typer.Exit(1)
        body = bytes(row.body).decode(errors="backslashreplace")
        fields = {key: str(value) for key, value in row._mapping.items() if key != "body"}  # noqa: SLF001 - its public name
        console.print_json(json.dumps({**fields, "body": body}))

    @app.command()
    def replay(number: Number) -> None:
        """Try a delivery again now, with all its attempts before it."""
        act(undelivered.replay, number, "will be tried again within a second or two")

    @app.command()
    def drop(number: Number) -> None:
        """Forget a delivery for good."""
        act(undelivered.drop, number, "is dropped")

    return app
