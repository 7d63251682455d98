"""`audit` runs the invariants of each service on live data: it names the rows that break one, and ends with 1."""

import asyncio
import re
from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from typer.testing import CliRunner, Result

import services
from shared import audit, process
from shared.chains import broken_chains
from shared.database import Database
from shared.process import command_line
from tests.conftest import MakeDatabase
from tests.integration.broken_invariants import BROKEN, ONE
from tests.support.loosened import loosen, superuser
from tests.support.postgres import TestServer

SERVICES = services.definitions()
EVERY = [(service, sentence) for service, broken in BROKEN.items() for sentence in broken]
NUMBER_OF = {"enrollment": 14, "identity": 11, "catalogue": 9, "notifier": 8}


async def run_audit(service: str, database: Database, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """`python -m services.<service> audit`."""
    monkeypatch.setattr(process, "configure_logging", lambda *_: None)
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv(f"PARCOURSPRO_{service.upper()}_DATABASE_URL", url)
    # in a thread: the command has an event loop of its own
    return await asyncio.to_thread(CliRunner().invoke, command_line(SERVICES[service]), ["audit", *options])


async def write(database: Database, server: TestServer, *statements: str) -> None:
    async with superuser(database, server) as connection:
        for statement in statements:
            await connection.execute(text(re.sub(r":(?=\w)", r"\\:", statement)))


def test_every_invariant_is_broken_here() -> None:
    assert {service: list(broken) for service, broken in BROKEN.items()} == {
        service: list(definition.invariants) for service, definition in SERVICES.items() if service in BROKEN
    }
    assert {service: len(broken) for service, broken in BROKEN.items()} == NUMBER_OF
    assert SERVICES.keys() == NUMBER_OF.keys()


@pytest.mark.parametrize("service", NUMBER_OF)
async def test_a_service_whose_invariants_hold_ends_with_0_and_says_how_many_there_are(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    done = await run_audit(service, await make_database(service), monkeypatch)
    assert done.output.splitlines() == [
        "No row was changed or removed.",
        f"All {NUMBER_OF[service]} invariants hold.",
    ]
    assert done.exit_code == 0


@pytest.mark.parametrize(("service", "sentence"), EVERY)
async def test_a_row_that_breaks_an_invariant_is_named(
    make_database: MakeDatabase,
    postgres_server: TestServer,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    sentence: str,
) -> None:
    database = await make_database(service)
    await loosen(database, postgres_server)
    await write(database, postgres_server, *BROKEN[service][sentence])
    done = await run_audit(service, database, monkeypatch)
    assert done.exit_code == 1
    [row, *_] = [each for each in done.output.splitlines() if each.startswith(f"{sentence}: ")]
    assert re.search(rf"(id {ONE}|cause_message_id c)", row), row
    assert f"of {NUMBER_OF[service]} invariants do not hold." in done.output


async def test_the_first_rows_of_each_invariant_are_named_and_the_others_are_counted(
    make_database: MakeDatabase, postgres_server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await make_database("catalogue")
    await loosen(database, postgres_server)
    await write(
        database,
        postgres_server,
        "INSERT INTO occupancy (session_id, version, held, queued) "
        "SELECT gen_random_uuid(), 1, -1, 0 FROM generate_series(1, 1000)",
        "INSERT INTO accounts (id, version, erased, first_name, last_name) VALUES "
        f"('{ONE}', 2, true, 'Zoé', 'Zoé-Nom')",
    )
    seats = "the copy of the seats of a session counts less than none"
    for options, shown in (((), 20), (("--rows", "3"), 3)):
        done = await run_audit("catalogue", database, monkeypatch, *options)
        lines = [line for line in done.output.splitlines() if line.startswith(seats)]
        assert len(lines) == shown + 1
        assert lines[-1] == f"{seats}: {1000 - shown} more"
        assert done.output.splitlines()[-1] == "2 of 9 invariants do not hold."
        assert "Zoé" not in done.output


async def test_what_is_written_meanwhile_is_not_mixed_with_what_was_there_before(
    make_database: MakeDatabase, postgres_server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One moment of all tables, although somebody writes between the statements."""
    database = await make_database("notifier")
    await loosen(database, postgres_server)

    async def then_write(connection: AsyncConnection, chains: Mapping[str, str]) -> list[str]:
        found = await broken_chains(connection, chains)
        await write(database, postgres_server, *BROKEN["notifier"]["a finished mail could leave again"])
        return found

    monkeypatch.setattr(audit, "broken_chains", then_write)
    before = await audit.audited(database, SERVICES["notifier"].chains, SERVICES["notifier"].invariants, most=5)
    assert before.is_clean
    monkeypatch.undo()
    after = await audit.audited(database, SERVICES["notifier"].chains, SERVICES["notifier"].invariants, most=5)
    assert [each.sentence for each in after.violated] == ["a finished mail could leave again"]


@pytest.mark.parametrize("statement", ["DELETE FROM mails RETURNING id", "UPDATE mails SET attempts = 0 RETURNING id"])
async def test_the_audit_can_write_nothing(make_database: MakeDatabase, statement: str) -> None:
    database = await make_database("notifier")
    with pytest.raises(Exception, match="read-only transaction"):
        await audit.audited(database, {}, {"writes": statement}, most=1)
