"""What OpenAPI allows and what it forbids, made up by schemathesis from a fixed seed: no answer is a 5xx."""

from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.openapi import from_dict

from tests.integration.edges.all_services import ADDRESS, AllServices
from tests.integration.edges.calls import Row, rows, version
from tests.integration.edges.matrix import MATRIX

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXAMPLES: Final = {GenerationMode.POSITIVE: 15, GenerationMode.NEGATIVE: 10}
"""Calls for each line of the table and kind of input."""


@pytest.mark.parametrize("service", list(MATRIX))
async def test_no_input_makes_a_service_fail(services: AllServices, service: str) -> None:
    described = from_dict(services.apps[service].openapi())
    failed, asked = [], 0
    with services.rolling_back():
        for row in (row for row in rows() if row.service == service):
            operation = described[row.operation[1]][row.method]
            for case in (
                case
                for mode in EXAMPLES
                for case in _cases(operation.as_strategy(generation_mode=mode), EXAMPLES[mode])
            ):
                status, said = await _answer(services, row, case)
                asked += 1
                if status >= 500:
                    failed.append(f"{row.method} {row.written} {case.query} {case.body!r}: {status} {said}")
    assert failed == []
    assert asked >= sum(row.service == service for row in rows())


async def _answer(services: AllServices, row: Row, case: Case[Any]) -> tuple[int, str]:
    """Ask as somebody who is let in, about objects that are there: what is made up is the query and the body."""
    person = services.people[row.somebody]
    made_up = case.as_transport_kwargs(base_url=ADDRESS)
    path = (
        row.path(services.scenario).partition("?")[0]
        if "{" in row.template
        else urlsplit(made_up["url"]).path.removeprefix("/api/")
    )
    headers = {**await version(services, row, person), "Content-Type": "application/json"}
    if person.tokens:
        headers["Authorization"] = f"Bearer {person.tokens['access_token']}"
    sent = {name: made_up[name] for name in ("json", "params") if name in made_up}
    content = {"content": made_up["data"]} if isinstance(made_up.get("data"), bytes) else {}
    answer = await person.http.request(row.method, f"/api/{path}", headers=headers, **sent, **content)
    return answer.status_code, answer.text[:300]


def _cases(strategy: Any, count: int) -> list[Case[Any]]:
    """The same cases in every run."""
    found: list[Case[Any]] = []

    @seed(20261124)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def collect(case: Case[Any]) -> None:
        found.append(case)

    with suppress(Unsatisfiable):  # an endpoint that takes nothing: nothing about it can be wrong
        collect()
    return found
