"""A body over the limit of its endpoint is refused, whether or not the request has a Content-Length."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.http.middleware import BODY_LIMIT
from tests.integration.http.small_service import BASE, LARGE, SMALL
from tests.integration.http.test_problems import is_problem

LIMITS = [("forms", 256 * 1024), ("imports", LARGE), ("notes", SMALL)]
JSON = {"content-type": "application/json"}


async def _chunks(content: bytes, sent: list[int]) -> AsyncIterator[bytes]:
    size = max(len(content) // 20, 1)
    for start in range(0, len(content), size):
        sent.append(size)
        yield content[start : start + size]


def _content(length: int) -> bytes:
    content = b'{"name": "' + b"x" * (length - 12) + b'"}'
    assert len(content) == length
    return content


def test_the_default_body_limit_is_256_kib() -> None:
    assert BODY_LIMIT == 256 * 1024


@pytest.mark.parametrize(("path", "limit"), LIMITS)
async def test_a_content_length_over_the_limit_is_refused_before_the_body_is_read(
    client: httpx.AsyncClient, path: str, limit: int
) -> None:
    sent: list[int] = []
    headers = {**JSON, "content-length": str(limit + 1)}
    answer = await client.post(f"{BASE}/{path}", content=_chunks(_content(limit + 1), sent), headers=headers)
    is_problem(answer, 413, "too-large")
    assert sent == []


@pytest.mark.parametrize(("path", "limit"), LIMITS)
async def test_a_chunked_body_that_grows_over_the_limit_is_refused(
    client: httpx.AsyncClient, path: str, limit: int
) -> None:
    answer = await client.post(f"{BASE}/{path}", content=_chunks(_content(limit + 1), []), headers=JSON)
    is_problem(answer, 413, "too-large")
    assert "content-length" not in answer.request.headers


@pytest.mark.parametrize(("path", "limit"), LIMITS)
async def test_a_body_of_exactly_the_limit_is_accepted(client: httpx.AsyncClient, path: str, limit: int) -> None:
    answer = await client.post(f"{BASE}/{path}", content=_content(limit), headers=JSON)
    assert answer.status_code == (200 if path == "notes" else 422)


@pytest.mark.parametrize("length", ["-1", "1e3", "ten"])
async def test_a_content_length_that_is_not_a_number_is_refused(client: httpx.AsyncClient, length: str) -> None:
    is_problem(await client.get(f"{BASE}/things", headers={"content-length": length}), 413, "too-large")
