"""A query parameter that the endpoint does not know, or that is repeated, is refused and named."""

import httpx
import pytest

from tests.integration.http.small_service import BASE
from tests.integration.http.test_problems import is_problem


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("nom=a", ["nom"]),
        ("name=a&name=b", ["name"]),
        ("name=a&name=", ["name"]),
        ("q=1&q=2&name=a&Name=b", ["q", "Name"]),
        ("kinds=a", ["kinds"]),
        ("%6Eom=a", ["nom"]),
    ],
)
async def test_a_parameter_that_is_unknown_or_repeated_is_refused(
    client: httpx.AsyncClient, query: str, fields: list[str]
) -> None:
    document = is_problem(await client.get(f"{BASE}/choices?{query}"), 422, "invalid-fields")
    assert [error["field"] for error in document["errors"]] == fields


async def test_a_list_may_be_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{BASE}/choices?kind=a&kind=b&name=c")
    assert (answer.status_code, answer.json()) == (200, ["a", "b", "c"])


async def test_parameters_of_dependencies_are_known_and_endpoints_without_any_are_strict_too(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get(f"{BASE}/things?limit=2")).status_code == 200
    document = is_problem(await client.post(f"{BASE}/things?x=1", json={"name": "a"}), 422, "invalid-fields")
    assert document["errors"] == [{"field": "x", "message": "Ce paramètre n'existe pas ici."}]
