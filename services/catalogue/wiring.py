"""Builds the two processes of catalogue from its settings."""

from fastapi import FastAPI

from services.catalogue.api import axes, exports, me, session_changes, sessions, trainers, trainings
from services.catalogue.api.dependencies import staff
from services.catalogue.api.problems import PROBLEMS
from services.catalogue.consumers import enrollment, identity
from services.catalogue.settings import Settings
from services.catalogue.storage.invariants import INVARIANTS
from services.catalogue.storage.people import OF_ERASED
from services.catalogue.storage.retention import RETENTION
from services.catalogue.storage.states import STATES
from services.catalogue.storage.transaction import Transaction
from shared.database import Database
from shared.deployment import Deployment
from shared.http.app import create_app
from shared.http.deliveries import deliveries_router
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from shared.process import ServiceDefinition, verifier_of


def api(settings: Settings, database: Database) -> FastAPI:
    routers = (exports, axes, trainings, sessions, session_changes, trainers, me)
    return create_app(
        title="Catalogue",
        service="catalogue",
        database=database,
        verifier=verifier_of(settings, database),
        routers=[*(each.router for each in routers), deliveries_router(staff)],
        problems=PROBLEMS,
    )


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[Transaction]:
    return Worker(
        database,
        transport,
        service="catalogue",
        subscriptions=[identity.subscriptions, enrollment.subscriptions],
        transaction=Transaction,
        relay_shards=settings.relay_shards,
        states=STATES,
        retention=RETENTION.limits(settings),
        erased=OF_ERASED,
    )


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="catalogue",
    settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.catalogue.storage.migrations",
    invariants=INVARIANTS,
    deployment=Deployment(
        summary="trainings and sessions",
        summary_fr="Axes thématiques, formations, sessions et créneaux.",
    ),
    append_only=("catalogue_history",),
    chains={"catalogue_history": "aggregate_id"},
)
