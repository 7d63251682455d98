"""Answers are not larger than questions, no body is read in two ways, and no cache keeps what a person gets."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import TypeAdapter

from shared.http.fields import Email
from tests.integration.http.conftest import Sign
from tests.integration.http.small_service import BASE
from tests.integration.http.test_problems import FORM, is_problem

JSON = {"content-type": "application/json"}


async def test_very_many_unknown_fields_are_refused_with_a_short_answer(client: httpx.AsyncClient) -> None:
    question = json.dumps({f"unknown{number}": 1 for number in range(13_000)})
    answer = await client.post(f"{BASE}/forms", content=question, headers=JSON)
    problem = is_problem(answer, 400, "unreadable")
    assert problem["detail"] == "Un objet du contenu a plus de 100 champs. N'envoyez que les champs décrits."
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    "form",
    [
        {f"{'inconnu' * 20}{number}": 1 for number in range(100)},
        {"ids": ["x"] * 20_000},
        {"é" * 60_000: 1},
        {"kind": "x" * 100_000, "ids": [{"a": "b"}] * 5_000},
    ],
    ids=["unknown fields", "wrong items", "long name", "wrong kinds"],
)
async def test_an_answer_is_not_twice_as_large_as_its_question(client: httpx.AsyncClient, form: object) -> None:
    question = json.dumps(form, ensure_ascii=False).encode()
    answer = await client.post(f"{BASE}/forms", content=question, headers=JSON)
    document = is_problem(answer, 422, "invalid-fields")
    assert len(answer.content) < 2 * len(question)
    assert len(document["errors"]) <= 51
    assert all(len(error["field"]) <= 101 for error in document["errors"])


@pytest.mark.parametrize("unknown", [5, 20, 60, 80, 100])
async def test_the_answer_to_a_small_body_is_small_too(client: httpx.AsyncClient, unknown: int) -> None:
    question = json.dumps({f"x{number}": 1 for number in range(unknown)}, separators=(",", ":")).encode()
    answer = await client.post(f"{BASE}/forms", content=question, headers=JSON)
    document = is_problem(answer, 422, "invalid-fields")
    assert len(answer.content) <= max(1536, 2 * len(f"{BASE}/forms".encode() + question))
    *listed, others = document["errors"]
    wrong = unknown + 8  # and the fields that are missing
    if unknown > 5:
        assert others == {
            "field": "",
            "message": f"Autres erreurs : {wrong - len(listed)}. Corrigez d'abord celles-ci.",
        }
    else:
        assert len(document["errors"]) == wrong


async def test_the_answer_to_a_small_body_in_pieces_is_small_too(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"kind": "' + b"x" * 2_000
        yield b'", "ids": [' + b'"x",' * 100
        yield b'"x"]}'

    answer = await client.post(f"{BASE}/forms", content=pieces(), headers=JSON)
    errors = is_problem(answer, 422, "invalid-fields")["errors"]
    assert len(errors) == 51, "the body has room for more errors than the most"


async def test_every_missing_field_of_a_form_is_named(client: httpx.AsyncClient) -> None:
    document = is_problem(await client.post(f"{BASE}/long-forms", json={}), 422, "invalid-fields")
    assert [error["field"] for error in document["errors"]] == [f"a_field_with_a_long_name_{n:02}" for n in range(12)]


async def test_errors_beyond_the_fiftieth_are_counted(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/forms", json={**FORM, "text": "x" * 4000, "ids": ["x"] * 80})
    errors = is_problem(answer, 422, "invalid-fields")["errors"]
    assert len(errors) == 51
    assert errors[-1] == {"field": "", "message": "Autres erreurs : 30. Corrigez d'abord celles-ci."}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('{"name": "a", "name": "b"}', "name"),
        ('{"name": {"a": 1, "a": 2}}', "a"),
        ('[{"a": 1, "\\u0061": 2}]', "a"),
        ('{"\\ud800": 1, "\\ud800": 2}', "?"),
    ],
)
async def test_a_body_with_a_repeated_name_is_refused(client: httpx.AsyncClient, content: str, name: str) -> None:
    problem = is_problem(await client.post(f"{BASE}/notes", content=content, headers=JSON), 400, "unreadable")
    assert problem["detail"] == f"Le champ « {name} » est écrit deux fois. Envoyez-le une seule fois."


async def test_the_same_name_in_two_objects_is_no_repetition(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{BASE}/forms", content='{"name": {"a": 1}, "text": {"a": 1}}', headers=JSON)
    is_problem(answer, 422, "invalid-fields")


async def test_a_body_in_many_pieces_is_checked_too(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"name": "a", ', b'"name": "b"}'):
            yield piece

    is_problem(await client.post(f"{BASE}/notes", content=pieces(), headers=JSON), 400, "unreadable")


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?=0D=0Ax1?=@evil.example",
        "=?utf-8?q??=@evil.example",
        "=?utf-8?q?admin=00?=@evil.example",
        "=?x0?q?helene.caradec?=@tremplin.example",
        "a=?b@evil.example",
        ".a@evil.example",
        "a.@evil.example",
        "a..b@evil.example",
        "victim@victim.example>, <x@evil.example",
        f"{'a' * 65}@evil.example",
        "(c)a@evil.example",
        '"a"@evil.example',
        "a@evil.example.",
    ],
)
async def test_an_address_that_is_read_as_another_is_refused(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.post(f"{BASE}/forms", json={**FORM, "email": address})
    sentence = "Cette valeur n'est pas une adresse électronique valide."
    assert is_problem(answer, 422, "invalid-fields")["errors"] == [{"field": "email", "message": sentence}]


@pytest.mark.parametrize("address", ["o'neil+a.b@x.example", "a!#$%&'*+/=^_`{|}~-?b@x-y.example", "1@x.example"])
async def test_an_unusual_address_is_accepted(client: httpx.AsyncClient, address: str) -> None:
    assert (await client.post(f"{BASE}/forms", json={**FORM, "email": address})).status_code == 200


async def test_a_slash_too_many_is_not_redirected_to_the_host_of_the_request(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{BASE}/things/", headers={"Host": "evil.example"})
    is_problem(answer, 404, "not-found")
    assert "location" not in answer.headers


async def test_an_answer_to_a_signed_in_person_is_kept_by_no_cache(client: httpx.AsyncClient, sign: Sign) -> None:
    signed_in = {"Authorization": f"Bearer {sign()}"}
    for path in ("/me", "/things", "/crash", "/nowhere"):
        assert (await client.get(f"{BASE}{path}", headers=signed_in)).headers["cache-control"] == "no-store"
    assert "cache-control" not in (await client.get(f"{BASE}/things")).headers


async def test_the_page_of_the_api_runs_its_own_script_only_and_keeps_no_token(client: httpx.AsyncClient) -> None:
    page = await client.get(f"{BASE}/docs")
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert "persistAuthorization" not in page.text


def test_one_mailbox_is_one_address() -> None:
    adapter: TypeAdapter[str] = TypeAdapter(Email)
    spellings = ("claire@exemple.example", " Claire@Exemple.EXAMPLE ", "CLAIRE@exemple.example")
    assert {adapter.validate_python(spelling) for spelling in spellings} == {"claire@exemple.example"}
