"""A fifth service: no more than what every service must have. It listens to one event and has secrets of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

WIRING: Final = '''"""Builds the two processes of billing from its settings."""

from fastapi import FastAPI

from services.billing.settings import Settings
from services.billing.storage.retention import RETENTION
from shared.contracts.identity import AccountRegistered
from shared.database import Database, UnitOfWork
from shared.deployment import Deployment, Secret
from shared.http.app import create_app
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from shared.process import ServiceDefinition, verifier_of

subscriptions: Subscriptions[UnitOfWork] = Subscriptions()


@subscriptions.on(AccountRegistered)
async def when_an_account_is_registered(message: AccountRegistered, tx: UnitOfWork) -> None:
    """Do nothing."""


def api(settings: Settings, database: Database) -> FastAPI:
    verifier = verifier_of(settings, database)
    return create_app(
        title="Billing", service="billing", database=database, verifier=verifier, routers=[], problems={}
    )


def worker(settings: Settings, database: Database, transport: Transport) -> Worker[UnitOfWork]:
    return Worker(
        database,
        transport,
        service="billing",
        subscriptions=[subscriptions],
        transaction=lambda work: work,
        retention=RETENTION.limits(settings),
    )


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="billing",
    settings=Settings,
    api=api,
    worker=worker,
    migrations_package="services.billing.storage.migrations",
    invariants={},
    deployment=Deployment(
        summary="invoices",
        summary_fr="Les factures des structures.",
        secrets=(
            Secret("seal_keys", "PARCOURSPRO_BILLING_SEAL_KEYS"),
            Secret("bank_password", "PARCOURSPRO_BANK_PASSWORD", is_required=False, only="worker"),
        ),
        worker_networks=("mail",),
    ),
)
'''
SETTINGS: Final = '''"""The settings of the billing service."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_BILLING_, or with PARCOURSPRO_."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_BILLING_")

    seal_keys: str | None = Field(None, description="Seals the invoices", repr=False)
    bank_password: str | None = Field(None, description="Of the account at the bank", repr=False)
'''
RETENTION: Final = """from sqlalchemy import MetaData

from shared.retention import Retention

RETENTION = Retention(MetaData(), [])
"""
OWN_DATA: Final = """from sqlalchemy import MetaData

from shared.own_data import Archive

ARCHIVE = Archive(MetaData(), {}, left_out={})
"""
FILES: Final[Mapping[str, str]] = {
    "__init__.py": '"""Invoices."""\n',
    "wiring.py": WIRING,
    "settings.py": SETTINGS,
    "storage/__init__.py": "",
    "storage/retention.py": RETENTION,
    "storage/own_data.py": OWN_DATA,
    "storage/migrations/__init__.py": "",
    "storage/migrations/versions/0001_first.py": "",
}


def add(tree: Path) -> Path:
    """Write the service into a copy of the tree, and return its folder."""
    folder = tree / "services/billing"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
