"""After an erasure, no row of any service tells who the person was."""

import pytest

from docs import generate
from shared.chains import broken_chains
from tests.integration.edges.all_services import AllServices

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


async def test_no_row_of_any_service_has_the_name_or_the_address(services: AllServices) -> None:
    person = services.scenario["erased"]
    found = {
        f"{service}.{table}: {word}"
        for service in services.apps
        for (table,) in await services.rows(service, TABLES)
        for word in ("ysoline", "quatrebarbes", person.email)
        if await services.rows(service, f"SELECT 1 FROM {table} t WHERE t::text ILIKE '%{word}%' LIMIT 1")
    }
    assert found == set()


async def test_the_account_is_a_tombstone_everywhere(services: AllServices) -> None:
    account = services.scenario["erased"].id
    for service in ("catalogue", "enrollment", "notifier"):
        [row] = await services.rows(service, f"SELECT * FROM accounts WHERE id = '{account}'")
        assert (row.first_name, row.last_name, row.erased) == ("Compte", "supprimé", True)
    [row] = await services.rows("identity", f"SELECT * FROM accounts WHERE id = '{account}'")
    assert (row.disabled, row.password_hash, row.erased_at is not None) == (True, None, True)


async def test_the_chains_hold_after_it(services: AllServices) -> None:
    definitions = generate.services()
    for name, database in services.databases.items():
        async with database.engine.connect() as connection:
            assert await broken_chains(connection, definitions[name].chains) == []
