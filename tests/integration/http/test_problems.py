"""Every error is answered with a problem document, in French, with the correlation id that is also in the logs."""

import json
import logging
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from tests.integration.http.small_service import BASE

FORM: dict[str, Any] = {
    "name": "Une ligne",
    "text": "Deux\nlignes",
    "email": "Claire@Exemple.example",
    "siret": "123 456 782 00010",
    "at": "2027-01-12T09:00:00+01:00",
    "count": 3,
    "kind": "one",
    "ids": ["0b5e3c1a-7d42-4c6e-9f10-000000000001"],
}


def is_problem(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"urn:parcourspro:problem:{slug}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document["correlation_id"] == answer.headers["x-correlation-id"]
    return document


async def test_a_valid_form_is_accepted(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"{BASE}/forms", json=FORM)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Ce texte est trop court : au moins 1 caractère."),
        ("name", "   ", "Ce texte est trop court : au moins 1 caractère."),
        ("name", "x" * 201, "Ce texte est trop long : au plus 200 caractères."),
        ("name", "a\nb", "Cette valeur doit tenir sur une seule ligne."),
        ("name", "a\u0000b", "Cette valeur contient des caractères de contrôle ; retirez-les."),
        ("name", "a\u202eb", "Cette valeur contient des caractères de contrôle ; retirez-les."),
        ("name", 3, "Un texte est attendu."),
        ("name", "\ud800", "Ce texte contient des caractères qui ne peuvent pas être lus."),
        ("text", "x" * 4001, "Ce texte est trop long : au plus 4000 caractères."),
        ("name", "a =?utf-8?q?b?=", "Cette valeur ne doit pas contenir « =? »."),
        ("email", "claire@exemple", "Cette valeur n'est pas une adresse électronique valide."),
        ("siret", "12345678200011", "Cette valeur n'est pas un numéro SIRET valide (14 chiffres)."),
        ("at", "2027-01-12T09:00:00", "Précisez le fuseau horaire de cette date (par exemple +01:00)."),
        ("at", "hier", "Cette date n'est pas valide (forme attendue : 2026-03-02T09:00:00+01:00)."),
        ("count", "trois", "Un nombre entier est attendu."),
        ("count", 1.5, "Un nombre entier est attendu."),
        ("kind", "three", "Cette valeur n'est pas admise ; valeurs possibles : 'one' ou 'two'."),
        ("ids", "one", "Une liste est attendue."),
        ("surprise", 1, "Ce champ n'est pas attendu ; retirez-le."),
    ],
)
async def test_each_wrong_field_gets_its_sentence(
    client: httpx.AsyncClient, field: str, value: Any, sentence: str
) -> None:
    content = json.dumps({**FORM, field: value})  # ASCII, because a lone surrogate can only be written as an escape
    answer = await client.post(f"{BASE}/forms", content=content, headers={"content-type": "application/json"})
    document = is_problem(answer, 422, "invalid-fields")
    assert document["errors"] == [{"field": field, "message": sentence}]


async def test_all_wrong_fields_are_reported_at_once_with_their_paths(client: httpx.AsyncClient) -> None:
    form = {**FORM, "ids": ["x", FORM["ids"][0], "y"]}
    del form["name"]
    document = is_problem(await client.post(f"{BASE}/forms", json=form), 422, "invalid-fields")
    assert document["errors"] == [
        {"field": "name", "message": "Ce champ est obligatoire."},
        {"field": "ids.0", "message": "Cet identifiant n'est pas valide."},
        {"field": "ids.2", "message": "Cet identifiant n'est pas valide."},
    ]


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [("GET", "/things?limit=0", "limit"), ("GET", "/things?limit=101", "limit"), ("PATCH", "/things/none", "thing_id")],
)
async def test_wrong_path_and_query_parameters_are_reported_too(
    client: httpx.AsyncClient, method: str, path: str, field: str
) -> None:
    answer = await client.request(method, BASE + path, json={"name": "x"}, headers={"If-Match": '"1"'})
    assert [error["field"] for error in is_problem(answer, 422, "invalid-fields")["errors"]] == [field]


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"{not json", 422, "invalid-fields"),
        (b"\xff\xfe", 422, "invalid-fields"),
        (b"[" * 100_000, 400, "unreadable"),
        (b"[]", 422, "invalid-fields"),
        (b"", 422, "invalid-fields"),
    ],
)
async def test_a_body_that_is_not_a_form_is_refused(
    client: httpx.AsyncClient, content: bytes, status: int, slug: str
) -> None:
    answer = await client.post(f"{BASE}/forms", content=content, headers={"content-type": "application/json"})
    is_problem(answer, status, slug)


async def test_unknown_paths_and_methods_are_problems_too(client: httpx.AsyncClient) -> None:
    is_problem(await client.get("/nowhere"), 404, "not-found")
    answer = await client.delete(f"{BASE}/things")
    is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"]


async def test_an_error_of_the_service_has_its_own_detail_and_headers(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/things", json={"name": "pris"})
    assert is_problem(answer, 409, "taken")["detail"] == "Le nom « pris » est déjà pris."
    assert answer.headers["retry-after"] == "60"


async def test_an_unexpected_error_shows_only_the_correlation_id(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await client.get(f"{BASE}/crash", headers={"X-Correlation-Id": "the-one-that-crashed"})
    document = is_problem(answer, 500, "internal")
    assert document["correlation_id"] == "the-one-that-crashed"
    assert "ZeroDivision" not in answer.text


async def test_openapi_documents_errors_as_problems(app: FastAPI) -> None:
    document = app.openapi()
    described = document["paths"][f"{BASE}/things"]["post"]["responses"]
    assert set(described) == {"201", "403", "409", "422"}
    for status in ("403", "409", "422"):
        assert described[status]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_without_a_database_the_answer_is_503_with_retry_after(client: httpx.AsyncClient, app: FastAPI) -> None:
    app.state.database = type(app.state.database)("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere", application="test")
    answer = await client.post(f"{BASE}/things", json={"name": str(uuid4())})
    is_problem(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "5"
