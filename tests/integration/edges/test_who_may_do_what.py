"""Calls every endpoint as every kind of person and compares the status with the access table.

The endpoints are read from the OpenAPI documents, so that a new one fails here until it is in the table.
"""

import pytest

from tests.integration.edges.all_services import AllServices
from tests.integration.edges.calls import body_of, rows, version
from tests.integration.edges.matrix import MATRIX, PEOPLE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_endpoint_is_in_the_table_and_nothing_else(services: AllServices) -> None:
    served = {
        (method.upper(), path)
        for app in services.apps.values()
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert {row.operation for row in rows()} == served


@pytest.mark.parametrize("service", list(MATRIX))
async def test_everybody_may_do_what_the_table_says_and_nothing_else(services: AllServices, service: str) -> None:
    wrong = []
    people = services.people
    assert tuple(people) == PEOPLE
    with services.rolling_back():
        for row in (row for row in rows() if row.service == service):
            for kind, person in people.items():
                headers = await version(services, row, person)
                answer = await person.send(
                    row.method, row.path(services.scenario), body_of(services.scenario, row), **headers
                )
                if answer.status_code != row.expected[kind]:
                    detail = answer.json().get("detail") if answer.status_code >= 400 else ""
                    statuses = f"{answer.status_code}, not {row.expected[kind]}"
                    wrong.append(f"{row.method} {row.written} as {kind}: {statuses}. {detail}")
    assert wrong == []
