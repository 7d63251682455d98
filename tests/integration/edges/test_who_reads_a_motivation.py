"""Who can read a motivation, and a trainer's question and its answer; nobody else does, in whatever list or file."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from shared.contracts.enrollment import KeepMotivation
from shared.messaging.secret_messages import HIDDEN, shown
from tests.e2e.people import Person
from tests.integration.edges.all_services import AllServices
from tests.integration.edges.calls import Row, rows
from tests.integration.edges.example_data import ANSWER, QUESTION

pytestmark = pytest.mark.asyncio(loop_scope="session")

READERS: Final = {"own", "employer", "trainer", "staff"}
CONFIDENTIAL: Final = ("entretien", "droit", "visite")
"""The sessions to whose requests the confidential texts belong."""
MOTIVATION: Final = "mes missions ont changé cette année"


def _secrets(services: AllServices) -> list[str]:
    """The confidential texts of requests that only the first beneficiary has made."""
    titles = [services.scenario.title(key) for key in CONFIDENTIAL]
    return [*(f"Pour « {title} » : {MOTIVATION}" for title in titles), QUESTION, ANSWER]


async def test_no_list_filter_history_decision_or_sheet_shows_them_to_anybody_else(services: AllServices) -> None:
    readable = {}
    for kind, person in services.people.items():
        texts = "\n".join([text async for text in _everything(services, person)])
        readable[kind] = {secret for secret in _secrets(services) if secret in texts}
    assert {kind for kind, secrets in readable.items() if secrets} == READERS
    undecided = next(secret for secret in _secrets(services) if services.scenario.title("entretien") in secret)
    # trainers do not read why somebody asks before the employer has agreed, nor employers what trainers ask
    not_for = {"trainer": {undecided}, "employer": {QUESTION, ANSWER}}
    for kind in READERS:
        assert readable[kind] == set(_secrets(services)) - not_for.get(kind, set()), kind


async def test_motivations_questions_and_answers_are_mailed_to_those_who_decide_on_them_only(
    services: AllServices,
) -> None:
    mails = await services.rows(
        "notifier", "SELECT recipient, concat_ws(' ', subject, text, html, facts::text) AS content FROM mails"
    )
    scenario = services.scenario
    contents = [(mail.recipient, _with_plain_spaces(mail.content)) for mail in mails]
    assert len(contents) > 50
    # the mailbox of this installation is the only place that keeps what was mailed
    deciders = {scenario[key].email for key in ("claire", "denis", "theo")}
    assert {recipient for recipient, content in contents if MOTIVATION in content} <= deciders
    assert await services.rows("notifier", "SELECT 1 FROM motivations") == []
    assert {recipient for recipient, content in contents if QUESTION in content} == {services.scenario["bruno"].email}
    assert {recipient for recipient, content in contents if ANSWER in content} == {services.scenario["theo"].email}


def _with_plain_spaces(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("\u00a0", " ").split())


async def test_no_event_contains_a_motivation(services: AllServices) -> None:
    assert await services.rows("enrollment", "SELECT 1 FROM event_log LIMIT 1")
    assert (
        await services.rows("enrollment", f"SELECT name FROM event_log WHERE payload::text LIKE '%{MOTIVATION}%'") == []
    )


async def test_no_copy_of_the_command_with_a_motivation_can_be_read(services: AllServices) -> None:
    """It was emitted, is in no event log and no outbox, and operators see a copy that failed without the words."""
    name = KeepMotivation.wire_name
    for service in services.apps:
        assert await services.rows(service, f"SELECT 1 FROM event_log WHERE name = '{name}'") == []
        assert await services.rows(service, f"SELECT 1 FROM outbox WHERE payload LIKE '%{MOTIVATION}%'") == []
    command = KeepMotivation(
        occurred_at=datetime.now(UTC), enrollment_id=uuid4(), version=1, motivation=f"Oui : {MOTIVATION}."
    )
    body = command.model_dump_json().encode()
    assert MOTIVATION in body.decode()
    assert json.loads(shown(name, body))["motivation"] == HIDDEN
    # nor those of a version that this code does not know
    assert MOTIVATION not in shown("enrollment.keep_motivation.v2", body)


async def _everything(services: AllServices, person: Person) -> AsyncIterator[str]:
    """All that a person can read: every GET of the table, in every scope, with every filter, for every request."""
    for row in (row for row in rows() if row.method == "GET"):
        for path in _paths(services, row):
            answer = await person.send("GET", path)
            assert answer.status_code < 500, f"{path}: {answer.text}"
            assert answer.status_code != 422 or "cursor" in path, f"{path}: {answer.text}"
            yield answer.text


def _paths(services: AllServices, row: Row) -> list[str]:
    path = row.path(services.scenario)
    if row.service != "enrollment" or "?" in path:
        return [path]
    if "{enrollment_id}" in row.template:
        return [f"enrollment/v1{row.template}".format(enrollment_id=id_) for id_ in services.scenario.requests.values()]
    operation = services.apps[row.service].openapi()["paths"][row.operation[1]]["get"]
    parameters = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
    filters = {parameter["name"]: _values(services, parameter) for parameter in parameters}
    fixed = [("limit", "100")] if "limit" in filters else []
    for paging in ("cursor", "limit"):
        filters.pop(paging, None)
    scopes = [[("scope", scope)] for scope in filters.pop("scope", [])] or [[]]
    repeated = {parameter["name"] for parameter in parameters if parameter["schema"].get("type") == "array"}
    chosen = [[], *(choice for name, values in filters.items() for choice in _choices(name, values, name in repeated))]
    return [f"{path}?{urlencode([*fixed, *scope, *choice])}" for scope, choice in product(scopes, chosen)]


def _choices(name: str, values: list[str], may_be_repeated: bool) -> list[list[tuple[str, str]]]:
    """What to ask for, so that each value is asked for; where several values may be, all at once, and one alone."""
    choices = [(name, value) for value in values]
    return [choices, choices[:1]] if may_be_repeated and choices else [[choice] for choice in choices]


def _values(services: AllServices, parameter: dict[str, Any]) -> list[str]:
    """Each value that a filter accepts; of the sessions, those whose requests have something to hide."""
    if parameter["name"] == "session_id":
        return [services.scenario.sessions[key]["id"] for key in CONFIDENTIAL]
    schemas = parameter["schema"].get("anyOf", [parameter["schema"]])
    return [value for schema in schemas for value in _enum(services, schema.get("items", schema))]


def _enum(services: AllServices, schema: dict[str, Any]) -> list[str]:
    name = schema.get("$ref", "").rpartition("/")[2]
    values: list[str] = (
        services.apps["enrollment"].openapi()["components"]["schemas"][name]["enum"] if name else schema.get("enum", [])
    )
    return values
