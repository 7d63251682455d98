"""What never changes is chained by hashes: the audit finds each row that even a superuser changed or removed."""

import asyncio
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import Integer, Text, TextClause, bindparam, text
from sqlalchemy.exc import ProgrammingError

import services
from services.enrollment.storage.tables import enrollment_notes
from shared.chains import broken_chains, erase_texts
from shared.database import Database
from shared.migrations import migrate_async
from tests.conftest import MakeDatabase
from tests.support.loosened import superuser
from tests.support.postgres import TestServer
from tests.support.processes import Process

SERVICES = services.definitions()
ONE, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
# each statement adds one row to the chain `:chain`; `:number` differs in each row
ROWS: Final = {
    "identity_history": """
        INSERT INTO identity_history (aggregate_id, version, act, acted_by, at, note, acting_as, facts)
        VALUES (CAST(:chain AS uuid), :number, 'AccountRenamed', NULL, now(), 'une note', 'staff', '{"fields": ["é"]}')
    """,
    "catalogue_history": """
        INSERT INTO catalogue_history (aggregate_id, version, act, acted_by, at, note)
        VALUES (CAST(:chain AS uuid), :number, 'TrainingRevised', gen_random_uuid(), now(), 'une note')
    """,
    "enrollment_history": """
        INSERT INTO enrollment_history
            (aggregate_id, version, act, from_approval, to_approval, from_seat, to_seat, acting_as, at, note)
        VALUES (CAST(:chain AS uuid), :number, 'accept', 'a', 'b', 'none', 'held', 'employer', now(), 'une note')
    """,
    "presences": """
        INSERT INTO presences (enrollment_id, slot_id, present, recorded_by, recorded_at, note)
        VALUES (CAST(:chain AS uuid), gen_random_uuid(), :number > 0, gen_random_uuid(), now(), 'une note')
    """,
    "sheet_history": """
        INSERT INTO sheet_history (aggregate_id, version, act, acted_by, acting_as, at, note)
        VALUES (CAST(:chain AS uuid), :number, 'close', gen_random_uuid(), 'trainer', now(), 'une note')
    """,
    "session_messages": """
        INSERT INTO session_messages
            (id, session_id, sent_by, acting_as, sent_to, account_ids, subject, text, sent_at)
        SELECT gen_random_uuid(), CAST(:chain AS uuid), gen_random_uuid(), 'trainer', 'held', '{}',
            CAST(:number AS text), 'un texte', now()
    """,
    "enrollment_notes": """
        INSERT INTO enrollment_notes (enrollment_id, text, written_by, written_at)
        SELECT CAST(:chain AS uuid), 'note ' || :number, gen_random_uuid(), now()
    """,
    "rules": """
        INSERT INTO rules (name, version, enabled, value, effective_from, set_by, set_at)
        VALUES (:chain, :number, true, '{"note": "une note"}', now(), gen_random_uuid(), now())
    """,
    "mails": """
        INSERT INTO mails
            (id, kind, audience, recipient, cause_message_id, subject_id, facts, status, next_at, why_not)
        SELECT gen_random_uuid(), 'k', 'a', 'zoe@example.org', CAST(:number AS text), CAST(:chain AS uuid), '{}',
            'failed', now(), 'une note'
    """,
}
NUMBERED = {"identity_history", "presences", "enrollment_notes"}
"""The tables that number their rows."""
CHAINED = [(service, name) for service, definition in SERVICES.items() for name in definition.chains]


async def with_rows(make_database: MakeDatabase, server: TestServer, service: str, table: str) -> Database:
    """A database with three rows in one chain and two in another, written by the running role."""
    database = await make_database(service)
    async with superuser(database, server) as connection:
        for name in SERVICES[service].chains if service == "enrollment" else ():
            key = text("SELECT conname FROM pg_constraint WHERE conrelid = CAST(:name AS regclass) AND contype = 'f'")
            for constraint in (await connection.scalars(key, {"name": name})).all():
                await connection.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT {constraint}"))
    async with database.transaction() as work:
        for number, chain in enumerate([ONE, OTHER, ONE, ONE, OTHER], start=1):
            await work.connection.execute(_row(table, chain, number))
    return database


