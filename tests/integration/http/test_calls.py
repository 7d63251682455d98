"""An endpoint with the single dependency `Call` or `OnceCall` behaves like one with a dependency for each value."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from shared.database import Database
from shared.http.clock import now
from shared.http.tokens import signed_in
from shared.tokens.verifier import Claims
from tests.integration.http.conftest import Sign
from tests.integration.http.small_service import BASE, STRANGER
from tests.integration.http.test_problems import is_problem
from tests.support.claims import claims_of

KEY = {"Idempotency-Key": "a-key-of-mine"}


async def _stored(database: Database) -> list[str]:
    async with database.engine.connect() as connection:
        messages = await connection.scalar(text("SELECT count(*) FROM outbox"))
        names = (await connection.scalars(text("SELECT name FROM things ORDER BY name"))).all()
    assert messages == len(names)
    return list(names)


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, "Bearer"),
        ("Basic YTpi", "Bearer"),
        ("Bearer", "Bearer"),
        ("Bearer no-token", 'Bearer error="invalid_token"'),
    ],
)
async def test_without_a_valid_token_the_answer_is_a_401_with_a_challenge(
    client: httpx.AsyncClient, database: Database, authorization: str | None, challenge: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    for path, body in (("own-things", {"name": "x"}), ("own-touches", None)):
        answer = await client.post(f"{BASE}/{path}", json=body, headers=headers)
        is_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == challenge
    assert await _stored(database) == []


async def test_one_key_has_one_effect(client: httpx.AsyncClient, database: Database, sign: Sign) -> None:
    me = {"Authorization": f"Bearer {sign()}", **KEY}
    answers = [await client.post(f"{BASE}/own-things", json={"name": "x"}, headers=me) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    is_problem(await client.post(f"{BASE}/own-things", json={"name": "y"}, headers=me), 422, "invalid-fields")
    short = {**me, "Idempotency-Key": "short"}
    is_problem(await client.post(f"{BASE}/own-things", json={"name": "y"}, headers=short), 422, "invalid-fields")
    assert await _stored(database) == ["x"]


async def test_the_transaction_commits_before_the_answer_or_the_answer_is_5xx(
    client: httpx.AsyncClient, database: Database, sign: Sign
) -> None:
    me = {"Authorization": f"Bearer {sign()}"}
    assert (await client.post(f"{BASE}/own-things", json={"name": "x"}, headers=me)).status_code == 201
    answer = await client.post(f"{BASE}/own-things", json={"name": "x"}, headers={**me, **KEY})
    is_problem(answer, 500, "internal")  # a deferred constraint, so that only the commit fails
    assert await _stored(database) == ["x"]


async def test_a_refusal_in_the_dependency_rolls_back(
    client: httpx.AsyncClient, database: Database, sign: Sign
) -> None:
    stranger = {"Authorization": f"Bearer {sign(sub=str(STRANGER))}"}
    is_problem(await client.post(f"{BASE}/own-things", json={"name": "x"}, headers=stranger), 409, "taken")
    assert await _stored(database) == []


async def test_tests_can_override_the_account_and_the_time(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    account, at = uuid4(), datetime(2026, 11, 24, 9, tzinfo=UTC)

    async def fixed_account() -> Claims:
        return claims_of(account)

    app.dependency_overrides |= {signed_in: fixed_account, now: lambda: at}
    assert (await client.post(f"{BASE}/own-touches")).status_code == 200
    assert await _stored(database) == [f"{account} 2026-11-24T09:00:00+00:00"]


async def test_openapi_documents_the_token_and_the_idempotency_key(client: httpx.AsyncClient) -> None:
    document = (await client.get(f"{BASE}/openapi.json")).json()
    assert document["components"]["securitySchemes"] == {
        "HTTPBearer": {"type": "http", "scheme": "bearer", "description": "Access token, from the identity service"}
    }
    things, touches = (document["paths"][f"{BASE}/{path}"]["post"] for path in ("own-things", "own-touches"))
    assert things["security"] == touches["security"] == [{"HTTPBearer": []}]
    assert [parameter["name"] for parameter in things["parameters"]] == ["idempotency-key"]
    assert "parameters" not in touches
