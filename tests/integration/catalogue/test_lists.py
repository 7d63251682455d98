"""The lists: what is in them, in which order, page by page, found by words, with one statement a page."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from shared.database import Database
from tests.integration.catalogue.desk import NOW, Desk, errors, slot


async def pages(desk: Desk, path: str, who: UUID | None = None) -> list[list[Any]]:
    """Every page of a list, by its `next`."""
    found, cursor = [], ""
    while cursor is not None:
        page = await desk.get(f"{path}{cursor}", who)
        found.append(page["items"])
        cursor = page["next"] and f"&cursor={page['next']}"
    return found


def ids(items: list[Any]) -> list[str]:
    return [one["id"] for one in items]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are run inside."""
    run: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        run.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield run
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_sessions_are_in_order_of_their_first_slot_from_now_on(desk: Desk) -> None:
    first, second = await desk.training(), await desk.training()
    late = await desk.session(first, slots=[slot(50)])
    soon = await desk.session(second, slots=[slot(5), slot(60)])
    between = await desk.session(first, slots=[slot(20)])
    past = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-01-02T00:00:00Z", "slots": [slot(-20)]}
    over = await desk.session(second, **past)

    async def listed(query: str = "") -> list[str]:
        return ids((await desk.get(f"/sessions{query}"))["items"])

    assert await listed() == ids([soon, between, late])
    assert await listed("?from=2026-01-01T00:00:00Z") == ids([over, soon, between, late])
    assert await listed(f"?to={between['slots'][0]['starts_at']}") == ids([soon])
    assert await listed(f"?from={between['slots'][0]['starts_at']}") == ids([between, late])
    assert await listed(f"?training_id={first['id']}") == ids([between, late])
    assert await listed(f"?axis_id={second['axis']['id']}") == ids([soon])
    assert await listed(f"?axis_id={uuid4()}") == []
    desk.now = NOW.replace(month=12, day=31)
    assert await listed() == ids([late])
    assert ids((await desk.get(f"/trainings/{first['id']}"))["sessions"]) == ids([late])


async def test_a_trainer_finds_the_sessions_that_are_theirs_of_archived_trainings_too(desk: Desk) -> None:
    training, archived = await desk.training(), await desk.training()
    mine = await desk.session(training)
    other = await desk.session(training, trainer_ids=[str(desk.somebody)], slots=[slot(31)])
    gone = await desk.session(archived, slots=[slot(32)])
    await desk.done("POST", f"/trainings/{archived['id']}/archival")

    assert ids((await desk.get("/sessions?mine=true", desk.trainer))["items"]) == ids([mine, gone])
    assert ids((await desk.get("/sessions", desk.somebody))["items"]) == ids([mine, other])
    assert ids((await desk.get("/sessions", desk.staff))["items"]) == ids([mine, other, gone])
    assert (await desk.get("/sessions?mine=true", desk.staff))["items"] == []
    refused = await desk.call(None, "GET", "/sessions?mine=true")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_pages_of_sessions_do_not_shift_when_others_come_before(desk: Desk) -> None:
    training = await desk.training()
    # two at the same instant: the id tells them apart
    made = [await desk.session(training, slots=[slot(days)]) for days in (10, 11, 11, 11, 12)]
    in_order = ids(sorted(made, key=lambda one: (one["slots"][0]["starts_at"], one["id"])))

    first = await desk.get("/sessions?limit=2")
    await desk.session(training, slots=[slot(9)])
    rest = await pages(desk, f"/sessions?limit=2&cursor={first['next']}")

    # the first page of `pages` is asked for with the cursor already in the path
    assert ids(first["items"]) + [one for page in rest for one in ids(page)] == in_order
    assert [len(page) for page in rest] == [2, 1]


async def test_trainings_are_in_order_of_their_title_page_by_page(desk: Desk) -> None:
    axis = await desk.axis()
    for title in ("Œuvrer ensemble", "Zoom", "écouter", "Accueillir", "École", "Écouter"):
        await desk.training(axis, title=title)

    first = await desk.get("/trainings?limit=2")
    await desk.training(axis, title="Abc")
    rest = await pages(desk, f"/trainings?limit=2&cursor={first['next']}")

    titles = [one["title"] for page in [first["items"], *rest] for one in page]
    assert [title.casefold() for title in titles] == [
        "accueillir",
        "école",
        "écouter",
        "écouter",
        "œuvrer ensemble",
        "zoom",
    ]


