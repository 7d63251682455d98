"""The lists: their content and order, their pages and search, with one statement a page."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from shared.database import Database
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, errors, slot


async def pages(service: CatalogueService, path: str, first: str | None = None) -> list[list[Any]]:
    """Every page of a list, by its `next`; `first`: the cursor of the first of them."""
    items: list[list[Any]] = []
    cursor: str | None = f"&cursor={first}" if first else ""
    while cursor is not None:
        page = await service.get(f"{path}{cursor}")
        items.append(page["items"])
        cursor = page["next"] and f"&cursor={page['next']}"
    return items


def ids(items: list[Any]) -> list[str]:
    return [item["id"] for item in items]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are run in the block."""
    run: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        run.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_sessions_are_in_order_of_their_first_slot_from_now_on(service: CatalogueService) -> None:
    first, second = await service.training(), await service.training()
    late = await service.session(first, slots=[slot(50)])
    soon = await service.session(second, slots=[slot(5), slot(60)])
    between = await service.session(first, slots=[slot(20)])
    past = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-01-02T00:00:00Z", "slots": [slot(-20)]}
    over = await service.session(second, **past)

    async def listed(query: str = "") -> list[str]:
        return ids((await service.get(f"/sessions{query}"))["items"])

    assert await listed() == ids([soon, between, late])
    assert await listed("?from=2026-01-01T00:00:00Z") == ids([over, soon, between, late])
    assert await listed(f"?to={between['slots'][0]['starts_at']}") == ids([soon])
    assert await listed(f"?from={between['slots'][0]['starts_at']}") == ids([between, late])
    assert await listed(f"?training_id={first['id']}") == ids([between, late])
    assert await listed(f"?axis_id={second['axis']['id']}") == ids([soon])
    assert await listed(f"?axis_id={uuid4()}") == []
    service.now = NOW.replace(month=12, day=31)
    assert await listed() == ids([late])
    assert ids((await service.get(f"/trainings/{first['id']}"))["sessions"]) == ids([late])


async def test_trainers_see_their_own_sessions_also_of_archived_trainings(
    service: CatalogueService,
) -> None:
    training, archived = await service.training(), await service.training()
    mine = await service.session(training)
    other = await service.session(training, trainer_ids=[str(service.somebody)], slots=[slot(31)])
    gone = await service.session(archived, slots=[slot(32)])
    await service.change("POST", f"/trainings/{archived['id']}/archival")

    assert ids((await service.get("/sessions?mine=true", by=service.trainer))["items"]) == ids([mine, gone])
    assert ids((await service.get("/sessions", by=service.somebody))["items"]) == ids([mine, other])
    assert ids((await service.get("/sessions", by=service.staff))["items"]) == ids([mine, other, gone])
    assert (await service.get("/sessions?mine=true", by=service.staff))["items"] == []
    refused = await service.call("GET", "/sessions?mine=true")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_pages_of_sessions_do_not_shift_when_a_session_is_added_before(service: CatalogueService) -> None:
    training = await service.training()
    # two at the same instant: the id tells them apart
    made = [await service.session(training, slots=[slot(days)]) for days in (10, 11, 11, 11, 12)]
    in_order = ids(sorted(made, key=lambda session: (session["slots"][0]["starts_at"], session["id"])))

    first = await service.get("/sessions?limit=2")
    await service.session(training, slots=[slot(9)])
    rest = await pages(service, "/sessions?limit=2", first["next"])

    assert ids(first["items"]) + [session_id for page in rest for session_id in ids(page)] == in_order
    assert [len(page) for page in rest] == [2, 1]


async def test_trainings_are_in_order_of_their_title_page_by_page(service: CatalogueService) -> None:
    axis = await service.axis()
    for title in ("Œuvrer ensemble", "Zoom", "écouter", "Accueillir", "École", "Écouter"):
        await service.training(axis, title=title)

    first = await service.get("/trainings?limit=2")
    await service.training(axis, title="Abc")
    rest = await pages(service, "/trainings?limit=2", first["next"])

    titles = [training["title"] for page in [first["items"], *rest] for training in page]
    assert [title.casefold() for title in titles] == [
        "accueillir",
        "école",
        "écouter",
        "écouter",
        "œuvrer ensemble",
        "zoom",
    ]


async def test_visitors_list_published_trainings_and_staff_those_of_any_state(service: CatalogueService) -> None:
    axis, other = await service.axis(), await service.axis("Orienter")
    draft = await service.draft(axis, title="Brouillon")
    published = await service.training(axis, title="Publiée")
    archived = await service.training(other, title="Archivée")
    await service.change("POST", f"/trainings/{archived['id']}/archival")
    await service.session(published)

    listed = await service.get("/trainings")
    assert [(training["id"], training["next_session_at"]) for training in listed["items"]] == [
        (published["id"], slot(30)["starts_at"].replace("+00:00", "Z"))
    ]
    assert ids((await service.get("/trainings", by=service.staff))["items"]) == [published["id"]]
    for state, training in (("draft", draft), ("archived", archived)):
        assert (await service.get(f"/trainings?state={state}"))["items"] == []
        assert (await service.get(f"/trainings?state={state}", by=service.trainer))["items"] == []
        assert ids((await service.get(f"/trainings?state={state}", by=service.staff))["items"]) == [training["id"]]
    assert ids((await service.get(f"/trainings?axis_id={axis['id']}"))["items"]) == [published["id"]]
    assert (await service.get(f"/trainings?axis_id={other['id']}"))["items"] == []


