"""Bad input at every endpoint: 422 with one entry per field, in French, and nothing changed."""

import base64
import re
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from shared.http.middleware import VISITORS_LIMIT
from tests.e2e.people import Person
from tests.integration.edges.all_services import AllServices
from tests.integration.edges.calls import Row, body_of, rows, version
from tests.integration.edges.matrix import MATRIX
from tests.integration.edges.mistakes import mistakes

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH: Final = re.compile(
    r"\b(should|must|field|input|value error|required|invalid|expected|string|list|object)\b", re.IGNORECASE
)
FRENCH: Final = re.compile(r"\b(ce|cette|cet|un|une|la|le|les|il|oui|précisez|au|doit|vous|votre)\b", re.IGNORECASE)
AT_THE_EDGE: Final = (
    "\\ud800",
    "a\\u0000",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-01-01T00:00:00",
)
"""First parts of cursors: no text of a database is like the first two, and no time like the others."""
TOO_LARGE: Final = "x" * (300 * 1024)


def _with_body(service: str) -> list[Row]:
    return [row for row in rows() if row.service == service and row.method != "GET"]


def _allowed_person(services: AllServices, row: Row) -> Person:
    return services.people[row.allowed_person]


def _operation(services: AllServices, row: Row) -> dict[str, Any]:
    operation: dict[str, Any] = services.apps[row.service].openapi()["paths"][row.operation[1]][row.method.lower()]
    return operation


def _fault(answer: httpx.Response, field: str) -> str | None:
    """What is wrong with an answer that must report exactly one field in French; None if nothing is."""
    if answer.status_code != 422:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.headers["content-type"] != "application/problem+json":
        return f"content type {answer.headers['content-type']}"
    problem = answer.json()
    entries = [entry for entry in problem.get("errors") or [] if entry["field"] == field]
    if len(entries) != 1:
        return f"{len(entries)} entries for it in {problem}"
    messages = [entry["message"] for entry in problem["errors"]]
    if any(ENGLISH.search(message) or not FRENCH.search(message) for message in messages):
        return f"not French: {problem['errors']}"
    return None


@pytest.mark.parametrize("service", list(MATRIX))
async def test_every_mistake_in_every_body_is_reported_in_french_and_changes_nothing(
    services: AllServices, service: str
) -> None:
    before, wrong, tried = await services.fingerprint(), [], 0
    components = services.apps[service].openapi().get("components", {}).get("schemas", {})
    for row in _with_body(service):
        body = body_of(services.scenario, row)
        if body is None:
            continue
        person = _allowed_person(services, row)
        headers = await version(services, row, person)
        schema = _operation(services, row)["requestBody"]["content"]["application/json"]["schema"]
        for mistake in mistakes(body, schema, components):
            tried += 1
            answer = await person.send(row.method, row.path(services.scenario), mistake.body, **headers)
            if fault := _fault(answer, mistake.field):
                wrong.append(f"{row.method} {row.written} {mistake.field} {mistake.what}: {fault}")
    assert wrong == []
    assert tried > 10 or service == "notifier"
    assert await services.fingerprint() == before


@pytest.mark.parametrize("service", ["identity", "catalogue", "enrollment"])
async def test_several_mistakes_in_one_form_are_all_reported(services: AllServices, service: str) -> None:
    wrong = []
    for row in _with_body(service):
        body = body_of(services.scenario, row)
        texts = [name for name, value in (body or {}).items() if isinstance(value, str)]
        if len(texts) < 2:
            continue
        person = _allowed_person(services, row)
        empty = {**body, **dict.fromkeys(texts, "")}
        answer = await person.send(
            row.method, row.path(services.scenario), empty, **await version(services, row, person)
        )
        fields = sorted(entry["field"] for entry in answer.json().get("errors", []))
        if answer.status_code != 422 or fields != sorted(texts):
            wrong.append(f"{row.method} {row.written}: {answer.status_code} {fields}, not {sorted(texts)}")
    assert wrong == []


@pytest.mark.parametrize("service", list(MATRIX))
async def test_invalid_json_wrong_types_bad_ids_and_large_bodies_are_refused(
    services: AllServices, service: str
) -> None:
    before, wrong = await services.fingerprint(), []
    for row in (row for row in rows() if row.service == service):
        person = _allowed_person(services, row)
        path = row.path(services.scenario)
        if "requestBody" in _operation(services, row):
            for content, status in (
                ('{"a":', 422),
                ("[1, 2]", 422),
                ("null, null", 422),
                (f'{{"a": "{TOO_LARGE}"}}', 413),
            ):
                answer = await _raw(person, row, path, content, await version(services, row, person))
                if answer.status_code != status or "detail" not in answer.json():
                    wrong.append(f"{row.method} {row.written} {content[:20]}: {answer.status_code} {answer.text[:200]}")
        if parameter := re.search(r"\{(\w+_id)=", row.written):
            bad = f"{service}/v1" + re.sub(r"{\w+}", "pas-un-identifiant", row.template)
            answer = await person.send(row.method, bad, body_of(services.scenario, row), **{"If-Match": '"1"'})
            if fault := _fault(answer, parameter[1]):
                wrong.append(f"{row.method} {row.written} with a bad id: {fault}")
    assert wrong == []
    assert await services.fingerprint() == before


