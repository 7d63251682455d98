"""Cursors do not shift when rows are added, and two people cannot both change the same version."""

from uuid import uuid4

import httpx
import pytest

from tests.integration.http.small_service import BASE
from tests.integration.http.test_problems import is_problem


async def _add(client: httpx.AsyncClient, *names: str) -> list[str]:
    return [(await client.post(f"{BASE}/things", json={"name": name})).json()["id"] for name in names]


async def test_pages_do_not_shift_when_an_earlier_row_is_added(
    client: httpx.AsyncClient,
) -> None:
    await _add(client, "b", "c", "d", "e")
    first = (await client.get(f"{BASE}/things", params={"limit": 2})).json()
    await _add(client, "a")
    second = (await client.get(f"{BASE}/things", params={"limit": 2, "cursor": first["next"]})).json()
    assert [[thing["name"] for thing in page["items"]] for page in (first, second)] == [["b", "c"], ["d", "e"]]
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["x", "é", "bnVsbA", "WyJhIiwgImIiXQ", "WzFd", "eyJhIjoxfQ", "=" * 9, "Wy"])
async def test_an_invalid_cursor_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    document = is_problem(await client.get(f"{BASE}/things", params={"cursor": cursor}), 422, "invalid-fields")
    assert document["errors"][0]["field"] == "cursor"


async def test_a_change_needs_the_current_version(client: httpx.AsyncClient) -> None:
    (thing,) = await _add(client, "a")
    path = f"{BASE}/things/{thing}"
    is_problem(await client.patch(path, json={"name": "b"}), 428, "precondition-required")
    changed = await client.patch(path, json={"name": "b"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    is_problem(await client.patch(path, json={"name": "c"}, headers={"If-Match": '"1"'}), 412, "changed-meanwhile")
    is_problem(await client.patch(path, json={"name": "c"}, headers={"If-Match": 'W/"2"'}), 412, "changed-meanwhile")


@pytest.mark.parametrize("version", ["*", '"x"', "-1", "1, 2", "²"])
async def test_an_invalid_version_is_treated_as_an_old_one(client: httpx.AsyncClient, version: str) -> None:
    answer = await client.patch(f"{BASE}/things/{uuid4()}", json={"name": "b"}, headers={b"If-Match": version.encode()})
    is_problem(answer, 412, "changed-meanwhile")
