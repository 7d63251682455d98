"""Builds the parts of the notifier from its settings. No other module reads the settings."""

import platform
from datetime import timedelta

import structlog
from fastapi import FastAPI

from services.notifier.api import mails, me, subjects
from services.notifier.api.dependencies import acting
from services.notifier.api.problems import PROBLEMS
from services.notifier.consumers import attendance, catalogue, changes, enrollment, erasure, identity, structures
from services.notifier.settings import Settings
from services.notifier.storage.erasures import OF_ERASED
from services.notifier.storage.invariants import INVARIANTS
from services.notifier.storage.measures import MEASURES
from services.notifier.storage.retention import RETENTION
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import SenderIdentity
from services.notifier.use_cases.mailers import MailboxMailer, Mailer
from services.notifier.use_cases.message import ENCODES_LINE_BREAKS
from services.notifier.use_cases.send_due import Sender
from services.notifier.use_cases.smtp import SmtpMailer
from shared.database import Database, UnitOfWork
from shared.deployment import Deployment, Secret
from shared.http.app import create_app
from shared.http.deliveries import deliveries_router
from shared.messaging.transport import Transport
from shared.messaging.worker import Job, Worker
from shared.process import ServiceDefinition, verifier_of
from shared.transactions import begin

log = structlog.get_logger()

CONSUMERS = (identity, structures, catalogue, enrollment, changes, attendance, erasure)
SENDING_EVERY = timedelta(seconds=0.2)
"""Somebody may wait for the mail, as after a forgotten password. To look whether one is due reads an index only."""
FORGETTING_EVERY = timedelta(minutes=10)


def api(settings: Settings, database: Database) -> FastAPI:
    return create_app(
        title="Notifier",
        service="notifier",
        database=database,
        verifier=verifier_of(settings, database),
        routers=[mails.router, subjects.router, me.router, deliveries_router(acting)],
        problems=PROBLEMS,
    )


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[Transaction]:
    """The background process: it handles messages and sends mails."""

    def transaction(work: UnitOfWork) -> Transaction:
        return Transaction(work, desk_email=settings.desk_email)

    if not ENCODES_LINE_BREAKS:
        log.warning(
            "this Python can write a line break of a text into the header of a mail (CVE-2024-6923); "
            "mails are checked before they leave, but please update it",
            python=platform.python_version(),
        )
    sender_identity = SenderIdentity(
        public_url=settings.public_url,
        email=settings.sender_email,
        name=settings.agency_name,
        desk_email=settings.desk_email,
        desk_phone=settings.desk_phone,
    )
    sender = Sender(begin=begin(database, transaction), mailer=mailer(settings), identity=sender_identity)
    return Worker(
        database,
        transport,
        service="notifier",
        subscriptions=[module.subscriptions for module in CONSUMERS],
        transaction=transaction,
        jobs=[
            Job("mails", SENDING_EVERY, sender.send_due),
            Job("motivations", FORGETTING_EVERY, sender.forget_motivations),
        ],
        relay_shards=settings.relay_shards,
        retention=RETENTION.limits(settings),
        measures=MEASURES,
        erased=OF_ERASED,
    )


def mailer(settings: Settings) -> Mailer:
    if settings.mail_mode == "mailbox":
        return MailboxMailer()
    return SmtpMailer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        timeout_seconds=settings.smtp_timeout_seconds,
        sender=settings.sender_email,
        username=settings.smtp_username,
        password=settings.smtp_password,
    )


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="notifier",
    settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.notifier.storage.migrations",
    invariants=INVARIANTS,
    deployment=Deployment(
        summary="mails",
        summary_fr="Les messages envoyés, pour l'agence.",
        secrets=(Secret("smtp_password", "PARCOURSPRO_SMTP_PASSWORD", is_required=False, only="worker"),),
        worker_networks=("mail",),
    ),
    chains={"mails": "subject_id"},
)