async def _raw(person: Person, row: Row, path: str, content: str, headers: dict[str, str]) -> httpx.Response:
    token = {"Authorization": f"Bearer {person.tokens['access_token']}"} if person.tokens else {}
    sent = {"Content-Type": "application/json", **token, **headers}
    return await person.http.request(row.method, f"/api/{path}", content=content.encode(), headers=sent)


@pytest.mark.parametrize("service", list(MATRIX))
async def test_invalid_query_parameters_are_reported(services: AllServices, service: str) -> None:
    wrong = []
    for row in (row for row in rows() if row.service == service and row.method == "GET"):
        for parameter in _operation(services, row).get("parameters", []):
            for bad in _bad_values(parameter) if parameter["in"] == "query" else ():
                path = f"{row.path(services.scenario).partition('?')[0]}?{parameter['name']}={bad}"
                answer = await _allowed_person(services, row).send("GET", path)
                if fault := _fault(answer, parameter["name"]):
                    wrong.append(f"{path}: {fault}")
    assert wrong == []


@pytest.mark.parametrize("service", list(MATRIX))
async def test_unknown_and_repeated_query_parameters_are_reported_by_every_endpoint(
    services: AllServices, service: str
) -> None:
    before, wrong = await services.fingerprint(), []
    for row in (row for row in rows() if row.service == service):
        path, person = row.path(services.scenario).partition("?")[0], _allowed_person(services, row)
        names = ["inconnu"]
        for parameter in _operation(services, row).get("parameters", []):
            schemas = parameter["schema"].get("anyOf", [parameter["schema"]])
            if parameter["in"] == "query" and all(schema.get("type") != "array" for schema in schemas):
                names.append(parameter["name"])
        for name in names:
            answer = await person.send(row.method, f"{path}?{name}=1&{name}=1", body_of(services.scenario, row))
            if fault := _fault(answer, name):
                wrong.append(f"{row.method} {path} with {name}: {fault}")
    assert wrong == []
    assert await services.fingerprint() == before


def _cursor(first: str) -> str:
    return base64.urlsafe_b64encode(f'["{first}", "{UUID(int=1)}"]'.encode()).decode()


@pytest.mark.parametrize("service", list(MATRIX))
async def test_no_cursor_makes_a_list_fail(services: AllServices, service: str) -> None:
    wrong = []
    for row in (row for row in rows() if row.service == service and row.method == "GET"):
        if any(parameter["name"] == "cursor" for parameter in _operation(services, row).get("parameters", [])):
            for cursor in map(_cursor, AT_THE_EDGE):
                path = f"{row.path(services.scenario).partition('?')[0]}?cursor={cursor}"
                answer = await _allowed_person(services, row).send("GET", path)
                if answer.status_code >= 500:
                    wrong.append(f"{path}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("service", list(MATRIX))
async def test_without_a_sign_in_only_small_bodies_are_read(services: AllServices, service: str) -> None:
    wrong, visitor = [], services.people["visitor"]
    for row in _with_body(service):
        if "requestBody" in _operation(services, row) and row.expected["visitor"] != 401:
            content = f'{{"a": "{"x" * VISITORS_LIMIT}"}}'
            answer = await _raw(visitor, row, row.path(services.scenario), content, {})
            if answer.status_code != 413:
                wrong.append(f"{row.method} {row.written}: {answer.status_code}")
    assert wrong == []


def _bad_values(parameter: dict[str, Any]) -> list[str]:
    if parameter["name"] == "limit":
        return ["0", "101", "beaucoup"]
    if parameter["name"] == "cursor":
        return ["n-importe-quoi", "x" * 501, "WyJhIiwiYiJd", "WyIyMDI2LTAxLTAxIiwiYiJd", *map(_cursor, AT_THE_EDGE[:2])]
    if parameter["name"] in {"q", "place", "town"}:
        return ["x" * 201, "%00"]
    if parameter["name"] in {"recipient", "correlation_id", "cause", "name", "handler"}:
        return ["", "x" * 321, "%00"]
    if parameter["name"] == "format":
        return ["pdf"]
    formats = [schema.get("format") for schema in parameter["schema"].get("anyOf", [parameter["schema"]])]
    times = ["2027-03-02T09:00:00", "demain", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"]
    return times if "date-time" in formats else ["autre-chose"]
