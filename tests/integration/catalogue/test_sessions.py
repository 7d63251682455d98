"""Sessions: scheduling, rescheduling, resizing and cancelling them, and the events about it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import SessionCancelled, SessionCapacityChanged, SessionRescheduled, SessionScheduled
from shared.contracts.identity import AccountUpdated
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, errors, slot


async def test_everybody_sees_a_session_and_its_event_has_a_whole_snapshot(service: CatalogueService) -> None:
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
        "members_only": False,
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


async def test_a_past_session_can_be_entered_afterwards(service: CatalogueService) -> None:
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


async def test_the_event_says_moved_if_slots_or_place_changed_and_not_for_other_changes(
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


async def test_the_event_about_the_capacity_has_the_old_one(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}/capacity"
    await service.clear_outbox()

    assert (await service.change("PUT", path, {"capacity": 3}, version=1))["capacity"] == 3
    assert (await service.change("PUT", path, {"capacity": 3}, version=2))["version"] == 2

    [event] = await service.emitted()
    assert isinstance(event, SessionCapacityChanged)
    assert (event.before, event.session.capacity, event.session.version) == (12, 3, 2)


async def test_a_cancelled_session_announces_and_keeps_its_reason_and_cannot_be_changed(
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


async def test_of_edits_of_one_version_at_the_same_time_one_succeeds(service: CatalogueService) -> None:
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


async def test_all_wrong_fields_of_a_session_are_named_together(service: CatalogueService) -> None:
    body = service.a_session(
        await service.training(),
        capacity=1001,
        place="Salle\x00 2",
        opens_at="2026-11-01T09:00:00",
        closes_at="9999-12-31T23:59:59-12:00",
        slots=[{"starts_at": "demain", "ends_at": "2027-01-01T09:00:00+01:00", "salle": 2}],
        couleur="bleu",
    )
    del body["trainer_ids"]
    await service.clear_outbox()

    assert errors(await service.call("POST", "/sessions", body, by=service.staff)) == {
        "capacity": "La valeur doit être au plus 1000.",
        "place": "Cette valeur contient des caractères de contrôle ; retirez-les.",
        "opens_at": "Précisez le fuseau horaire de cette date (par exemple +01:00).",
        "closes_at": "Cette valeur doit se situer entre 2000 et 2100.",
        "slots.0.starts_at": "Cette date n'est pas valide (forme attendue : 2026-03-02T09:00:00+01:00).",
        "slots.0.salle": "Ce champ n'est pas attendu ; retirez-le.",
        "couleur": "Ce champ n'est pas attendu ; retirez-le.",
        "trainer_ids": "Ce champ est obligatoire.",
    }
    assert await service.rows("SELECT id FROM sessions") == []


async def test_overlapping_slots_and_a_late_closing_are_named_by_their_path(service: CatalogueService) -> None:
    training = await service.training()
    body = service.a_session(training, slots=[slot(30), slot(30, 11), slot(31, 9, 0)], closes_at=slot(31)["starts_at"])
    await service.clear_outbox()

    assert errors(await service.call("POST", "/sessions", body, by=service.staff)) == {
        "slots.1.starts_at": "Ce créneau commence avant la fin du précédent : "
        "les créneaux se suivent sans se chevaucher.",
        "slots.2.ends_at": "La fin du créneau doit suivre son début.",
        "closes_at": "Les demandes doivent être closes au plus tard au début du premier créneau.",
    }
    assert await service.emitted() == []


async def test_unknown_erased_and_disabled_trainers_are_named_by_their_path(
    service: CatalogueService,
) -> None:
    training = await service.training()
    gone, disabled = uuid4(), uuid4()
    await service.tell(service.account(gone, "Zoé"), service.account(disabled, "Max", disabled=True))
    await service.erase(gone)
    trainers = [str(trainer) for trainer in (uuid4(), service.trainer, gone, disabled)]
    sentence = "Aucun compte actif ne correspond à ce formateur."

    wrong = await service.call("POST", "/sessions", service.a_session(training, trainer_ids=trainers), by=service.staff)
    assert errors(wrong) == {f"trainer_ids.{place}": sentence for place in (0, 2, 3)}

    session = await service.session(training)
    path = f"/sessions/{session['id']}"
    assert errors(await service.call("PATCH", path, {"trainer_ids": trainers[:1]}, version=1, by=service.staff)) == {
        "trainer_ids.0": sentence
    }
    assert errors(await service.call("PATCH", path, {"slots": None}, version=1, by=service.staff)) == {
        "slots": "Cette valeur ne peut pas être vide."
    }


async def test_a_session_whose_trainer_was_erased_can_still_be_changed(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    await service.erase(service.trainer)

    assert (await service.change("PATCH", f"/sessions/{session['id']}", {"place": "Guéret"}, version=1))[
        "trainers"
    ] == []


async def test_the_newest_occupancy_is_shown_whatever_the_order_of_events(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}"

    await service.tell(service.occupancy(session["id"], 3, held=12, queued=4))
    assert (await service.get(path))["occupancy"] == {"held": 12, "queued": 4, "free": 0}
    await service.tell(
        service.occupancy(session["id"], 2, held=1, queued=0), service.occupancy(session["id"], 3, held=2, queued=0)
    )
    assert (await service.get(path))["occupancy"] == {"held": 12, "queued": 4, "free": 0}
    await service.tell(service.occupancy(session["id"], 4, held=11, queued=0))
    assert (await service.get("/sessions"))["items"][0]["occupancy"] == {"held": 11, "queued": 0, "free": 1}
    # fewer seats than are held: nobody is evicted, and none is free
    assert (await service.change("PUT", f"{path}/capacity", {"capacity": 5}, version=1))["occupancy"] == {
        "held": 11,
        "queued": 0,
        "free": 0,
    }


async def test_a_trainer_is_shown_with_the_newest_name_and_not_at_all_once_erased(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}"

    def named(first_name: str, version: int) -> AccountUpdated:
        return AccountUpdated(occurred_at=NOW, account=service.account(service.trainer, first_name, version).account)

    await service.tell(named("Théodore", 3))
    await service.tell(named("Théophile", 2))
    assert [trainer["first_name"] for trainer in (await service.get(path))["trainers"]] == ["Théodore"]
    await service.erase(service.trainer)
    assert (await service.get(path))["trainers"] == []
