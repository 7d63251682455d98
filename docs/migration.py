# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""`make migration SERVICE=… NAME="…"` writes the migration from a service's old tables to the declared ones.

It compares `storage/tables.py` with a new database after all migrations. Read what it wrote before you commit it: what
`tables.py` does not declare (checks, indexes, values for existing rows) is added by hand.
"""

import asyncio
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import MigrateOperation, Operations
from alembic.operations.ops import ModifyTableOps
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

import services
from deploy.embedded.postgres import EmbeddedPostgres
from docs import generate
from shared.migrations import migrate_async
from shared.tables import MECHANISMS

_FILE: Final = '''"""{name}."""

from shared.migrations import run_sql

revision = "{revision}"
down_revision = "{down_revision}"

CHANGES = """
{statements}
"""


def upgrade() -> None:
    run_sql(CHANGES)
'''


def differences(connection: Connection, declared: MetaData) -> str:
    """The SQL statements that turn the tables of the database into the declared ones; empty if they are the same."""
    everything = MetaData()
    for table in (*declared.sorted_tables, *MECHANISMS.sorted_tables):
        table.to_metadata(everything)
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_declared})
    written = StringIO()
    writer = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written, "transactional_ddl": True}
    )
    operations = Operations(writer)
    for operation in _single(produce_migrations(context, everything).upgrade_ops):
        operations.invoke(operation)
    return re.sub(r"\n{2,}", "\n", written.getvalue()).strip()


def _is_declared(_item: Any, name: str | None, kind: str, *_: object) -> bool:  # noqa: ANN401 - Alembic's
    """Whether `tables.py` declares it. The partitions of the event log are made by a job."""
    return kind in {"table", "column", "foreign_key_constraint"} and not str(name).startswith("event_log_")


def _single(operations: Any) -> Iterator[MigrateOperation]:  # noqa: ANN401 - Alembic's containers have no common type
    for operation in operations.ops:
        if isinstance(operation, ModifyTableOps):
            yield from _single(operation)
        else:
            yield operation


def write(folder: Path, name: str, statements: str) -> Path:
    """Write the next migration of a service into the folder of its migrations."""
    last = max(path.name[:4] for path in folder.glob("[0-9]*.py"))
    revision = f"{int(last) + 1:04}"
    path = folder / f"{revision}_{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')}.py"
    path.write_text(_FILE.format(name=name, revision=revision, down_revision=last, statements=statements))
    return path


def differences_of(service: str, package: str) -> str:
    """The differences of a service, with a server of its own."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # root runs the server as another user
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            return asyncio.run(_compared(server, service, package))
        finally:
            server.stop()


async def _compared(server: EmbeddedPostgres, service: str, package: str) -> str:
    await server.prepare([service])
    url = server.url(service, f"{service}_owner")
    await migrate_async(url, package=package, running_role=None)
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            declared = import_module(f"services.{service}.storage.tables").METADATA
            return await connection.run_sync(differences, declared)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    service, name = sys.argv[1:]
    package = services.definitions()[service].migrations_package
    statements = differences_of(service, package)
    if not statements:
        sys.exit(f"The declared tables of {service} are those of its migrations.")
    print(write(generate.ROOT / package.replace(".", "/") / "versions", name, statements))  # noqa: T201
