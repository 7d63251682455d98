"""The declared tables are those of the database, and migrations keep the rows."""

from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.identity.storage.tables import METADATA
from services.identity.wiring import SERVICE
from tests.integration.identity.identity_service import STAFF, IdentityService
from tests.support.postgres import TestServer

COMPUTED = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'ALWAYS' ORDER BY table_name, column_name
"""


def differences(connection: Connection) -> list[Any]:
    """Between the declared tables and those of the migrated database, without the tables of shared mechanisms."""

    def is_declared(name: str | None, kind: str, _: Any) -> bool:
        return kind not in {"table", "index", "unique_constraint"} or name in METADATA.tables

    options = {"compare_type": True, "compare_server_default": False, "include_name": is_declared}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


async def test_the_declared_tables_are_those_of_the_migrated_database(service: IdentityService) -> None:
    async with service.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    declared = {
        (table.name, column.name) for table in METADATA.tables.values() for column in table.c if column.computed
    }
    assert {tuple(row) for row in await service.rows(COMPUTED)} == declared


async def test_the_history_can_be_added_to_and_never_changed(service: IdentityService) -> None:
    me = await service.ask("GET", "/me", by=STAFF)
    for act in ("UPDATE identity_history SET act = 'x'", "DELETE FROM identity_history", "TRUNCATE identity_history"):
        with pytest.raises(Exception, match="permission denied"):
            await service.execute(act)
    assert await service.acts(me["id"]) == ["AccountMade", "AddressProved"]


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files(SERVICE.migrations_package)))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


OLD_ROWS = """
    INSERT INTO trace (at, who, acting_as, act, subject_id, facts) VALUES
        (now(), NULL, 'operator', 'account made', gen_random_uuid(), '{"is_staff": true}'),
        (now(), gen_random_uuid(), 'person', 'attachment requested', gen_random_uuid(), '{"state": "requested"}'),
        (now(), gen_random_uuid(), 'person', 'attachment requested', gen_random_uuid(), '{"state": "active"}'),
        (now(), gen_random_uuid(), 'staff', 'attachment ended', gen_random_uuid(),
            '{"was": ["employer"], "statuses": [], "reason": "Départ"}')
"""


async def test_the_rows_of_the_first_history_are_kept_under_the_names_of_facts(
    service: IdentityService, postgres_server: TestServer
) -> None:
    # `service` has made the roles
    name = f"upgraded_{uuid4().hex[:12]}"
    await postgres_server.execute(f"CREATE DATABASE {name} OWNER identity_owner")
    engine = create_async_engine(postgres_server.address(name, "identity_owner"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, "0001")
        await connection.exec_driver_sql(OLD_ROWS)
        await connection.run_sync(upgrade, "0002")
        kept = "SELECT act, acting_as, facts, note, version FROM identity_history ORDER BY id"
        rows = (await connection.execute(text(kept))).all()
    await engine.dispose()
    await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert rows == [
        ("AccountMade", "operator", {"is_staff": True}, None, None),
        ("AttachmentRequested", "person", {"state": "requested"}, None, None),
        ("FirstUserAttached", "person", {"state": "active"}, None, None),
        ("AttachmentEnded", "staff", {"was": ["employer"], "statuses": []}, "Départ", None),
    ]


ANSWERED = """
    INSERT INTO accounts (id, version, first_name, last_name, email, is_staff, disabled, proved)
        VALUES ('00000000-0000-0000-0000-000000000001', 1, 'Ana', 'Costa', 'ana@x.example', true, false, true);
    INSERT INTO structures (id, version, name, siret, town, is_member)
        VALUES ('00000000-0000-0000-0000-000000000002', 1, 'Mairie', '73282932000074', 'Brive', false);
    INSERT INTO attachments (id, version, account_id, structure_id, state, statuses, asked_at)
        VALUES ('00000000-0000-0000-0000-000000000003', 3, '00000000-0000-0000-0000-000000000001',
            '00000000-0000-0000-0000-000000000002', 'ended', '{}', '2026-01-01T00:00Z');
    INSERT INTO structure_requests (id, version, name, siret, town, contact_name, contact_email, state, asked_at)
        VALUES ('00000000-0000-0000-0000-000000000004', 2, 'Mairie', '73282932000074', 'Brive', 'Léa', 'lea@x.example',
            'accepted', '2026-01-01T00:00Z');
    INSERT INTO change_reports (id, version, structure_id, reported_by, text, state, reported_at)
        VALUES ('00000000-0000-0000-0000-000000000005', 2, '00000000-0000-0000-0000-000000000002',
            '00000000-0000-0000-0000-000000000001', 'Déménagement', 'closed', '2026-01-01T00:00Z');
    INSERT INTO identity_history (at, acted_by, acting_as, act, aggregate_id, note, facts) VALUES
        ('2026-01-02T00:00Z', '00000000-0000-0000-0000-000000000001', 'staff', 'AttachmentConfirmed',
            '00000000-0000-0000-0000-000000000003', NULL, '{}'),
        ('2026-01-03T00:00Z', '00000000-0000-0000-0000-000000000001', 'staff', 'AttachmentEnded',
            '00000000-0000-0000-0000-000000000003', 'Départ', '{}'),
        ('2026-01-04T00:00Z', '00000000-0000-0000-0000-000000000001', 'staff', 'StructureRequestAccepted',
            '00000000-0000-0000-0000-000000000004', NULL, '{"structure": "00000000-0000-0000-0000-000000000002"}'),
        ('2026-01-05T00:00Z', '00000000-0000-0000-0000-000000000001', 'staff', 'ChangeReportClosed',
            '00000000-0000-0000-0000-000000000005', NULL, '{}');
"""


async def test_answers_that_were_given_before_are_read_from_the_history(
    service: IdentityService, postgres_server: TestServer
) -> None:
    name = f"upgraded_{uuid4().hex[:12]}"
    await postgres_server.execute(f"CREATE DATABASE {name} OWNER identity_owner")
    engine = create_async_engine(postgres_server.address(name, "identity_owner"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, "0008")
        for statement in ANSWERED.split(";\n")[:-1]:
            await connection.exec_driver_sql(statement)
        await connection.run_sync(upgrade, "0009")
        kept = """
            SELECT extract(day FROM confirmed_at)::int, extract(day FROM closed_at)::int, closing_reason, 'ended'
                FROM attachments
            UNION ALL SELECT NULL, extract(day FROM answered_at)::int, right(CAST(structure_id AS text), 1), state
                FROM structure_requests
            UNION ALL SELECT NULL, extract(day FROM answered_at)::int, right(CAST(answered_by AS text), 1), state
                FROM change_reports
        """
        rows = (await connection.execute(text(kept))).all()
    await engine.dispose()
    await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    assert rows == [(2, 3, "Départ", "ended"), (None, 4, "2", "accepted"), (None, 5, "1", "applied")]
