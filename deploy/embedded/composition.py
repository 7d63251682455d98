"""Creates the services of the embedded installation, each with its own database, all with one transport."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from deploy.embedded.postgres import EmbeddedPostgres
from services import definitions
from shared.database import Database
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.wakeup import Wakeup
from shared.messaging.worker import Worker
from shared.migrations import migrate_async
from shared.process import ServiceDefinition, open_database
from shared.settings import ServiceSettings

AGENCY = "Cap Exemple"
STAFF_EMAIL = "agence@cap-exemple.example"
DEFINITIONS: Mapping[str, ServiceDefinition[Any]] = definitions()


@dataclass(frozen=True, slots=True)
class Running:
    """The parts of one running service."""

    app: FastAPI
    worker: Worker[Any]
    databases: tuple[Database, Database]


def staff_settings(*, demo: bool) -> dict[str, Any]:
    """The first staff account and its second factor; without demo data, the variables of identity count if set."""
    usual = {"first_staff_email": STAFF_EMAIL, "staff_second_factor": False}
    variable = DEFINITIONS["identity"].settings.variable
    given = {name: os.environ.get(variable(name)) for name in usual}
    return usual if demo else {name: given[name] or value for name, value in usual.items()}


def settings_of(
    postgres: EmbeddedPostgres, address: str, *, key_passphrase: str, keeps_mails: bool, staff: Mapping[str, Any]
) -> Mapping[str, ServiceSettings]:
    """The settings of each service. `address`: the base URL of the API, for people and for the services themselves;
    `keeps_mails`: for the mailbox page, in place of sending them as PARCOURSPRO_SMTP_… say; `staff`: see
    `staff_settings`.
    """

    def shared_by_all(service: str) -> dict[str, Any]:
        return {
            "database_url": postgres.url(service, service),
            "migration_database_url": postgres.url(service, f"{service}_owner"),
            "public_url": address,
            "jwks_url": f"{address}/api/identity/v1/jwks.json",
            "pool_size": 5,
        }

    own: Mapping[str, Mapping[str, Any]] = {
        "identity": {**staff, "agency_name": AGENCY, "key_passphrase": key_passphrase},
        "enrollment": {
            "agency_name": AGENCY,
            "agency_siret": "73282932000074",
            "agency_address": "12 rue de l’Exemple, 87000 Limoges",
            "agency_town": "Limoges",
            "agency_signatory": "Hélène Martin, directrice",
        },
        "notifier": {
            "mail_mode": "mailbox" if keeps_mails else "smtp",
            "agency_name": AGENCY,
            "desk_email": STAFF_EMAIL,
            "sender_email": "ne-pas-repondre@cap-exemple.example",
        },
    }
    return {
        name: definition.settings(**shared_by_all(name), **own.get(name, {}))
        for name, definition in DEFINITIONS.items()
    }


async def migrate_all(settings: Mapping[str, ServiceSettings]) -> None:
    """Bring every database to its newest revision."""
    for name, definition in DEFINITIONS.items():
        await migrate_async(
            settings[name].migration_database_url or settings[name].database_url,
            package=definition.migrations_package,
            running_role=name,
            append_only=definition.append_only,
        )


def compose(settings: Mapping[str, ServiceSettings]) -> Mapping[str, Running]:
    """Create every service. The transport confirms no event before all listeners have subscribed, so none is missed."""
    transport = InProcessTransport(expected=frozenset(DEFINITIONS) - {"identity"})
    return {name: _wire(definition, settings[name], transport) for name, definition in DEFINITIONS.items()}


def _wire(definition: ServiceDefinition[Any], settings: ServiceSettings, transport: InProcessTransport) -> Running:
    # a commit of the API wakes the relay of the worker
    wakeup = Wakeup()
    api = open_database(definition, settings, "api", wakeup=wakeup)
    worker = open_database(definition, settings, "worker", wakeup=wakeup)
    return Running(definition.api(settings, api), definition.worker(settings, worker, transport), (api, worker))
