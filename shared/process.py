"""One process of a service: its command line, its API server, its worker. The same commands for every service."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, Generic, TypeVar

import typer
import uvloop
from fastapi import FastAPI
from sqlalchemy.engine import make_url

from shared import tracing
from shared.audit import Audit, audited
from shared.contracts.states import owner_of
from shared.database import Database
from shared.dead_command import DEAD_QUEUE, FAILURES
from shared.deployment import Deployment
from shared.http.fastapi_telemetry import NO_TELEMETRY
from shared.http.health import health_router
from shared.invariants import Invariants
from shared.messages_command import messages
from shared.messaging.dead import DeadQueue
from shared.messaging.event_log import EventLog
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Transport
from shared.messaging.wakeup import Wakeup
from shared.messaging.worker import Worker
from shared.rebuild_command import rebuild
from shared.resend_command import EVENT_LOG
from shared.revisions import newest_revision
from shared.serving import WithoutSignals, serve, server_config
from shared.settings import ServiceSettings, TraceSettings, load
from shared.telemetry import configure_logging
from shared.tokens.keys import HttpKeys
from shared.tokens.verifier import TokenVerifier

COMMAND_SECONDS = 60.0
WORKER_COMMAND_SECONDS = 30.0
"""A database that does not answer a statement within this time is lost."""
AUDIT_COMMAND_SECONDS = 900.0
"""The audit reads whole tables."""

Settings = TypeVar("Settings", bound=ServiceSettings)


@dataclass(frozen=True, slots=True)
class ServiceDefinition(Generic[Settings]):
    """What a process needs to know of a service; each `wiring.py` has one, called SERVICE."""

    name: str
    settings: type[Settings]
    api: Callable[[Settings, Database], FastAPI]
    worker: Callable[[Settings, Database, Transport], Worker[Any]]
    migrations_package: str
    invariants: Invariants
    """What must be true of its rows, from `storage/invariants.py`."""
    deployment: Deployment
    append_only: tuple[str, ...] = ()
    """The tables that the running role may read and insert into, but not change."""
    chains: Mapping[str, str] = field(default_factory=dict)
    """The tables whose rows are chained by hashes, each with the column that names the chain."""


def open_database(
    service: ServiceDefinition[Settings], settings: Settings, role: str, *, wakeup: Wakeup | None = None
) -> Database:
    """The database of one process; `role` (api, worker, …) is seen in pg_stat_activity."""
    return Database(
        settings.database_url,
        application=f"{service.name}-{role}",
        pool_size=settings.pool_size,
        command_seconds={"worker": WORKER_COMMAND_SECONDS, "audit": AUDIT_COMMAND_SECONDS}.get(role, COMMAND_SECONDS),
        revision=newest_revision(service.migrations_package),
        wakeup=wakeup,
    )


def open_event_log(service: ServiceDefinition[Settings], settings: Settings) -> EventLog:
    """What an operator's command publishes again from."""
    transport = RabbitTransport(settings.amqp_url, service=service.name)
    return EventLog(open_database(service, settings, "resend"), transport, service=service.name)


def verifier_of(settings: ServiceSettings, database: Database) -> TokenVerifier:
    """Verifies access tokens with the keys that identity publishes; `database` keeps a copy of them."""
    keys = HttpKeys(settings.jwks_url, database)
    return TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience)


def worker_app(worker: Worker[Any]) -> FastAPI:
    """The HTTP application of a worker process: its health and its metrics."""
    app = FastAPI(title=f"{worker.service} worker", openapi_url=None, redirect_slashes=False, telemetry=NO_TELEMETRY)
    checks = {"database": worker.database.ready, "broker": worker.transport.ready, "progress": worker.progresses}
    app.include_router(health_router(checks, worker.metrics.registry, lambda: worker.metrics.measure(worker.database)))
    return app


async def run_api(service: ServiceDefinition[Settings], settings: Settings) -> None:
    """Serve the API until SIGTERM or SIGINT; requests in progress are answered."""
    await serve(service.api(settings, open_database(service, settings, "api")), settings.host, settings.port)