@pytest.mark.parametrize(("words", "titles"), [
    ("EVALUER", {"Évaluer à 100 %"}),
    ("évaluer", {"Évaluer à 100 %"}),
    ("coeur", {"Le cœur du métier"}),
    ("l’accueil", {"Conduire un entretien"}),
    ("l'accueil", {"Conduire un entretien"}),
    ("metier EVALUATION", {"Le cœur du métier"}),
    ("metier entretien", set()),
    ("ntreti", {"Conduire un entretien"}),
    ("100 %", {"Évaluer à 100 %"}),
    ("%", {"Évaluer à 100 %"}),
    ("_", set()),
    ("\\", set()),
    ("reformulation", {"Évaluer à 100 %", "Le cœur du métier", "Conduire un entretien"}),
    ("reformulations", set()),
    ("  ", {"Évaluer à 100 %", "Le cœur du métier", "Conduire un entretien"}),
    ("", {"Évaluer à 100 %", "Le cœur du métier", "Conduire un entretien"}),
])  # fmt: skip
async def test_words_are_found_in_title_summary_objectives_and_content_ignoring_accents_and_case(
    service: CatalogueService, words: str, titles: set[str]
) -> None:
    axis = await service.axis()
    plain = {"summary": "Un jour.", "objectives": "Savoir."}
    await service.training(axis, title="Évaluer à 100 %", **plain)
    await service.training(axis, title="Le cœur du métier", summary="Un jour.", objectives="Mener une évaluation.")
    await service.training(axis, title="Conduire un entretien", summary="Soigner l'accueil.", objectives="Savoir.")

    answer = await service.call("GET", "/trainings?q=" + "".join(f"%{byte:02x}" for byte in words.encode()))

    assert {training["title"] for training in answer.json()["items"]} == titles


async def test_the_search_can_use_its_index(service: CatalogueService) -> None:
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = await work.connection.exec_driver_sql(
            "EXPLAIN SELECT id FROM trainings WHERE searched LIKE anywhere('évaluer')"
        )
        assert "trainings_searched" in "\n".join(row[0] for row in plan)


async def test_a_page_is_one_statement_whatever_its_length(service: CatalogueService) -> None:
    training = await service.training()
    for days in range(8):
        await service.session(training, slots=[slot(10 + days)])
        await service.training()

    for path, most in (("/sessions", 1), ("/trainings", 1), (f"/trainings/{training['id']}", 2)):
        with statements(service.database) as run:
            await service.get(path)
        assert len([statement for statement in run if "SELECT" in statement and "pg_catalog" not in statement]) == most


def cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize("query", [
    "/sessions?cursor=hier",
    f"/sessions?cursor={cursor('demain', str(UUID(int=1)))}",
    f"/sessions?cursor={cursor('2026-01-01T00:00:00', str(UUID(int=1)))}",
    f"/sessions?cursor={cursor('0001-01-01T00:00:00+14:00', str(UUID(int=1)))}",
    f"/sessions?cursor={cursor('2026-01-01T00:00:00+00:00', 'x')}",
    f"/trainings?cursor={cursor('a')}",
    f"/trainings?cursor={cursor(chr(0), str(UUID(int=1)))}",
    f"/trainings?cursor={cursor(chr(0xD800), str(UUID(int=1)))}",
])  # fmt: skip
async def test_an_invented_cursor_is_refused(service: CatalogueService, query: str) -> None:
    assert errors(await service.call("GET", query)) == {
        "cursor": "Ce curseur n'est pas valide : reprenez depuis la première page."
    }


@pytest.mark.parametrize(("query", "field", "sentence"), [
    ("/sessions?from=2026-01-01T00:00:00", "from", "Précisez le fuseau horaire de cette date (par exemple +01:00)."),
    ("/sessions?to=0001-01-01T00:00:00Z", "to", "Cette valeur doit se situer entre 2000 et 2100."),
    ("/sessions?limit=101", "limit", "La valeur doit être au plus 100."),
    (
        "/sessions?state=draft",
        "state",
        "Cette valeur n'est pas admise ; valeurs possibles : 'scheduled', 'cancelled' ou 'all'.",
    ),
    ("/trainings?axis_id=7", "axis_id", "Cet identifiant n'est pas valide."),
    ("/trainings?q=a%00b", "q", "Cette valeur contient des caractères de contrôle ; retirez-les."),
])  # fmt: skip
async def test_a_wrong_parameter_is_refused_in_french(
    service: CatalogueService, query: str, field: str, sentence: str
) -> None:
    assert errors(await service.call("GET", query)) == {field: sentence}
