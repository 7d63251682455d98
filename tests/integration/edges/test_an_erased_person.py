"""After an erasure, no row of any service tells who the person was."""

import json
from uuid import uuid4

import pytest

from docs import generate
from services import definitions
from shared.chains import broken_chains
from shared.messaging.envelope import Envelope
from tests.integration.edges.all_services import AllServices
from tests.integration.messaging.two_services import HandedDelivery
from tests.support.traces import traces

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_no_row_of_any_service_has_the_name_or_the_address(services: AllServices) -> None:
    person = services.scenario["erased"]
    for database in services.databases.values():
        async with database.engine.connect() as connection:
            assert await traces(connection, ["ysoline", "quatrebarbes", person.email]) == set()


async def test_the_account_is_a_tombstone_everywhere(services: AllServices) -> None:
    account = services.scenario["erased"].id
    for service in ("catalogue", "enrollment", "notifier"):
        [row] = await services.rows(service, f"SELECT * FROM accounts WHERE id = '{account}'")
        assert (row.first_name, row.last_name, row.erased) == ("Compte", "supprimé", True)
    [row] = await services.rows("identity", f"SELECT * FROM accounts WHERE id = '{account}'")
    assert (row.disabled, row.password_hash, row.erased_at is not None) == (True, None, True)


async def test_the_chains_hold_after_it(services: AllServices) -> None:
    known = definitions()
    for name, database in services.databases.items():
        async with database.engine.connect() as connection:
            assert await broken_chains(connection, known[name].chains) == []


async def test_a_message_that_no_service_can_read_brings_nothing_back(services: AllServices) -> None:
    person = services.scenario["erased"]
    body = {"account": {"id": str(person.id), "email": person.email, "first_name": "Ysoline"}}
    for name, definition in definitions().items():
        worker = generate.wired(definition, services.databases[name])
        newer = Envelope(message_id=str(uuid4()), name="identity.account_updated.v9", body=json.dumps(body).encode())
        await worker.inbox.handle([HandedDelivery(newer)])
        async with services.databases[name].engine.connect() as connection:
            assert await traces(connection, ["ysoline", person.email]) == set()
