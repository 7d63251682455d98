"""The four services in one process on real databases, with example data created through HTTP and events.

The people and the steps are those of the end-to-end test of the published procedure. Here the steps stop half-way, so
that each kind of person still has something to act on.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from starlette.applications import Starlette

from deploy.embedded.composition import DEFINITIONS, compose
from deploy.embedded.gateway import Gateway
from deploy.embedded.mailbox import mailbox
from services.catalogue.settings import Settings as CatalogueSettings
from services.enrollment.settings import Settings as EnrollmentSettings
from services.identity.settings import Settings as IdentitySettings
from services.notifier.settings import Settings as NotifierSettings
from shared.database import Database, UnitOfWork
from shared.messaging import outbox
from shared.tokens.keys import StaticKeys
from shared.tokens.verifier import TokenVerifier
from tests.e2e.people import Person
from tests.e2e.scenario import Scenario
from tests.e2e.systems import STAFF_EMAIL, System
from tests.integration.edges.example_data import create
from tests.integration.edges.targets import PARKED
from tests.support.eventually import eventually
from tests.support.mail import MailReader
from tests.support.postgres import TestServer
from tests.support.traces import TABLES

ADDRESS: Final = "http://edges.test"
MAILBOX_KEY: Final = "key-of-the-tests"
SENT_MAIL: Final = "notifier/v1/mails?status=sent&kind=request_receipt&limit=1"
MAILBOX: Final = f"http://mailbox:{MAILBOX_KEY}@edges.test/mailbox"


class RollingBack(Database):
    """Runs each transaction to its end, writes its outbox rows, and rolls back: the next call finds the same data."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[UnitOfWork]:
        async with self.engine.connect() as connection:
            work = UnitOfWork(connection)
            yield work
            await outbox.write(connection, work.outgoing)
            await connection.rollback()


@dataclass(frozen=True, slots=True)
class AllServices:
    """The services' applications and databases by name, and the scenario that created their data."""

    apps: dict[str, FastAPI]
    databases: dict[str, Database]
    scenario: Scenario

    @property
    def people(self) -> dict[str, Person]:
        """One of each kind, in the order of the matrix. `own` and `colleague` are beneficiaries of one structure."""
        scenario = self.scenario
        return {
            "visitor": scenario.visitor,
            "own": scenario["bruno"],
            "colleague": scenario["emma"],
            "employer": scenario["claire"],
            "employer elsewhere": scenario["ines"],
            "referent": scenario["amandine"],
            "referent elsewhere": scenario["hugo"],
            "trainer": scenario["theo"],
            "trainer elsewhere": scenario["nora"],
            "staff": scenario.staff,
        }

    @contextmanager
    def rolling_back(self) -> Iterator[None]:
        """Inside the block, no HTTP call changes the data."""
        committing = {name: app.state.database for name, app in self.apps.items()}
        for name, app in self.apps.items():
            database = RollingBack.__new__(RollingBack)
            database.__dict__.update(self.databases[name].__dict__)
            app.state.database = database
        try:
            yield
        finally:
            for name, app in self.apps.items():
                app.state.database = committing[name]

    async def rows(self, service: str, statement: str) -> list[Any]:
        async with self.databases[service].engine.connect() as connection:
            return list((await connection.execute(text(statement))).all())

    async def fingerprint(self) -> dict[str, str]:
        """A hash of the content of every table of every service."""
        hashes = {}
        for service in self.apps:
            for (table,) in await self.rows(service, TABLES):
                if table == "alembic_version":
                    continue
                [(value,)] = await self.rows(
                    service, f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
                )
                hashes[f"{service}.{table}"] = value
        return hashes


@asynccontextmanager
async def started_on(server: TestServer) -> AsyncIterator[AllServices]:
    """Wire the services as the embedded installation does, create the example data, then stop the workers.

    Without workers nothing changes by itself while the tests run.
    """
    made = {
        name: await server.fresh(name, definition.migrations_package, definition.append_only)
        for name, definition in DEFINITIONS.items()
    }

    def address(name: str) -> dict[str, Any]:
        return {"database_url": made[name][1], "public_url": ADDRESS, "pool_size": 3}

    running = compose(
        {
            "identity": IdentitySettings(
                **address("identity"),
                first_staff_email=STAFF_EMAIL,
                key_passphrase="secret",
                staff_second_factor=False,
            ),
            "catalogue": CatalogueSettings(**address("catalogue")),
            "enrollment": EnrollmentSettings(**address("enrollment")),
            "notifier": NotifierSettings(**address("notifier"), mail_mode="mailbox", desk_email=STAFF_EMAIL),
        }
    )
    apps = {name: service.app for name, service in running.items()}
    databases = {name: service.databases[0] for name, service in running.items()}
    gateway = Gateway(apps, Starlette(routes=mailbox(databases["notifier"], MAILBOX_KEY)))
    transport = httpx.ASGITransport(app=gateway, raise_app_exceptions=False)
    workers = [asyncio.create_task(service.worker.run()) for service in running.values()]
    mails = MailReader(MAILBOX, transport)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
            services = AllServices(apps, databases, Scenario(System(ADDRESS, MAILBOX), http, mails))
            await _trust_tokens(services)
            await create(services.scenario)
            await eventually(lambda: _is_quiet(services), within=60)
            await _stop(workers)
            for service in running.values():
                await service.databases[1].close()
            await _a_delivery_is_parked(services)
            services.scenario.mail_id = (await services.scenario.staff.get_json(SENT_MAIL))["items"][0]["id"]
            yield services
    finally:
        await _stop(workers)
        for service in running.values():
            for database in service.databases:
                await database.close()
        for name, _ in made.values():
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _a_delivery_is_parked(services: AllServices) -> None:
    """One of an event that no code knows, in each service."""
    row = text(
        "INSERT INTO undelivered (id, message_id, name, body, headers, attempts, last_error, parked_at) "
        "OVERRIDING SYSTEM VALUE "
        "VALUES (:id, 'm', 'unknown.happened.v1', '{\"token\": \"abc\"}', '{}', 0, 'unknown', now())"
    )
    for database in services.databases.values():
        async with database.transaction() as work:
            await work.connection.execute(row, {"id": PARKED})


async def _trust_tokens(services: AllServices) -> None:
    """Give identity's public keys to the other services, which would otherwise fetch them over the network."""
    scenario = services.scenario
    await eventually(lambda: _has_staff(services), within=30)
    await scenario.staff.reset_password()
    await scenario.staff.sign_in()
    jwks = (await scenario.visitor.get_json("identity/v1/jwks.json"))["keys"]
    for name, app in services.apps.items():
        if name != "identity":
            app.state.verifier = TokenVerifier(StaticKeys(jwks), issuer="parcourspro", audience="parcourspro")


async def _has_staff(services: AllServices) -> bool:
    return bool(await services.rows("identity", f"SELECT 1 FROM accounts WHERE email = '{STAFF_EMAIL}'"))


async def _is_quiet(services: AllServices) -> bool:
    """No message waits to be published or retried, and no mail waits to be sent."""
    waiting = [
        await services.rows(name, "SELECT 1 FROM outbox UNION ALL SELECT 1 FROM undelivered") for name in services.apps
    ]
    return not any(waiting) and not await services.rows("notifier", "SELECT 1 FROM mails WHERE status = 'pending'")


async def _stop(workers: list[asyncio.Task[None]]) -> None:
    for worker in workers:
        worker.cancel()
    for worker in workers:
        with suppress(asyncio.CancelledError):
            await worker
    workers.clear()
