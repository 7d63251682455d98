"""Where the parts of enrollment meet."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI

from services.enrollment.api import cart, decisions, enrollments, rules, sessions
from services.enrollment.api.problems import PROBLEMS
from services.enrollment.consumers import catalogue, identity
from services.enrollment.settings import Settings
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases import clock
from shared.database import Database
from shared.http.app import create_app
from shared.messaging.transport import Transport
from shared.messaging.worker import Job, Worker
from shared.process import ServiceDefinition
from shared.tokens.keys import HttpKeys
from shared.tokens.verifier import TokenVerifier

CLOCK_EVERY = timedelta(minutes=1)


def api(settings: Settings, database: Database) -> FastAPI:
    """Make the HTTP application."""
    verifier = TokenVerifier(
        HttpKeys(settings.jwks_url, database), issuer=settings.token_issuer, audience=settings.token_audience
    )
    return create_app(
        title="Enrollment",
        service="enrollment",
        database=database,
        verifier=verifier,
        routers=[cart.router, decisions.router, enrollments.router, sessions.router, rules.router],
        problems=PROBLEMS,
    )


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[Transaction]:
    """Make the worker."""
    return Worker(
        database,
        transport,
        service="enrollment",
        subscriptions=[identity.subscriptions, catalogue.subscriptions],
        transaction=Transaction,
        jobs=[Job("clock", CLOCK_EVERY, _clock(database))],
        relay_shards=settings.relay_shards,
    )


def _clock(database: Database) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        """Expire what nobody decided, give what is left when requests are closed, end what a session has outlived."""
        now = datetime.now(UTC)
        async with database.transaction() as work:
            undecided = await clock.undecided(Transaction(work), now=now)
            left_over = await clock.left_over(Transaction(work), now=now)
        for enrollment_id, training_id in undecided:
            async with database.transaction() as work:
                await clock.expire(Transaction(work), enrollment_id, training_id, now=now)
        for training_id in left_over:
            async with database.transaction() as work:
                await clock.give_left_over(Transaction(work), training_id, now=now)
        async with database.transaction() as work:
            await clock.end_outlived(Transaction(work), now=now)

    return run


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="enrollment",
    load_settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.enrollment.storage.migrations",
    append_only=("enrollment_history", "presences", "rules"),
)
