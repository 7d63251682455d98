"""Where the parts of the notifier meet; the only reader of its settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from services.notifier.api import mails
from services.notifier.api.problems import PROBLEMS
from services.notifier.consumers import catalogue, enrollment, identity
from services.notifier.settings import Settings
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import Office
from services.notifier.use_cases.deliver import Delivery, Mailbox, Smtp
from services.notifier.use_cases.send_due import Sender
from shared.database import Database, UnitOfWork
from shared.http.app import create_app
from shared.messaging.transport import Transport
from shared.messaging.worker import Job, Worker
from shared.process import ServiceDefinition
from shared.tokens.keys import HttpKeys
from shared.tokens.verifier import TokenVerifier

SENDING_EVERY = timedelta(seconds=1)


def api(settings: Settings, database: Database) -> FastAPI:
    """The HTTP side."""
    keys = HttpKeys(settings.jwks_url, database)
    verifier = TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience)
    return create_app(
        title="ParcoursPro – notifications",
        service="notifier",
        database=database,
        verifier=verifier,
        routers=[mails.router],
        problems=PROBLEMS,
    )


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[Transaction]:
    """The background side: listens, and sends."""

    def transaction(work: UnitOfWork) -> Transaction:
        return Transaction(work, desk_email=settings.desk_email)

    @asynccontextmanager
    async def begin() -> AsyncIterator[Transaction]:
        async with database.transaction() as work:
            yield transaction(work)

    sender = Sender(begin, delivery(settings), Office(settings.public_url, settings.sender_email, settings.sender_name))
    return Worker(
        database,
        transport,
        service="notifier",
        subscriptions=[identity.subscriptions, catalogue.subscriptions, enrollment.subscriptions],
        transaction=transaction,
        jobs=[Job("mails", SENDING_EVERY, sender.send_due)],
        relay_shards=settings.relay_shards,
    )


def delivery(settings: Settings) -> Delivery:
    """How mails leave."""
    if settings.mail_mode == "mailbox":
        return Mailbox()
    return Smtp(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_tls,
        settings.smtp_timeout_seconds,
        settings.smtp_username,
        settings.smtp_password,
    )


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="notifier",
    load_settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.notifier.storage.migrations",
)
