"""A body over the limit is refused, whether its length is told or found out."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.http.middleware import BODY_LIMIT
from tests.integration.http.desk import BASE
from tests.integration.http.test_problems import is_problem

SOON_TOO_LONG = [b'{"name": "'] + [b"x" * 1000] * (BODY_LIMIT // 1000 + 1)


async def _growing(sent: list[int]) -> AsyncIterator[bytes]:
    for chunk in SOON_TOO_LONG:
        sent.append(len(chunk))
        yield chunk


async def test_a_told_length_over_the_limit_is_refused_before_anything_is_read(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/forms", content=b"x" * (BODY_LIMIT + 1))
    is_problem(answer, 413, "too-large")


async def test_a_chunked_body_that_grows_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    sent: list[int] = []
    answer = await client.post(f"{BASE}/forms", content=_growing(sent), headers={"content-type": "application/json"})
    is_problem(answer, 413, "too-large")
    assert "content-length" not in answer.request.headers


async def test_a_body_at_the_limit_is_read(client: httpx.AsyncClient) -> None:
    content = b'{"name": "' + b"x" * (BODY_LIMIT - 12) + b'"}'
    assert len(content) == BODY_LIMIT
    is_problem(
        await client.post(f"{BASE}/forms", content=content, headers={"content-type": "application/json"}),
        422,
        "invalid-fields",
    )


@pytest.mark.parametrize("length", ["-1", "1e3", "ten"])
async def test_a_length_that_is_no_number_is_refused(client: httpx.AsyncClient, length: str) -> None:
    is_problem(await client.get(f"{BASE}/things", headers={"content-length": length}), 413, "too-large")
