"""Builds the API and the worker of enrollment from their parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from services.enrollment.api import cart, decisions, enrollments, rules, sessions
from services.enrollment.api.problems import PROBLEMS
from services.enrollment.consumers import catalogue, identity
from services.enrollment.settings import Settings
from services.enrollment.storage.transaction import Begin, Transaction
from services.enrollment.use_cases.clock import Clock
from shared.database import Database
from shared.http.app import create_app
from shared.messaging.transport import Transport
from shared.messaging.worker import Job, Worker
from shared.process import ServiceDefinition
from shared.tokens.keys import HttpKeys
from shared.tokens.verifier import TokenVerifier

CLOCK_EVERY = timedelta(minutes=1)


def api(settings: Settings, database: Database) -> FastAPI:
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
    return Worker(
        database,
        transport,
        service="enrollment",
        subscriptions=[identity.subscriptions, catalogue.subscriptions],
        transaction=Transaction,
        jobs=[Job("clock", CLOCK_EVERY, Clock(_begin(database)).run)],
        relay_shards=settings.relay_shards,
    )


def _begin(database: Database) -> Begin:
    @asynccontextmanager
    async def begin() -> AsyncIterator[Transaction]:
        async with database.transaction() as work:
            yield Transaction(work)

    return begin


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="enrollment",
    load_settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.enrollment.storage.migrations",
    append_only=("enrollment_history", "presences", "rules"),
)