async def run_worker(service: ServiceDefinition[Settings], settings: Settings) -> None:
    """Run the worker, with its health and metrics over HTTP, until SIGTERM or SIGINT; work in progress is finished."""
    database = open_database(service, settings, "worker")
    transport = RabbitTransport(settings.amqp_url, service=service.name)
    worker = service.worker(settings, database, transport)
    server = WithoutSignals(server_config(worker_app(worker), settings.host, settings.port))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = asyncio.create_task(worker.run())
    serving, stopping = asyncio.create_task(server.serve()), asyncio.create_task(stop.wait())
    # a worker or a server that ends has failed: the process ends with it, and the supervisor starts another
    await asyncio.wait({running, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    is_stopped = stop.is_set()
    server.should_exit = True
    running.cancel()
    stopping.cancel()
    ends = await asyncio.gather(running, serving, return_exceptions=True)
    await transport.close()
    await database.close()
    for failure in ends:
        if isinstance(failure, Exception):
            raise failure
    if not is_stopped:
        raise RuntimeError("the worker or its server ended although nobody stopped it")


def _run(name: str, settings: Settings, work: Callable[[Settings], Coroutine[Any, Any, None]]) -> None:
    """Run a process to its end, and export its traces."""
    with tracing.exported(name, load(name, TraceSettings)):
        uvloop.run(work(settings))


async def _audit(service: ServiceDefinition[Settings], settings: Settings, most: int) -> Audit:
    database = open_database(service, settings, "audit")
    try:
        return await audited(database, service.chains, service.invariants, most=most)
    finally:
        await database.close()


async def _rebuild(service: ServiceDefinition[Settings], settings: Settings, owner: str | None) -> bool:
    database = open_database(service, settings, "rebuild")
    try:
        kept = service.worker(settings, database, InProcessTransport()).rebuild.kinds
        kinds = [kind for kind in kept if owner in {None, owner_of(kind)}]
        if not kinds:
            typer.echo(f"{service.name} keeps no copies of what {owner or 'another service'} owns.")
            return False
        return await rebuild(database, kinds, typer.echo)
    finally:
        await database.close()


def _add_checks(app: typer.Typer, service: ServiceDefinition[Settings], settings: Callable[[], Settings]) -> None:
    """The commands that compare what is stored, and put copies right."""

    @app.command()
    def audit(
        most: Annotated[int, typer.Option("--rows", min=1, help="How many rows of each kind are named")] = 20,
    ) -> None:
        """Check that no row of a history was changed or removed, and that all invariants hold; name the rows if not."""
        done = asyncio.run(_audit(service, settings(), most))
        typer.echo("\n".join(done.lines))
        raise typer.Exit(0 if done.is_clean else 1)

    @app.command("rebuild")
    def rebuild_command(
        owner: Annotated[str | None, typer.Option("--from", help="Only the copies of what this service owns")] = None,
    ) -> None:
        """Make the copies of other services' data equal to their present state, while everything runs."""
        raise typer.Exit(0 if asyncio.run(_rebuild(service, settings(), owner)) else 1)


def command_line(service: ServiceDefinition[Settings]) -> typer.Typer:
    """`python -m services.<name> api | worker | migrate | audit | rebuild | messages …`."""
    app = typer.Typer(no_args_is_help=True, help=f"The {service.name} service.", pretty_exceptions_enable=False)

    def settings() -> Settings:
        loaded = load(service.name, service.settings)
        configure_logging(loaded.log_level, service.name)
        return loaded

    @app.command()
    def api() -> None:
        """Serve the HTTP API."""
        _run(service.name, settings(), partial(run_api, service))

    @app.command()
    def worker() -> None:
        """Publish, receive and retry messages, and run the jobs that are due."""
        _run(service.name, settings(), partial(run_worker, service))

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

    _add_checks(app, service, settings)

    @messages.callback()
    def with_database(context: typer.Context) -> None:
        """Work on the deliveries that failed: list, show, replay, drop, dead. Publish events again: resend."""
        context.obj = lambda: open_database(service, settings(), "messages")
        context.meta[DEAD_QUEUE] = lambda: DeadQueue(settings().amqp_url, service.name)
        context.meta[FAILURES] = lambda database: (
            service.worker(settings(), database, InProcessTransport()).inbox.failures
        )
        context.meta[EVENT_LOG] = lambda: open_event_log(service, settings())

    app.add_typer(messages, name="messages")
    return app
