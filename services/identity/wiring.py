"""Puts the parts of identity together; the only reader of its settings."""

from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from services.identity.api import (
    accounts,
    attachments,
    closing,
    desk,
    erasures,
    me,
    overviews,
    refused_rights,
    registrations,
    second_factor,
    security_events,
    sessions,
    structures,
    tokens,
)
from services.identity.api.dependencies import acting
from services.identity.api.problems import PROBLEMS
from services.identity.consumers import enrollment
from services.identity.settings import Settings
from services.identity.storage.erasures import OF_ERASED
from services.identity.storage.invariants import INVARIANTS
from services.identity.storage.retention import RETENTION
from services.identity.storage.states import STATES
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.accounts import ensure_first_staff
from services.identity.use_cases.keys import KeyRing
from services.identity.use_cases.passwords import Passwords
from services.identity.use_cases.sealing import Seal
from services.identity.use_cases.second_factor import SecondFactors
from services.identity.use_cases.sign_in import SignIn
from shared.database import Database
from shared.deployment import Deployment, Secret
from shared.http.app import create_app
from shared.http.deliveries import deliveries_router
from shared.messaging.transport import Transport
from shared.messaging.worker import Job, Worker
from shared.process import ServiceDefinition
from shared.tokens.verifier import TokenVerifier
from shared.transactions import begin

ROTATION_CHECKED_EVERY = timedelta(minutes=5)
FIRST_STAFF_CHECKED_EVERY = timedelta(days=1)


def api(settings: Settings, database: Database) -> FastAPI:
    """The HTTP process. Identity verifies access tokens with its own keys."""
    keys = _keys(settings, database)
    app = create_app(
        title="Identity",
        service="identity",
        database=database,
        verifier=TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience),
        routers=[
            deliveries_router(acting),
            *(
                module.router
                for module in (
                    registrations,
                    tokens,
                    me,
                    second_factor,
                    sessions,
                    overviews,
                    structures,
                    closing,
                    desk,
                    attachments,
                    accounts,
                    erasures,
                    security_events,
                )
            ),
        ],
        problems=PROBLEMS,
    )
    refused_rights.install(app, begin(database, Transaction))
    app.state.agency = settings.agency_name or ""
    passwords = Passwords(at_once=settings.hashes_at_once)
    app.state.sign_in = SignIn(
        begin=begin(database, Transaction),
        passwords=passwords,
        keys=keys,
        factors=SecondFactors(begin=begin(database, Transaction), seal=Seal(settings.key_passphrase)),
        staff_need_factor=settings.staff_second_factor,
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )
    return app


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[Transaction]:
    """The background process: the answers to erasures, and two jobs."""
    own_transaction = begin(database, Transaction)
    first_staff = partial(ensure_first_staff, own_transaction, settings.first_staff_email)
    return Worker(
        database,
        transport,
        service="identity",
        subscriptions=[enrollment.subscriptions],
        transaction=Transaction,
        jobs=[
            Job("signing keys", ROTATION_CHECKED_EVERY, _keys(settings, database).rotate_now),
            Job("first staff", FIRST_STAFF_CHECKED_EVERY, first_staff),
        ],
        relay_shards=settings.relay_shards,
        states=STATES,
        retention=RETENTION.limits(settings),
        erased=OF_ERASED,
    )


def _keys(settings: Settings, database: Database) -> KeyRing:
    return KeyRing(begin(database, Transaction), passphrase=settings.key_passphrase, every=settings.key_rotation)


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="identity",
    settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.identity.storage.migrations",
    invariants=INVARIANTS,
    deployment=Deployment(
        summary="accounts, structures, attachments",
        summary_fr="Comptes, structures, rattachements et statuts ; les jetons d'accès.",
        secrets=(Secret("key_passphrase", "PARCOURSPRO_IDENTITY_KEY_PASSPHRASE"),),
    ),
    append_only=("identity_history", "security_events"),
    chains={"identity_history": "aggregate_id"},
)
