# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""`python -m docs.generate` (make docs) writes all generated documents.

These are the messages' schemas, docs/asyncapi.json, docs/messages.md, the definitions of the broker, what the files of
a deployment say of each service, the services' objects of Kubernetes and those for Prometheus there, the README's table
of settings, the tables of docs/personal-data.md, and docs/pages.md. No service is named here: services/ lists them.
"""

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

from docs import broker_definitions, deployed_services, message_documents, pages_table, retention_table, settings_table
from docs.kubernetes import written
from services import definitions
from shared.database import Database
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.transport import Queue
from shared.messaging.worker import Worker
from shared.process import ServiceDefinition

ROOT = Path(__file__).parents[1]
BROKER_DEFINITIONS = "deploy/rabbitmq/definitions.json"
NOWHERE = "postgresql+asyncpg://nobody@localhost/nowhere"
"""The address of no database: creating a worker opens no connection."""


def wired(service: ServiceDefinition[Any], database: Database) -> Worker[Any]:
    """The service's worker, with default settings."""
    os.environ.setdefault(f"PARCOURSPRO_{service.name.upper()}_DATABASE_URL", NOWHERE)
    return service.worker(service.settings(), database, InProcessTransport())


def queues() -> dict[str, Queue]:
    """What each service subscribes to."""
    database = Database(NOWHERE, application="documents")
    return {name: wired(service, database).queue for name, service in definitions().items()}


def listeners() -> dict[str, list[str]]:
    """The services that subscribe to each wire name."""
    subscribers: dict[str, list[str]] = defaultdict(list)
    for name, queue in queues().items():
        for wire_name in (*queue.events, *queue.commands):
            subscribers[wire_name].append(name)
    return dict(subscribers)


def write_services() -> None:
    """Write all documents but docs/pages.md, which is of the pages."""
    message_documents.write(listeners(), ROOT / "docs")
    broker_definitions.write(ROOT / BROKER_DEFINITIONS, queues())
    deployed_services.write(ROOT, definitions())
    written.write(ROOT, queues())  # from the files before
    settings_table.write(ROOT / "README.md", definitions())
    retention_table.write(ROOT / "docs" / "personal-data.md", definitions())


if __name__ == "__main__":
    write_services()
    (ROOT / "docs" / "pages.md").write_text(pages_table.written(pages_table.all_pages()))
