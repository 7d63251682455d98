"""A motivation, a trainer's question and its answer: read by whom they are for, and from no side by anybody else."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Any, Final

import pytest

from tests.e2e.people import Person
from tests.integration.edges.all_services import AllServices
from tests.integration.edges.calls import Row, rows
from tests.integration.edges.example_data import ANSWER, QUESTION

pytestmark = pytest.mark.asyncio(loop_scope="session")

READERS: Final = {"own", "employer", "trainer", "staff"}
MOTIVATION: Final = "mes missions ont changé cette année"


def _secrets(services: AllServices) -> list[str]:
    """Words about requests that only the first beneficiary has made."""
    titles = [services.scenario.title(key) for key in ("entretien", "droit", "visite")]
    return [*(f"Pour « {title} » : {MOTIVATION}" for title in titles), QUESTION, ANSWER]


async def test_lists_filters_histories_decisions_and_sheets_show_them_to_nobody_else(services: AllServices) -> None:
    found = {}
    for kind, person in services.people.items():
        seen = "\n".join([text async for text in _everything(services, person)])
        found[kind] = {secret for secret in _secrets(services) if secret in seen}
    assert {kind for kind, secrets in found.items() if secrets} == READERS
    assert all(found[kind] == set(_secrets(services)) for kind in READERS)


async def test_no_mail_holds_a_motivation_and_each_word_goes_to_whom_it_is_for(services: AllServices) -> None:
    mails = await services.rows(
        "notifier", "SELECT recipient, concat_ws(' ', subject, text, html, facts::text) AS said FROM mails"
    )
    said = [(mail.recipient, " ".join(mail.said.replace("’", "'").replace("\u00a0", " ").split())) for mail in mails]
    assert len(said) > 50
    assert [recipient for recipient, words in said if MOTIVATION in words] == []
    assert {recipient for recipient, words in said if QUESTION in words} == {services.scenario["bruno"].email}
    assert {recipient for recipient, words in said if ANSWER in words} == {services.scenario["theo"].email}


async def test_no_event_holds_a_motivation(services: AllServices) -> None:
    assert await services.rows("enrollment", "SELECT 1 FROM event_log LIMIT 1")
    assert (
        await services.rows("enrollment", f"SELECT name FROM event_log WHERE payload::text LIKE '%{MOTIVATION}%'") == []
    )


async def _everything(services: AllServices, person: Person) -> AsyncIterator[str]:
    """All that a person can read: every GET of the table, in every scope with every filter, and of requests every one."""
    for row in (row for row in rows() if row.method == "GET"):
        for path in _paths(services, row):
            answer = await person.send("GET", path)
            assert answer.status_code < 500, f"{path}: {answer.text}"
            yield answer.text


def _paths(services: AllServices, row: Row) -> list[str]:
    path = row.path(services.scenario)
    if row.service != "enrollment" or "?" in path:
        return [path]
    if "{enrollment_id}" in row.template:
        return [f"enrollment/v1{row.template}".format(enrollment_id=one) for one in services.scenario.requests.values()]
    operation = services.apps[row.service].openapi()["paths"][row.operation[1]]["get"]
    filters = {one["name"]: _values(services, one) for one in operation.get("parameters", []) if one["in"] == "query"}
    for paging in ("cursor", "limit"):
        filters.pop(paging, None)
    scopes = filters.pop("scope", [""])
    chosen = [("", ""), *((name, value) for name, values in filters.items() for value in values)]
    return [
        f"{path}?limit=100&scope={scope or 'mine'}&{name}={value}" for scope, (name, value) in product(scopes, chosen)
    ]


def _values(services: AllServices, parameter: dict[str, Any]) -> list[str]:
    """Each value that a filter may have."""
    if parameter["name"] == "session_id":
        return [one["id"] for one in services.scenario.sessions.values()]
    schemas = parameter["schema"].get("anyOf", [parameter["schema"]])
    return [value for schema in schemas for value in _enum(services, schema)]


def _enum(services: AllServices, schema: dict[str, Any]) -> list[str]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: list[str] = (
        services.apps["enrollment"].openapi()["components"]["schemas"][name]["enum"] if name else schema.get("enum", [])
    )
    return found