async def test_visitors_list_what_is_published_and_staff_what_they_ask_for(desk: Desk) -> None:
    axis, other = await desk.axis(), await desk.axis("Orienter")
    draft = await desk.draft(axis, title="Brouillon")
    published = await desk.training(axis, title="Publiée")
    archived = await desk.training(other, title="Archivée")
    await desk.done("POST", f"/trainings/{archived['id']}/archival")
    await desk.session(published)

    listed = await desk.get("/trainings")
    assert [(one["id"], one["next_session_at"]) for one in listed["items"]] == [
        (published["id"], slot(30)["starts_at"].replace("+00:00", "Z"))
    ]
    assert ids((await desk.get("/trainings", desk.staff))["items"]) == [published["id"]]
    for state, training in (("draft", draft), ("archived", archived)):
        assert (await desk.get(f"/trainings?state={state}"))["items"] == []
        assert (await desk.get(f"/trainings?state={state}", desk.trainer))["items"] == []
        assert ids((await desk.get(f"/trainings?state={state}", desk.staff))["items"]) == [training["id"]]
    assert ids((await desk.get(f"/trainings?axis_id={axis['id']}"))["items"]) == [published["id"]]
    assert (await desk.get(f"/trainings?axis_id={other['id']}"))["items"] == []


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
    ("reformulation", set()),
    ("  ", {"Évaluer à 100 %", "Le cœur du métier", "Conduire un entretien"}),
    ("", {"Évaluer à 100 %", "Le cœur du métier", "Conduire un entretien"}),
])  # fmt: skip
async def test_words_are_found_in_title_summary_and_objectives_without_accents_and_case(
    desk: Desk, words: str, titles: set[str]
) -> None:
    axis = await desk.axis()
    plain = {"summary": "Un jour.", "objectives": "Savoir."}
    await desk.training(axis, title="Évaluer à 100 %", **plain)
    await desk.training(axis, title="Le cœur du métier", summary="Un jour.", objectives="Mener une évaluation.")
    await desk.training(axis, title="Conduire un entretien", summary="Soigner l'accueil.", objectives="Savoir.")

    answer = await desk.call(None, "GET", "/trainings?q=" + "".join(f"%{byte:02x}" for byte in words.encode()))

    assert {one["title"] for one in answer.json()["items"]} == titles


async def test_the_search_can_use_its_index(desk: Desk) -> None:
    async with desk.database.transaction() as work:
        await work.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = await work.connection.exec_driver_sql(
            "EXPLAIN SELECT id FROM trainings WHERE searched LIKE anywhere('évaluer')"
        )
        assert "trainings_searched" in "\n".join(row[0] for row in plan)


async def test_a_page_is_one_statement_whatever_its_length(desk: Desk) -> None:
    training = await desk.training()
    for days in range(8):
        await desk.session(training, slots=[slot(10 + days)])
        await desk.training()

    for path, most in (("/sessions", 1), ("/trainings", 1), (f"/trainings/{training['id']}", 2)):
        with statements(desk.database) as run:
            await desk.get(path)
        assert len([one for one in run if "SELECT" in one and "pg_catalog" not in one]) == most


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
async def test_a_cursor_that_was_made_up_is_refused(desk: Desk, query: str) -> None:
    assert errors(await desk.call(None, "GET", query)) == {
        "cursor": "Ce curseur n'est pas valide : reprenez depuis la première page."
    }


@pytest.mark.parametrize(("query", "field", "sentence"), [
    ("/sessions?from=2026-01-01T00:00:00", "from", "Précisez le fuseau horaire de cette date (par exemple +01:00)."),
    ("/sessions?to=0001-01-01T00:00:00Z", "to", "Cette valeur doit se situer entre 2000 et 2100."),
    ("/sessions?limit=101", "limit", "La valeur doit être au plus 100."),
    ("/sessions?state=draft", "state", "Cette valeur n'est pas admise ; valeurs possibles : 'scheduled' ou 'cancelled'."),
    ("/trainings?axis_id=7", "axis_id", "Cet identifiant n'est pas valide."),
    ("/trainings?q=a%00b", "q", "Cette valeur contient des caractères de contrôle ; retirez-les."),
])  # fmt: skip
async def test_a_wrong_parameter_is_told_in_french(desk: Desk, query: str, field: str, sentence: str) -> None:
    assert errors(await desk.call(None, "GET", query)) == {field: sentence}
