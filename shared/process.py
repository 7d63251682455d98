"""One process of a service: its command line, its API server, its worker. The same four commands for every service."""

import asyncio
import gc
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import typer
import uvicorn
import uvloop
from fastapi import FastAPI
from sqlalchemy.engine import make_url

from shared.database import Database
from shared.http.health import health_router
from shared.messages_command import messages
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Transport
from shared.messaging.wakeup import Wakeup
from shared.messaging.worker import Worker
from shared.settings import ServiceSettings
from shared.telemetry import configure_logging
from shared.tokens.keys import HttpKeys
from shared.tokens.verifier import TokenVerifier

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


def open_database(
    service: ServiceDefinition[Settings], settings: Settings, role: str, *, wakeup: Wakeup | None = None
) -> Database:
    """The database of one process; `role` (api, worker, …) is seen in pg_stat_activity."""
    return Database(
        settings.database_url, application=f"{service.name}-{role}", pool_size=settings.pool_size, wakeup=wakeup
    )


def verifier_of(settings: ServiceSettings, database: Database) -> TokenVerifier:
    """Verifies access tokens with the keys that identity publishes; `database` keeps a copy of them."""
    keys = HttpKeys(settings.jwks_url, database)
    return TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience)


async def serve(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    await uvicorn.Server(_server_config(app, settings)).serve()


def _server_config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    gc.collect()
    gc.freeze()  # objects of the start are never garbage: collecting among them cost 450 ms at the 99th percentile
    return uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False
    )


class _Beside(uvicorn.Server):
    """A server that leaves the signals to the worker beside it."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


def worker_app(worker: Worker[Any]) -> FastAPI:
    """The HTTP application of a worker process: its health and its metrics."""
    app = FastAPI(title=f"{worker.service} worker", openapi_url=None, redirect_slashes=False)
    checks = {"database": worker.database.ready, "broker": worker.transport.ready}
    app.include_router(health_router(checks, worker.metrics.registry, lambda: worker.metrics.measure(worker.database)))
    return app


async def run_worker(service: ServiceDefinition[Settings], settings: Settings) -> None:
    """Run the worker, with its health and metrics over HTTP, until SIGTERM or SIGINT; work in progress is finished."""
    database = open_database(service, settings, "worker")
    transport = RabbitTransport(settings.amqp_url, service=service.name)
    worker = service.worker(settings, database, transport)
    server = _Beside(_server_config(worker_app(worker), settings))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = asyncio.create_task(worker.run())
    serving, stopping = asyncio.create_task(server.serve()), asyncio.create_task(stop.wait())
    # a worker or a server that ends has failed: the process ends with it, and the supervisor starts another
    await asyncio.wait({running, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    running.cancel()
    stopping.cancel()
    ends = await asyncio.gather(running, serving, return_exceptions=True)
    await transport.close()
    await database.close()
    for failure in ends:
        if isinstance(failure, Exception):
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
        uvloop.run(serve(service.api(loaded, open_database(service, loaded, "api")), loaded))

    @app.command()
    def worker() -> None:
        """Publish, receive and retry messages, and run the jobs that are due."""
        uvloop.run(run_worker(service, settings()))

    @app.command("migrate")
    def migrate_command() -> None:
        """Bring the database to the newest revision, as the owner role, and grant the running role its rights."""
        from shared.migrations import migrate  # noqa: PLC0415 - brings Alembic, which api and worker do not need

        loaded = settings()
        running = make_url(loaded.database_url).username
        owner = loaded.migration_database_url or loaded.database_url
        migrate(
            owner,
            package=service.migrations_package,
            running_role=running if make_url(owner).username != running else None,
            append_only=service.append_only,
        )

    @messages.callback()
    def with_database(context: typer.Context) -> None:
        """Work on the deliveries that failed: list, show, replay, drop."""
        context.obj = lambda: open_database(service, settings(), "messages")

    app.add_typer(messages, name="messages")
    return app
