"""When the commit fails, the client gets a 5xx and no message is emitted."""

import httpx
from sqlalchemy import text

from shared.database import Database
from tests.integration.http.small_service import BASE
from tests.integration.http.test_problems import is_problem


async def test_a_commit_that_fails_is_a_5xx_without_rows_and_messages(
    client: httpx.AsyncClient, database: Database
) -> None:
    assert (await client.post(f"{BASE}/things", json={"name": "x"})).status_code == 201

    key = {"Idempotency-Key": "the-commit-fails"}
    # the constraint on names is deferred, so that only the commit fails
    answer = await client.post(f"{BASE}/things", json={"name": "x"}, headers=key)

    is_problem(answer, 500, "internal")
    async with database.engine.connect() as connection:
        for table, left in (("things", 1), ("outbox", 1), ("idempotency_keys", 0)):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == left
    assert (await client.post(f"{BASE}/things", json={"name": "y"}, headers=key)).status_code == 201
