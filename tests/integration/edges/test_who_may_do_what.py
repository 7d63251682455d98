"""Every endpoint × every kind of person; the endpoints are those of OpenAPI, so that a new one fails here until it is in the table."""

import pytest

from tests.integration.edges.cells import body_of, rows, version
from tests.integration.edges.matrix import MATRIX, PEOPLE
from tests.integration.edges.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_endpoint_is_in_the_table_and_nothing_else(world: World) -> None:
    served = {
        (method.upper(), path)
        for app in world.apps.values()
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }
    assert {row.operation for row in rows()} == served


@pytest.mark.parametrize("service", list(MATRIX))
async def test_everybody_may_do_what_the_table_says_and_nothing_else(world: World, service: str) -> None:
    wrong = []
    people = world.people
    assert tuple(people) == PEOPLE
    with world.undone():
        for row in (row for row in rows() if row.service == service):
            for kind, person in people.items():
                headers = await version(world, row, person)
                answer = await person.sends(row.method, row.path(world.story), body_of(world.story, row), **headers)
                if answer.status_code != row.expected[kind]:
                    said = answer.json().get("detail") if answer.status_code >= 400 else ""
                    wrong.append(
                        f"{row.method} {row.written} as {kind}: {answer.status_code}, not {row.expected[kind]}. {said}"
                    )
    assert wrong == []
