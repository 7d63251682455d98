"""Trainings: who sees them, writing, publishing, revising and archiving them, and the events about it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.catalogue.domain.training import SyllabusChanges
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
from tests.integration.catalogue.catalogue_service import CatalogueService, a_training, errors, slot
from tests.support.eventually import eventually


async def test_only_staff_see_a_draft_and_there_is_no_event_about_it(service: CatalogueService) -> None:
    draft = await service.draft(await service.axis())

    assert draft["state"] == "draft"
    assert (await service.call("GET", f"/trainings/{draft['id']}")).status_code == 404
    assert (await service.call("GET", f"/trainings/{draft['id']}", by=service.somebody)).status_code == 404
    assert (await service.get(f"/trainings/{draft['id']}", by=service.staff))["version"] == 1
    assert await service.emitted() == []


async def test_everybody_sees_a_published_training_and_its_event_has_a_snapshot(service: CatalogueService) -> None:
    axis = await service.axis()
    draft = await service.draft(axis, members_only=True)

    published = await service.change("POST", f"/trainings/{draft['id']}/publication")

    shown = await service.get(f"/trainings/{draft['id']}")
    assert shown == published
    assert shown["state"] == "published"
    assert shown["axis"] == {"id": axis["id"], "name": "Accompagner"}
    assert {name: shown[name] for name in ("content", "audience", "prerequisites", "sessions")} == {
        "content": "Écoute active, reformulation.",
        "audience": "Conseillers en insertion.",
        "prerequisites": "Aucun.",
        "sessions": [],
    }
    [event] = await service.emitted()
    assert isinstance(event, TrainingPublished)
    assert event.training.model_dump(mode="json") == {
        "id": draft["id"], "version": 2, "title": "Conduire un entretien", "axis_id": axis["id"], "kind": "training",
        "members_only": True, "state": "published", "axis_name": "Accompagner",
    }  # fmt: skip


async def test_the_revision_of_a_published_training_is_announced_and_that_of_a_draft_is_not(
    service: CatalogueService,
) -> None:
    draft = await service.draft(await service.axis())

    await service.change("PATCH", f"/trainings/{draft['id']}", {"kind": "other_action"}, version=1)
    await service.change("POST", f"/trainings/{draft['id']}/publication")
    revised = await service.change("PATCH", f"/trainings/{draft['id']}", {"summary": "Trois jours."}, version=3)

    assert (revised["summary"], revised["kind"], revised["version"]) == ("Trois jours.", "other_action", 4)
    assert [(type(event), event.training.version) for event in await service.emitted()] == [
        (TrainingPublished, 3),
        (TrainingRevised, 4),
    ]


async def test_a_revision_that_changes_nothing_makes_no_version_and_no_event(service: CatalogueService) -> None:
    training = await service.training()
    await service.clear_outbox()

    for body in ({}, {"title": training["title"]}):
        assert (await service.change("PATCH", f"/trainings/{training['id']}", body, version=2))["version"] == 2

    assert await service.emitted() == []


async def test_with_another_title_every_upcoming_session_is_announced_again(service: CatalogueService) -> None:
    training = await service.training()
    over = await service.session(
        training, slots=[slot(-3)], opens_at="2026-01-01T00:00:00Z", closes_at="2026-01-02T00:00:00Z"
    )
    running = await service.session(
        training, slots=[slot(-1), slot(1)], opens_at="2026-01-01T00:00:00Z", closes_at="2026-01-02T00:00:00Z"
    )
    coming = await service.session(training)
    gone = await service.session(training)
    await service.change("POST", f"/sessions/{gone['id']}/cancellation", {"reason": "Travaux."})
    other = await service.session(await service.training())
    await service.clear_outbox()

    await service.change("PATCH", f"/trainings/{training['id']}", {"title": "Mener un entretien"}, version=2)

    revised, *sessions = await service.emitted()
    assert isinstance(revised, TrainingRevised)
    assert revised.training.title == "Mener un entretien"
    assert all(isinstance(event, SessionRescheduled) and not event.moved for event in sessions)
    assert {(str(event.session.id), event.session.version, event.session.training_title) for event in sessions} == {
        (running["id"], 2, "Mener un entretien"), (coming["id"], 2, "Mener un entretien"),
    }  # fmt: skip
    assert (await service.get(f"/sessions/{coming['id']}"))["version"] == 2
    assert {(await service.get(f"/sessions/{session['id']}"))["version"] for session in (over, other)} == {1}


async def test_without_another_title_sessions_are_not_announced_again(service: CatalogueService) -> None:
    training = await service.training()
    await service.session(training)
    await service.clear_outbox()

    await service.change(
        "PATCH", f"/trainings/{training['id']}", {"summary": "Autre.", "members_only": True}, version=2
    )

    assert [type(event) for event in await service.emitted()] == [TrainingRevised]


async def test_a_session_changed_while_its_training_is_renamed_is_announced_with_the_new_title(
    service: CatalogueService,
) -> None:
    training = await service.training()
    session = await service.session(training)
    await service.clear_outbox()
    actor = Actor(account_id=service.staff, is_staff=True)

    async with service.database.transaction() as work:
        await revise_training(
            Transaction(work),
            UUID(training["id"]),
            SyllabusChanges(title="Nouveau"),
            expected=2,
            actor=actor,
            now=service.now,
        )
        # it waits for the row of the session, and must not announce the title from before the wait
        resize = asyncio.create_task(
            service.call("PUT", f"/sessions/{session['id']}/capacity", {"capacity": 3}, version=2, by=service.staff)
        )
        await eventually(lambda: service.waiting(1), within=30)
    assert (await resize).status_code == 200

    last = (await service.emitted())[-1]
    assert isinstance(last, SessionCapacityChanged)
    assert (last.session.version, last.session.training_title) == (3, "Nouveau")


async def test_visitors_do_not_see_an_archived_training_until_it_is_published_again(
    service: CatalogueService,
) -> None:
    training = await service.training()
    session = await service.session(training)
    await service.clear_outbox()

    archived = await service.change("POST", f"/trainings/{training['id']}/archival")
    assert archived["state"] == "archived"
    assert (await service.call("GET", f"/trainings/{training['id']}")).status_code == 404
    assert (await service.call("GET", f"/sessions/{session['id']}")).status_code == 404
    assert (await service.get("/sessions"))["items"] == []
    assert (await service.get(f"/sessions/{session['id']}", by=service.trainer))["id"] == session["id"]
    assert (await service.get(f"/sessions/{session['id']}", by=service.staff))["id"] == session["id"]
    revision = await service.call("PATCH", f"/trainings/{training['id']}", {"title": "X"}, version=3, by=service.staff)
    assert (revision.status_code, revision.json()["detail"]) == (
        409, "Cette formation est archivée : elle ne peut pas être modifiée.",
    )  # fmt: skip

    await service.change("POST", f"/trainings/{training['id']}/publication")
    assert (await service.get(f"/trainings/{training['id']}"))["sessions"][0]["id"] == session["id"]
    events = await service.emitted()
    assert [type(event) for event in events] == [TrainingArchived, TrainingPublished]
    assert [(event.training.state, event.training.version) for event in events] == [("archived", 3), ("published", 4)]


@pytest.mark.parametrize(("move", "sentence"), [
    ("publication", "Cette formation est déjà publiée : elle ne peut pas être publiée."),
    ("archival", "Cette formation est encore un brouillon : elle ne peut pas être archivée."),
])  # fmt: skip
async def test_a_move_that_the_state_does_not_allow_is_refused_in_french(
    service: CatalogueService, move: str, sentence: str
) -> None:
    training = await (service.training() if move == "publication" else service.draft(await service.axis()))
    await service.clear_outbox()

    answer = await service.call("POST", f"/trainings/{training['id']}/{move}", by=service.staff)

    assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    assert await service.emitted() == []


async def test_an_edit_needs_the_current_version(service: CatalogueService) -> None:
    training = await service.training()
    path = f"/trainings/{training['id']}"
    assert (await service.call("GET", path)).headers["ETag"] == '"2"'
    await service.clear_outbox()

    assert (await service.call("PATCH", path, {"title": "X"}, by=service.staff)).status_code == 428
    assert (await service.call("PATCH", path, {"title": "X"}, version=1, by=service.staff)).status_code == 412
    assert (await service.call("PATCH", path, {"title": "X"}, If_Match="hier", by=service.staff)).status_code == 412
    assert await service.emitted() == []
    edited = await service.call("PATCH", path, {"title": "X"}, version=2, by=service.staff)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"3"')


async def test_of_edits_of_one_version_at_the_same_time_one_succeeds(service: CatalogueService) -> None:
    training = await service.training()
    path = f"/trainings/{training['id']}"

    calls = [service.call("PATCH", path, {"title": f"T{n}"}, version=2, by=service.staff) for n in range(4)]

    assert await service.at_once("trainings", training["id"], calls) == [200, 412, 412, 412]


async def test_requests_with_the_same_idempotency_key_write_one_training(service: CatalogueService) -> None:
    body = a_training((await service.axis())["id"])

    answers = await asyncio.gather(
        *(service.call("POST", "/trainings", body, Idempotency_Key="une-fois-1", by=service.staff) for _ in range(3))
    )
    other = await service.call(
        "POST", "/trainings", {**body, "title": "Autre"}, Idempotency_Key="une-fois-1", by=service.staff
    )

    assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(201, answers[0].json()["id"])}
    assert errors(other) == {
        "Idempotency-Key": "Cette clé a déjà servi pour une autre demande : choisissez-en une nouvelle."
    }
    assert await service.rows("SELECT count(*) FROM trainings") == [(1,)]


async def test_all_wrong_fields_of_a_training_are_named_together(service: CatalogueService) -> None:
    body: dict[str, Any] = a_training(
        "hier", title="A\nB", summary="x\x07", content="  ", objectives="o" * 4001, kind="cours", prix=3
    )
    del body["audience"]

    wrong = errors(await service.call("POST", "/trainings", body, by=service.staff))

    assert wrong == {
        "axis_id": "Cet identifiant n'est pas valide.",
        "title": "Cette valeur doit tenir sur une seule ligne.",
        "summary": "Cette valeur contient des caractères de contrôle ; retirez-les.",
        "content": "Ce texte est trop court : au moins 1 caractère.",
        "objectives": "Ce texte est trop long : au plus 4000 caractères.",
        "kind": "Cette valeur n'est pas admise ; valeurs possibles : 'training' ou 'other_action'.",
        "audience": "Ce champ est obligatoire.",
        "prix": "Ce champ n'est pas attendu ; retirez-le.",
    }
    assert await service.rows("SELECT id FROM trainings") == []


async def test_fields_cannot_be_null_and_the_axis_must_exist(service: CatalogueService) -> None:
    training = await service.training()
    path = f"/trainings/{training['id']}"

    assert errors(await service.call("PATCH", path, {"title": None}, version=2, by=service.staff)) == {
        "title": "Cette valeur ne peut pas être vide."
    }
    assert errors(await service.call("PATCH", path, {"axis_id": str(uuid4())}, version=2, by=service.staff)) == {
        "axis_id": "Cet axe n'existe pas."
    }
    assert errors(await service.call("PATCH", path, {"state": "archived"}, version=2, by=service.staff)) == {
        "state": "Ce champ n'est pas attendu ; retirez-le."
    }
    assert errors(await service.call("POST", "/trainings", a_training(str(uuid4())), by=service.staff)) == {
        "axis_id": "Cet axe n'existe pas."
    }
    assert (await service.get(path))["version"] == 2


async def test_every_change_has_a_line_in_the_history(service: CatalogueService) -> None:
    training = await service.training()
    await service.change("PATCH", f"/trainings/{training['id']}", {"title": "X"}, version=2)

    rows = await service.rows(
        "SELECT version, act, acted_by FROM catalogue_history WHERE aggregate_id = :id ORDER BY version",
        id=training["id"],
    )
    assert [tuple(row) for row in rows] == [
        (1, "Drafted", service.staff),
        (2, "Published", service.staff),
        (3, "Revised", service.staff),
    ]
