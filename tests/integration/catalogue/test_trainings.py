"""Trainings: who sees them, how they are written, shown, revised and taken out, and what is said of it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.trainings import revise_training
from shared.contracts.catalogue import (
    SessionCapacityChanged,
    SessionRescheduled,
    TrainingArchived,
    TrainingPublished,
    TrainingRevised,
)
from tests.integration.catalogue.desk import Desk, a_training, errors, slot
from tests.support.eventually import eventually


async def test_a_draft_is_seen_by_staff_alone_and_nobody_hears_of_it(desk: Desk) -> None:
    draft = await desk.draft(await desk.axis())

    assert draft["state"] == "draft"
    assert (await desk.call(None, "GET", f"/trainings/{draft['id']}")).status_code == 404
    assert (await desk.call(desk.somebody, "GET", f"/trainings/{draft['id']}")).status_code == 404
    assert (await desk.get(f"/trainings/{draft['id']}", desk.staff))["version"] == 1
    assert await desk.said() == []


async def test_a_published_training_is_seen_by_everybody_and_said_whole(desk: Desk) -> None:
    axis = await desk.axis()
    draft = await desk.draft(axis, members_only=True)

    published = await desk.done("POST", f"/trainings/{draft['id']}/publication")

    seen = await desk.get(f"/trainings/{draft['id']}")
    assert seen == published
    assert seen["state"] == "published"
    assert seen["axis"] == {"id": axis["id"], "name": "Accompagner"}
    assert {name: seen[name] for name in ("content", "audience", "prerequisites", "sessions")} == {
        "content": "Écoute active, reformulation.", "audience": "Conseillers en insertion.", "prerequisites": "Aucun.", "sessions": [],
    }  # fmt: skip
    [said] = await desk.said()
    assert isinstance(said, TrainingPublished)
    assert said.training.model_dump(mode="json") == {
        "id": draft["id"], "version": 2, "title": "Conduire un entretien", "axis_id": axis["id"], "kind": "training",
        "members_only": True, "state": "published",
    }  # fmt: skip


async def test_a_revised_draft_is_silent_and_a_revised_publication_is_said(desk: Desk) -> None:
    draft = await desk.draft(await desk.axis())

    await desk.done("PATCH", f"/trainings/{draft['id']}", {"kind": "other_action"}, seen=1)
    await desk.done("POST", f"/trainings/{draft['id']}/publication")
    revised = await desk.done("PATCH", f"/trainings/{draft['id']}", {"summary": "Trois jours."}, seen=3)

    assert (revised["summary"], revised["kind"], revised["version"]) == ("Trois jours.", "other_action", 4)
    assert [(type(one), one.training.version) for one in await desk.said()] == [
        (TrainingPublished, 3),
        (TrainingRevised, 4),
    ]


async def test_saying_the_same_again_is_no_revision(desk: Desk) -> None:
    training = await desk.training()
    await desk.forgets_what_it_said()

    for body in ({}, {"title": training["title"]}):
        assert (await desk.done("PATCH", f"/trainings/{training['id']}", body, seen=2))["version"] == 2

    assert await desk.said() == []


async def test_another_title_is_said_of_every_session_that_is_not_over(desk: Desk) -> None:
    training = await desk.training()
    over = await desk.session(
        training, slots=[slot(-3)], opens_at="2026-01-01T00:00:00Z", closes_at="2026-01-02T00:00:00Z"
    )
    running = await desk.session(
        training, slots=[slot(-1), slot(1)], opens_at="2026-01-01T00:00:00Z", closes_at="2026-01-02T00:00:00Z"
    )
    coming = await desk.session(training)
    gone = await desk.session(training)
    await desk.done("POST", f"/sessions/{gone['id']}/cancellation", {"reason": "Travaux."})
    other = await desk.session(await desk.training())
    await desk.forgets_what_it_said()

    await desk.done("PATCH", f"/trainings/{training['id']}", {"title": "Mener un entretien"}, seen=2)

    revised, *sessions = await desk.said()
    assert isinstance(revised, TrainingRevised)
    assert revised.training.title == "Mener un entretien"
    assert all(isinstance(one, SessionRescheduled) and not one.moved for one in sessions)
    assert {(str(one.session.id), one.session.version, one.session.training_title) for one in sessions} == {
        (running["id"], 2, "Mener un entretien"), (coming["id"], 2, "Mener un entretien"),
    }  # fmt: skip
    assert (await desk.get(f"/sessions/{coming['id']}"))["version"] == 2
    assert {(await desk.get(f"/sessions/{one['id']}"))["version"] for one in (over, other)} == {1}


async def test_without_another_title_sessions_are_not_said_again(desk: Desk) -> None:
    training = await desk.training()
    await desk.session(training)
    await desk.forgets_what_it_said()

    await desk.done("PATCH", f"/trainings/{training['id']}", {"summary": "Autre.", "members_only": True}, seen=2)

    assert [type(one) for one in await desk.said()] == [TrainingRevised]


async def test_a_session_changed_while_its_training_is_renamed_says_the_new_title_last(desk: Desk) -> None:
    training = await desk.training()
    session = await desk.session(training)
    await desk.forgets_what_it_said()
    actor = Actor(desk.staff, is_staff=True)

    async with desk.database.transaction() as work:
        await revise_training(
            Transaction(work), UUID(training["id"]), {"title": "Nouveau"}, expected=2, actor=actor, now=desk.now
        )
        # waits for the session's row, and may not say the title that it could read before
        resize = asyncio.create_task(
            desk.call(desk.staff, "PUT", f"/sessions/{session['id']}/capacity", {"capacity": 3}, seen=2)
        )
        await eventually(lambda: desk.waiting(1), within=30)
    assert (await resize).status_code == 200

    last = (await desk.said())[-1]
    assert isinstance(last, SessionCapacityChanged)
    assert (last.session.version, last.session.training_title) == (3, "Nouveau")


async def test_an_archived_training_is_gone_for_visitors_and_comes_back_when_published_again(desk: Desk) -> None:
    training = await desk.training()
    session = await desk.session(training)
    await desk.forgets_what_it_said()

    archived = await desk.done("POST", f"/trainings/{training['id']}/archival")
    assert archived["state"] == "archived"
    assert (await desk.call(None, "GET", f"/trainings/{training['id']}")).status_code == 404
    assert (await desk.call(None, "GET", f"/sessions/{session['id']}")).status_code == 404
    assert (await desk.get("/sessions"))["items"] == []
    assert (await desk.get(f"/sessions/{session['id']}", desk.trainer))["id"] == session["id"]
    assert (await desk.get(f"/sessions/{session['id']}", desk.staff))["id"] == session["id"]
    revision = await desk.call(desk.staff, "PATCH", f"/trainings/{training['id']}", {"title": "X"}, seen=3)
    assert (revision.status_code, revision.json()["detail"]) == (
        409, "Cette formation est archivée : elle ne peut pas être modifiée.",
    )  # fmt: skip

    await desk.done("POST", f"/trainings/{training['id']}/publication")
    assert (await desk.get(f"/trainings/{training['id']}"))["sessions"][0]["id"] == session["id"]
    said = await desk.said()
    assert [type(one) for one in said] == [TrainingArchived, TrainingPublished]
    assert [(one.training.state, one.training.version) for one in said] == [("archived", 3), ("published", 4)]


@pytest.mark.parametrize(("move", "sentence"), [
    ("publication", "Cette formation est déjà publiée : elle ne peut pas être publiée."),
    ("archival", "Cette formation est encore un brouillon : elle ne peut pas être archivée."),
])  # fmt: skip
async def test_a_move_that_the_state_does_not_allow_is_a_conflict_in_french(
    desk: Desk, move: str, sentence: str
) -> None:
    training = await (desk.training() if move == "publication" else desk.draft(await desk.axis()))
    await desk.forgets_what_it_said()

    answer = await desk.call(desk.staff, "POST", f"/trainings/{training['id']}/{move}")

    assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    assert await desk.said() == []


async def test_an_edit_says_which_version_was_seen(desk: Desk) -> None:
    training = await desk.training()
    path = f"/trainings/{training['id']}"
    assert (await desk.call(None, "GET", path)).headers["ETag"] == '"2"'
    await desk.forgets_what_it_said()

    assert (await desk.call(desk.staff, "PATCH", path, {"title": "X"})).status_code == 428
    assert (await desk.call(desk.staff, "PATCH", path, {"title": "X"}, seen=1)).status_code == 412
    assert (await desk.call(desk.staff, "PATCH", path, {"title": "X"}, If_Match="hier")).status_code == 412
    assert await desk.said() == []
    edited = await desk.call(desk.staff, "PATCH", path, {"title": "X"}, seen=2)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"3"')


async def test_two_edits_of_one_version_at_once_and_one_is_told_that_it_was_late(desk: Desk) -> None:
    training = await desk.training()
    path = f"/trainings/{training['id']}"

    calls = [desk.call(desk.staff, "PATCH", path, {"title": f"T{n}"}, seen=2) for n in range(4)]

    assert await desk.at_once("trainings", training["id"], calls) == [200, 412, 412, 412]


async def test_the_same_key_twice_writes_one_training(desk: Desk) -> None:
    body = a_training((await desk.axis())["id"])

    answers = await asyncio.gather(
        *(desk.call(desk.staff, "POST", "/trainings", body, Idempotency_Key="une-fois-1") for _ in range(3))
    )
    other = await desk.call(desk.staff, "POST", "/trainings", {**body, "title": "Autre"}, Idempotency_Key="une-fois-1")

    assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(201, answers[0].json()["id"])}
    assert errors(other) == {
        "Idempotency-Key": "Cette clé a déjà servi pour une autre demande : choisissez-en une nouvelle."
    }
    assert await desk.rows("SELECT count(*) FROM trainings") == [(1,)]


async def test_every_wrong_field_of_a_training_is_told_at_once(desk: Desk) -> None:
    body: dict[str, Any] = a_training(
        "hier", title="A\nB", summary="x\x07", content="  ", objectives="o" * 4001, kind="cours", prix=3
    )
    del body["audience"]

    found = errors(await desk.call(desk.staff, "POST", "/trainings", body))

    assert found == {
        "axis_id": "Cet identifiant n'est pas valide.",
        "title": "Cette valeur doit tenir sur une seule ligne.",
        "summary": "Cette valeur contient des caractères de contrôle ; retirez-les.",
        "content": "Ce texte est trop court : au moins 1 caractère(s).",
        "objectives": "Ce texte est trop long : au plus 4000 caractères.",
        "kind": "Cette valeur n'est pas admise ; valeurs possibles : 'training' ou 'other_action'.",
        "audience": "Ce champ est obligatoire.",
        "prix": "Ce champ n'est pas attendu ; retirez-le.",
    }
    assert await desk.rows("SELECT id FROM trainings") == []


async def test_a_field_cannot_be_emptied_nor_an_unknown_axis_named(desk: Desk) -> None:
    training = await desk.training()
    path = f"/trainings/{training['id']}"

    assert errors(await desk.call(desk.staff, "PATCH", path, {"title": None}, seen=2)) == {
        "title": "Cette valeur ne peut pas être vide."
    }
    assert errors(await desk.call(desk.staff, "PATCH", path, {"axis_id": str(uuid4())}, seen=2)) == {
        "axis_id": "Cet axe n'existe pas."
    }
    assert errors(await desk.call(desk.staff, "PATCH", path, {"state": "archived"}, seen=2)) == {
        "state": "Ce champ n'est pas attendu ; retirez-le."
    }
    assert errors(await desk.call(desk.staff, "POST", "/trainings", a_training(str(uuid4())))) == {
        "axis_id": "Cet axe n'existe pas."
    }
    assert (await desk.get(path))["version"] == 2


async def test_who_changed_what_is_kept_for_good(desk: Desk) -> None:
    training = await desk.training()
    await desk.done("PATCH", f"/trainings/{training['id']}", {"title": "X"}, seen=2)

    rows = await desk.rows(
        "SELECT version, fact, acted_by FROM catalogue_history WHERE aggregate_id = :id ORDER BY version",
        id=training["id"],
    )
    assert [tuple(row) for row in rows] == [
        (1, "Drafted", desk.staff),
        (2, "Published", desk.staff),
        (3, "Revised", desk.staff),
    ]
