"""Builds the API and the worker of enrollment from their parts."""

from datetime import timedelta

from fastapi import FastAPI

from services.enrollment.api import (
    cart,
    decisions,
    enrollments,
    figures,
    left_open,
    me,
    notes,
    proposals,
    rules,
    session_messages,
    sessions,
    structure_decisions,
    transfers,
)
from services.enrollment.api.problems import PROBLEMS
from services.enrollment.consumers import catalogue, identity
from services.enrollment.settings import Settings
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.clock import Clock
from shared.database import Database
from shared.http.app import create_app
from shared.messaging.transport import Transport
from shared.messaging.worker import Job, Worker
from shared.process import ServiceDefinition, verifier_of
from shared.transactions import begin

CLOCK_EVERY = timedelta(minutes=1)


def api(settings: Settings, database: Database) -> FastAPI:
    return create_app(
        title="Enrollment",
        service="enrollment",
        database=database,
        verifier=verifier_of(settings, database),
        routers=[
            cart.router,
            decisions.router,
            structure_decisions.router,
            enrollments.router,
            sessions.router,
            rules.router,
            me.router,
            figures.router,
            left_open.router,
            transfers.router,
            proposals.router,
            session_messages.router,
            notes.router,
        ],
        problems=PROBLEMS,
    )


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[Transaction]:
    return Worker(
        database,
        transport,
        service="enrollment",
        subscriptions=[identity.subscriptions, catalogue.subscriptions],
        transaction=Transaction,
        jobs=[Job("clock", CLOCK_EVERY, Clock(begin(database, Transaction)).run)],
        relay_shards=settings.relay_shards,
    )


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="enrollment",
    load_settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.enrollment.storage.migrations",
    append_only=("enrollment_history", "presences", "rules", "session_messages", "enrollment_notes"),
    chains={"enrollment_history": "aggregate_id", "presences": "enrollment_id", "rules": "name"},
)