def _row(table: str, chain: str, number: int) -> TextClause:
    return text(ROWS[table]).bindparams(bindparam("chain", chain, Text), bindparam("number", number, Integer))


async def audit(database: Database, service: str) -> list[str]:
    async with database.transaction() as work:
        # as for an operator in another country
        await work.connection.execute(text("SET LOCAL TIME ZONE 'Asia/Tokyo'"))
        return await broken_chains(work.connection, SERVICES[service].chains)


def test_every_history_and_the_mails_are_chained() -> None:
    assert {service: set(definition.chains) for service, definition in SERVICES.items()} == {
        "identity": {"identity_history"},
        "catalogue": {"catalogue_history"},
        "enrollment": {
            "enrollment_history",
            "presences",
            "rules",
            "sheet_history",
            "session_messages",
            "enrollment_notes",
        },
        "notifier": {"mails"},
    }
    # security events are deleted after a year, from the beginning of what would be their chain
    kept = {name for definition in SERVICES.values() for name in definition.append_only} - {"security_events"}
    assert kept <= {name for definition in SERVICES.values() for name in definition.chains}


@pytest.mark.parametrize(("service", "table"), CHAINED)
async def test_the_audit_names_the_row_that_was_changed_or_removed(
    make_database: MakeDatabase, postgres_server: TestServer, service: str, table: str
) -> None:
    database = await with_rows(make_database, postgres_server, service, table)
    named_by = SERVICES[service].chains[table]
    assert await audit(database, service) == []
    chain = f"{table}: {named_by} {ONE}"
    changed = {
        "rules": "value = '{}'",
        "mails": "why_not = 'autre'",
        "session_messages": "text = 'autre'",
        "enrollment_notes": "text = 'autre'",
    }.get(table, "note = 'autre'")
    second = f"{named_by} = '{ONE}' AND chain_position"

    for act, found in (
        (f"UPDATE {table} SET {changed} WHERE {second} = 2", f"{chain}: row 2 is not as it was written"),
        (f"DELETE FROM {table} WHERE {second} = 2", f"{chain}: the rows between 1 and 3 are missing"),
        (f"DELETE FROM {table} WHERE {second} = 3", f"{chain}: the last row is 2, but 3 was written"),
        (f"DELETE FROM {table} WHERE {second} > 0", f"{chain}: the last row is missing, but 3 was written"),
        (
            f"UPDATE chain_ends SET length = 2 WHERE chain = '{ONE}'",
            f"{chain}: the last row is 3, but 2 was written",
        ),
        (f"DELETE FROM chain_ends WHERE chain = '{ONE}'", f"{chain}: the last row is 3, but none was written"),
    ):
        async with superuser(database, postgres_server) as connection:
            await connection.execute(text("CREATE TABLE kept AS SELECT * FROM chain_ends"))
            await connection.execute(text(f"CREATE TABLE kept_rows AS SELECT * FROM {table}"))
            await connection.execute(text(act))
        assert (await audit(database, service))[:1] == [found]
        async with superuser(database, postgres_server) as connection:
            await connection.execute(text("DELETE FROM chain_ends"))
            await connection.execute(text(f"DELETE FROM {table}"))
            await connection.execute(text("INSERT INTO chain_ends SELECT * FROM kept"))
            overriding = "OVERRIDING SYSTEM VALUE" if table in NUMBERED else ""
            await connection.execute(text(f"INSERT INTO {table} {overriding} SELECT * FROM kept_rows"))
            await connection.execute(text("DROP TABLE kept, kept_rows"))
        assert await audit(database, service) == []


