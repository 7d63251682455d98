"""Builds the API and the worker of enrollment from their parts."""

from datetime import timedelta

from fastapi import FastAPI

from services.enrollment.api import (
    attendance,
    attendances,
    cart,
    certificates,
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
    structure_people,
    transfers,
)
from services.enrollment.api.certificate_pdf import Agency
from services.enrollment.api.dependencies import acting
from services.enrollment.api.problems import PROBLEMS
from services.enrollment.consumers import catalogue, identity
from services.enrollment.settings import Settings
from services.enrollment.storage.erasures import OF_ERASED
from services.enrollment.storage.invariants import INVARIANTS
from services.enrollment.storage.measures import MEASURES
from services.enrollment.storage.retention import RETENTION
from services.enrollment.storage.states import STATES
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.clock import Clock
from services.enrollment.use_cases.count_figures import CountFigures
from shared.database import Database
from shared.deployment import Deployment
from shared.http.app import create_app
from shared.http.deliveries import deliveries_router
from shared.messaging.transport import Transport
from shared.messaging.worker import Job, Worker
from shared.process import ServiceDefinition, verifier_of
from shared.transactions import begin

CLOCK_EVERY = timedelta(minutes=1)
FIGURES_EVERY = timedelta(minutes=1)


def api(settings: Settings, database: Database) -> FastAPI:
    app = create_app(
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
            attendance.router,
            attendances.router,
            certificates.router,
            rules.router,
            me.router,
            figures.router,
            left_open.router,
            transfers.router,
            proposals.router,
            session_messages.router,
            notes.router,
            structure_people.router,
            deliveries_router(acting),
        ],
        problems=PROBLEMS,
    )
    app.state.agency = Agency(
        name=settings.agency_name,
        siret=settings.agency_siret,
        address=settings.agency_address,
        town=settings.agency_town,
        signatory=settings.agency_signatory,
    )
    return app


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[Transaction]:
    return Worker(
        database,
        transport,
        service="enrollment",
        subscriptions=[identity.subscriptions, catalogue.subscriptions],
        transaction=Transaction,
        jobs=[
            Job("clock", CLOCK_EVERY, Clock(begin(database, Transaction)).run),
            Job("figures", FIGURES_EVERY, CountFigures(begin(database, Transaction)).run),
        ],
        relay_shards=settings.relay_shards,
        states=STATES,
        retention=RETENTION.limits(settings),
        measures=MEASURES,
        erased=OF_ERASED,
    )


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="enrollment",
    settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.enrollment.storage.migrations",
    invariants=INVARIANTS,
    deployment=Deployment(
        summary="requests, seats, attendance",
        summary_fr="Paniers, demandes, décisions, places, liste d'attente, émargement.",
    ),
    append_only=(
        "enrollment_history",
        "presences",
        "rules",
        "sheet_history",
        "session_messages",
        "enrollment_notes",
    ),
    chains={
        "enrollment_history": "aggregate_id",
        "presences": "enrollment_id",
        "rules": "name",
        "sheet_history": "aggregate_id",
        "session_messages": "session_id",
        "enrollment_notes": "enrollment_id",
    },
)
