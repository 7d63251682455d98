"""Sessions: scheduling, rescheduling, resizing and cancelling them, and the events about it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import SessionCancelled, SessionCapacityChanged, SessionRescheduled, SessionScheduled
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, errors, slot


async def test_a_session_is_visible_to_everybody_and_its_event_has_the_whole_snapshot(
    service: CatalogueService,
) -> None:
    training = await service.training()
    await service.clear_outbox()

    made = await service.session(training)

    shown = await service.get(f"/sessions/{made['id']}")
    assert shown == made
    assert shown["training"] == {
        "id": training["id"],
        "title": "Conduire un entretien",
        "axis": training["axis"],
        "kind": "training",
        "kind_label": "Formation",
        "members_only": False,
        "archived": False,
    }
    assert shown["trainers"] == [{"id": str(service.trainer), "first_name": "Théo", "last_name": "Faure"}]
    assert shown["occupancy"] == {"held": 0, "queued": 0, "free": 12}
    assert (shown["state"], shown["version"], len(shown["slots"])) == ("scheduled", 1, 3)
    [event] = await service.emitted()
    assert isinstance(event, SessionScheduled)
    snapshot = event.session.model_dump(mode="json")
    assert (snapshot["training_id"], snapshot["training_title"], snapshot["trainer_ids"]) == (
        training["id"],
        training["title"],
        [str(service.trainer)],
    )
    same = ("id", "version", "capacity", "place", "opens_at", "closes_at", "slots", "state")
    assert {name: snapshot[name] for name in same} == {name: shown[name] for name in same}


async def test_a_session_can_be_scheduled_with_slots_in_the_past(service: CatalogueService) -> None:
    past = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-01-02T00:00:00Z", "slots": [slot(-20)]}
    made = await service.session(await service.training(), **past)
    assert (await service.get(f"/sessions/{made['id']}"))["slots"][0]["starts_at"] == made["slots"][0]["starts_at"]


async def test_only_a_published_training_gets_sessions(service: CatalogueService) -> None:
    draft = await service.draft(await service.axis())
    archived = await service.training()
    await service.change("POST", f"/trainings/{archived['id']}/archival")
    await service.clear_outbox()

    for training, sentence in (
        (draft, "Cette formation est encore un brouillon : aucune session ne peut y être ajoutée."),
        (archived, "Cette formation est archivée : aucune session ne peut y être ajoutée."),
    ):
        answer = await service.call("POST", "/sessions", service.a_session(training), by=service.staff)
        assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    unknown = await service.call("POST", "/sessions", service.a_session({"id": str(uuid4())}), by=service.staff)
    assert errors(unknown) == {"training_id": "Cette formation n'existe pas."}
    assert await service.emitted() == []


async def test_the_event_is_marked_as_moved_if_slots_or_place_changed_and_not_for_other_changes(
    service: CatalogueService,
) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}"
    await service.clear_outbox()

    await service.change("PATCH", path, {"place": "Guéret"}, version=1)
    await service.change("PATCH", path, {"closes_at": (NOW + timedelta(days=2)).isoformat()}, version=2)
    await service.change("PATCH", path, {"trainer_ids": []}, version=3)
    await service.change("PATCH", path, {"slots": [slot(40)]}, version=4)
    assert (await service.change("PATCH", path, {"slots": [slot(40)], "place": "Guéret"}, version=5))["version"] == 5

    events = await service.emitted()
    assert all(isinstance(event, SessionRescheduled) for event in events)
    assert [(event.session.version, event.moved) for event in events] == [(2, True), (3, False), (4, False), (5, True)]
    last = events[-1].session
    assert (last.place, len(last.slots), last.trainer_ids) == ("Guéret", 1, ())


async def test_a_slot_that_is_sent_with_its_id_or_its_times_keeps_its_id(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    first, second, third = session["slots"]

    moved = await service.change(
        "PATCH",
        f"/sessions/{session['id']}",
        {
            "slots": [
                slot(29),
                {**slot(30), "id": second["id"]},
                {"starts_at": third["starts_at"], "ends_at": third["ends_at"]},
            ]
        },
        version=1,
    )

    fresh, kept, same = (each["id"] for each in moved["slots"])
    assert (kept, same) == (second["id"], third["id"])
    assert fresh not in {first["id"], second["id"], third["id"]}
    foreign = {"slots": [{**slot(30), "id": str(uuid4())}]}
    assert errors(await service.call("PATCH", f"/sessions/{session['id']}", foreign, version=2, by=service.staff)) == {
        "slots.0.id": "Ce créneau n'est pas de cette session."
    }


async def test_the_event_about_a_new_capacity_has_the_old_one_too(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}/capacity"
    await service.clear_outbox()

    assert (await service.change("PUT", path, {"capacity": 3}, version=1))["capacity"] == 3
    assert (await service.change("PUT", path, {"capacity": 3}, version=2))["version"] == 2

    [event] = await service.emitted()
    assert isinstance(event, SessionCapacityChanged)
    assert (event.before, event.session.capacity, event.session.version) == (12, 3, 2)


async def test_a_cancellation_is_announced_and_recorded_with_its_reason_and_allows_no_other_change(
    service: CatalogueService,
) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}"
    await service.clear_outbox()

    assert (await service.change("POST", f"{path}/cancellation", {"reason": "Le formateur est malade."}))[
        "state"
    ] == "cancelled"

    sentence = "Cette session est annulée : elle ne peut plus être modifiée."
    for method, suffix, body in (
        ("PATCH", "", {"place": "Guéret"}),
        ("PUT", "/capacity", {"capacity": 5}),
        ("POST", "/cancellation", {"reason": "Encore."}),
    ):
        answer = await service.call(method, path + suffix, body, version=2, by=service.staff)
        assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    [event] = await service.emitted()
    assert isinstance(event, SessionCancelled)
    assert (event.reason, event.session.state, event.session.version) == ("Le formateur est malade.", "cancelled", 2)
    assert await service.rows(
        "SELECT act, note FROM catalogue_history WHERE version = 2 AND aggregate_id = :id", id=session["id"]
    ) == [("Cancelled", "Le formateur est malade.")]
    assert (await service.get("/sessions"))["items"] == []
    assert [each["id"] for each in (await service.get("/sessions?state=cancelled"))["items"]] == [session["id"]]
    assert (await service.get(path))["state"] == "cancelled"


@pytest.mark.parametrize(
    ("method", "suffix", "body"), [("PATCH", "", {"place": "Guéret"}), ("PUT", "/capacity", {"capacity": 5})]
)
async def test_an_edit_needs_the_current_version(
    service: CatalogueService, method: str, suffix: str, body: dict[str, Any]
) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}"
    assert (await service.call("GET", path)).headers["ETag"] == '"1"'
    await service.clear_outbox()

    missing = await service.call(method, path + suffix, body, by=service.staff)
    stale = await service.call(method, path + suffix, body, version=7, by=service.staff)

    assert (missing.status_code, missing.json()["title"]) == (428, "Version attendue")
    assert (stale.status_code, stale.json()["detail"]) == (
        412,
        "Rechargez l'élément : quelqu'un l'a modifié entre-temps.",
    )
    assert await service.emitted() == []
    edited = await service.call(method, path + suffix, body, version=1, by=service.staff)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')


async def test_one_of_several_simultaneous_edits_of_the_same_version_succeeds(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    await service.clear_outbox()
    path = f"/sessions/{session['id']}/capacity"

    calls = [service.call("PUT", path, {"capacity": 20 + n}, version=1, by=service.staff) for n in range(4)]

    assert await service.at_once("sessions", session["id"], calls) == [200, 412, 412, 412]
    assert [event.session.version for event in await service.emitted()] == [2]


async def test_requests_with_the_same_idempotency_key_schedule_one_session(service: CatalogueService) -> None:
    body = service.a_session(await service.training())
    await service.clear_outbox()

    answers = await asyncio.gather(
        *(service.call("POST", "/sessions", body, Idempotency_Key="une-fois-1", by=service.staff) for _ in range(3))
    )

    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, answers[0].json())] * len(answers)
    assert [str(event.session.id) for event in await service.emitted()] == [answers[0].json()["id"]]