async def test_an_erasure_keeps_the_chain_and_what_it_left_is_not_changed_either(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    database = await with_rows(make_database, postgres_server, "enrollment", "enrollment_notes")
    async with database.transaction() as work:
        of_one = enrollment_notes.c.enrollment_id == UUID(ONE)
        for _ in range(2):
            await erase_texts(
                work.connection, enrollment_notes, of_one, named_by="enrollment_id", columns=["text"], instead="-"
            )
    assert await audit(database, "enrollment") == []
    async with database.engine.connect() as connection:
        texts = await connection.scalars(
            text(f"SELECT DISTINCT text FROM enrollment_notes WHERE enrollment_id = '{ONE}'")
        )
        assert texts.all() == ["-"]
    async with superuser(database, postgres_server) as connection:
        change = f"UPDATE enrollment_notes SET text = 'x' WHERE enrollment_id = '{ONE}' AND chain_position = 1"
        await connection.execute(text(change))
    assert await audit(database, "enrollment") == [
        f"enrollment_notes: enrollment_id {ONE}: row 1 is not as an erasure left it"
    ]


@pytest.mark.parametrize("statement", ["DELETE FROM chain_ends", "UPDATE chain_ends SET length = 0"])
@pytest.mark.parametrize("service", SERVICES)
async def test_the_running_role_cannot_change_the_end_of_a_chain(
    make_database: MakeDatabase, service: str, statement: str
) -> None:
    database = await make_database(service)
    async with database.engine.connect() as connection:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE mails SET recipient = 'autre@example.org'", "UPDATE mails SET status = 'pending'", "DELETE FROM mails"],
)
async def test_a_finished_mail_is_neither_changed_nor_deleted(
    make_database: MakeDatabase, postgres_server: TestServer, statement: str
) -> None:
    database = await with_rows(make_database, postgres_server, "notifier", "mails")
    async with database.engine.connect() as connection:
        with pytest.raises(ProgrammingError, match="is finished: it cannot be changed or deleted"):
            await connection.execute(text(statement))


async def test_two_transactions_about_one_object_make_one_chain(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    database = await make_database("identity")

    async def add(number: int) -> None:
        async with database.transaction() as work:
            await work.connection.execute(_row("identity_history", ONE, number))

    await asyncio.gather(*(add(number) for number in range(20)))
    assert await audit(database, "identity") == []
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT max(chain_position) FROM identity_history")) == 20


async def test_rows_that_are_older_than_the_chains_are_chained_too(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    await make_database("catalogue")  # so that its roles exist
    name = "catalogue_of_old"
    await postgres_server.execute(f"CREATE DATABASE {name} OWNER catalogue_owner")
    database = Database(postgres_server.address(name, "catalogue"), application="test")
    try:
        for revision in ("0003", "head"):
            await migrate_async(
                postgres_server.address(name, "catalogue_owner"),
                package=SERVICES["catalogue"].migrations_package,
                running_role="catalogue",
                append_only=SERVICES["catalogue"].append_only,
                revision=revision,
            )
            async with database.transaction() as work:
                for number in (1, 2):
                    version = number + 2 * (revision == "head")
                    await work.connection.execute(_row("catalogue_history", ONE, version))
        assert await audit(database, "catalogue") == []
        async with database.engine.connect() as connection:
            positions = "SELECT array_agg(chain_position ORDER BY version) FROM catalogue_history"
            assert await connection.scalar(text(positions)) == [1, 2, 3, 4]
    finally:
        await database.close()
        await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_the_command_audit_prints_what_is_wrong_and_fails(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    database = await with_rows(make_database, postgres_server, "notifier", "mails")
    url = database.engine.url.render_as_string(hide_password=False)
    process = Process("audit", ["-m", "services.notifier", "audit"], {"PARCOURSPRO_NOTIFIER_DATABASE_URL": url})
    process.start()
    assert process.wait() == 0
    assert "No row was changed or removed." in process.log
    async with superuser(database, postgres_server) as connection:
        await connection.execute(text("UPDATE mails SET recipient = 'x@example.org' WHERE chain_position = 1"))
    process.start()
    assert process.wait() == 1
    assert f"mails: subject_id {ONE}: row 1 is not as it was written" in process.log
    process.close()
