"""`Idempotency-Key`: repeated calls of one person with one key have one effect and get one answer."""

import asyncio
from typing import Any

import httpx
from sqlalchemy import text

from shared.database import Database
from tests.integration.http.conftest import Sign
from tests.integration.http.small_service import BASE
from tests.integration.http.test_problems import is_problem

KEY = {"Idempotency-Key": "a-key-of-mine"}


async def _count(database: Database, table: str) -> int:
    async with database.engine.connect() as connection:
        return int(await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


async def _effects(database: Database) -> tuple[int, int, int]:
    """The numbers of things created, messages emitted and keys stored."""
    return (
        await _count(database, "things"),
        await _count(database, "outbox"),
        await _count(database, "idempotency_keys"),
    )


async def test_the_same_key_and_body_give_the_same_answer_and_one_effect(
    client: httpx.AsyncClient, database: Database
) -> None:
    first = await client.post(f"{BASE}/things", json={"name": "x"}, headers=KEY)
    again = await client.post(f"{BASE}/things", json={"name": "x"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await _effects(database) == (1, 1, 1)


async def test_an_answer_without_a_body_is_repeated_without_a_body(
    client: httpx.AsyncClient, database: Database
) -> None:
    answers = [await client.post(f"{BASE}/touches", headers=KEY) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b""), (204, b"")]
    assert await _effects(database) == (1, 1, 1)


async def test_the_same_key_for_another_body_or_path_is_refused(client: httpx.AsyncClient, database: Database) -> None:
    await client.post(f"{BASE}/things", json={"name": "x"}, headers=KEY)
    for answer in (
        await client.post(f"{BASE}/things", json={"name": "y"}, headers=KEY),
        await client.post(f"{BASE}/touches", headers=KEY),
    ):
        (error,) = is_problem(answer, 422, "invalid-fields")["errors"]
        assert error["field"] == "Idempotency-Key"
    assert await _effects(database) == (1, 1, 1)


async def test_concurrent_calls_with_one_key_have_one_effect_and_one_answer(
    client: httpx.AsyncClient, database: Database
) -> None:
    answers = await asyncio.gather(*(client.post(f"{BASE}/things", json={"name": "x"}, headers=KEY) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await _effects(database) == (1, 1, 1)


async def test_the_same_key_of_another_person_is_another_key(
    client: httpx.AsyncClient, database: Database, sign: Sign
) -> None:
    people: list[dict[str, Any]] = [{}, *({"Authorization": f"Bearer {sign()}"} for _ in range(2))]
    answers = [
        await client.post(f"{BASE}/things", json={"name": str(number)}, headers={**KEY, **person})
        for number, person in enumerate(people)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert await _effects(database) == (3, 3, 3)


async def test_a_visitor_cannot_read_or_use_up_the_key_of_a_visitor_of_another_address(
    client: httpx.AsyncClient, database: Database
) -> None:
    own, other = ({**KEY, "X-Real-IP": address} for address in ("192.0.2.1", "192.0.2.2"))
    first = await client.post(f"{BASE}/things", json={"name": "x"}, headers=own)
    # neither the first visitor's answer nor "this key is used": another thing is made
    theirs = await client.post(f"{BASE}/things", json={"name": "y"}, headers=other)
    again = await client.post(f"{BASE}/things", json={"name": "x"}, headers=own)
    assert (first.status_code, theirs.status_code, again.status_code) == (201, 201, 201)
    assert first.json()["id"] == again.json()["id"] != theirs.json()["id"]
    assert await _effects(database) == (2, 2, 2)


async def test_a_refusal_rolls_back_and_is_not_stored(client: httpx.AsyncClient, database: Database) -> None:
    for _ in range(2):
        is_problem(await client.post(f"{BASE}/things", json={"name": "pris"}, headers=KEY), 409, "taken")
    assert await _effects(database) == (0, 0, 0)
    assert (await client.post(f"{BASE}/things", json={"name": "libre"}, headers=KEY)).status_code == 201


async def test_without_a_key_each_request_has_its_effect(client: httpx.AsyncClient, database: Database) -> None:
    for name in ("x", "y"):
        await client.post(f"{BASE}/things", json={"name": name})
    assert await _effects(database) == (2, 2, 0)


async def test_a_key_that_is_too_short_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/things", json={"name": "x"}, headers={"Idempotency-Key": "short"})
    is_problem(answer, 422, "invalid-fields")
