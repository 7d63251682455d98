"""`make migration` writes the SQL from the migrated tables to the declared ones."""

from pathlib import Path

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Table, Text, Uuid

from docs.migration import differences, differences_of, write
from services.enrollment.storage.tables import METADATA
from tests.conftest import MakeDatabase


async def test_without_a_difference_there_is_nothing_to_write(make_database: MakeDatabase) -> None:
    database = await make_database("enrollment")
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences, METADATA) == ""


def test_the_command_needs_no_server() -> None:
    assert differences_of("notifier", "services.notifier.storage.migrations") == ""


async def test_a_new_column_and_a_new_table_are_written(make_database: MakeDatabase) -> None:
    declared = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(declared)
    declared.tables["enrollments"].append_column(Column("group_id", Uuid))
    Table(
        "groups_of_people",
        declared,
        Column("enrollment_id", Uuid, ForeignKey("enrollments.id"), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("note", Text),
    )
    database = await make_database("enrollment")
    async with database.engine.connect() as connection:
        written = await connection.run_sync(differences, declared)
    assert written == (
        "CREATE TABLE groups_of_people (\n"
        "    enrollment_id UUID NOT NULL, \n"
        "    at TIMESTAMP WITH TIME ZONE NOT NULL, \n"
        "    note TEXT, \n"
        "    PRIMARY KEY (enrollment_id), \n"
        "    FOREIGN KEY(enrollment_id) REFERENCES enrollments (id)\n"
        ");\n"
        "ALTER TABLE enrollments ADD COLUMN group_id UUID;"
    )


def test_the_file_follows_the_last_migration(tmp_path: Path) -> None:
    (tmp_path / "0001_first.py").touch()
    (tmp_path / "0002_more.py").touch()
    path = write(tmp_path, "Remind the employers", "ALTER TABLE enrollments ADD COLUMN group_id UUID;")
    assert path.name == "0003_remind_the_employers.py"
    module: dict[str, object] = {}
    exec(path.read_text(), module)  # noqa: S102 - the file was written here
    assert (module["revision"], module["down_revision"]) == ("0003", "0002")
    assert module["CHANGES"] == "\nALTER TABLE enrollments ADD COLUMN group_id UUID;\n"
