"""A whole service in its own process: `python -m tests.integration.messaging.subscriber_service worker`."""

import asyncio

from fastapi import FastAPI
from pydantic_settings import SettingsConfigDict

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.database import Database, UnitOfWork
from shared.deployment import Deployment
from shared.http.app import create_app
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from shared.process import ServiceDefinition, command_line
from shared.settings import ServiceSettings
from tests.integration.messaging.two_services import Effects


class Settings(ServiceSettings):
    """PARCOURSPRO_NOTIFIER_…, because it takes the place of the notifier."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_NOTIFIER_")


subscriptions: Subscriptions[Effects] = Subscriptions()


@subscriptions.on(SessionOccupancyChanged)
async def when_the_occupancy_changes(message: SessionOccupancyChanged, tx: Effects) -> None:
    """Take two seconds."""
    await tx.add(message)


async def _slowly(_: object) -> None:
    await asyncio.sleep(2)


def _effects(work: UnitOfWork) -> Effects:
    return Effects(work.connection, _slowly)


def _worker(settings: Settings, database: Database, transport: Transport) -> Worker[Effects]:
    return Worker(database, transport, service="notifier", subscriptions=[subscriptions], transaction=_effects)


def _api(settings: Settings, database: Database) -> FastAPI:
    return create_app(title="Notifier", service="notifier", database=database, verifier=None, routers=[], problems={})


SERVICE: ServiceDefinition[Settings] = ServiceDefinition(
    name="notifier",
    settings=Settings,
    api=_api,
    worker=_worker,
    migrations_package="tests.support.mechanisms",
    invariants={},
    deployment=Deployment(summary="", summary_fr=""),
)

if __name__ == "__main__":
    command_line(SERVICE)()
