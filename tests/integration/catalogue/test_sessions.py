"""Sessions: how they are offered, moved, resized and called off, and what is said of it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import SessionCancelled, SessionCapacityChanged, SessionRescheduled, SessionScheduled
from shared.contracts.identity import AccountUpdated
from tests.integration.catalogue.desk import NOW, Desk, errors, slot


async def test_a_session_is_seen_by_everybody_and_said_whole(desk: Desk) -> None:
    training = await desk.training()
    await desk.forgets_what_it_said()

    made = await desk.session(training)

    seen = await desk.get(f"/sessions/{made['id']}")
    assert seen == made
    assert seen["training"] == {
        "id": training["id"], "title": "Conduire un entretien", "axis": training["axis"], "kind": "training", "members_only": False,
    }  # fmt: skip
    assert seen["trainers"] == [{"id": str(desk.trainer), "first_name": "Théo", "last_name": "Faure"}]
    assert seen["occupancy"] == {"held": 0, "queued": 0, "free": 12}
    assert (seen["state"], seen["version"], len(seen["slots"])) == ("scheduled", 1, 3)
    [said] = await desk.said()
    assert isinstance(said, SessionScheduled)
    heard = said.session.model_dump(mode="json")
    assert (heard["training_id"], heard["training_title"], heard["trainer_ids"]) == (
        training["id"],
        training["title"],
        [str(desk.trainer)],
    )
    same = ("id", "version", "capacity", "place", "opens_at", "closes_at", "slots", "state")
    assert {name: heard[name] for name in same} == {name: seen[name] for name in same}


async def test_what_took_place_can_be_entered_afterwards(desk: Desk) -> None:
    past = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-01-02T00:00:00Z", "slots": [slot(-20)]}
    made = await desk.session(await desk.training(), **past)
    assert (await desk.get(f"/sessions/{made['id']}"))["slots"][0]["starts_at"] == made["slots"][0]["starts_at"]


async def test_only_a_published_training_gets_sessions(desk: Desk) -> None:
    draft = await desk.draft(await desk.axis())
    archived = await desk.training()
    await desk.done("POST", f"/trainings/{archived['id']}/archival")
    await desk.forgets_what_it_said()

    for training, sentence in (
        (draft, "Cette formation est encore un brouillon : aucune session ne peut y être ajoutée."),
        (archived, "Cette formation est archivée : aucune session ne peut y être ajoutée."),
    ):
        answer = await desk.call(desk.staff, "POST", "/sessions", desk.a_session(training))
        assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    unknown = await desk.call(desk.staff, "POST", "/sessions", desk.a_session({"id": str(uuid4())}))
    assert errors(unknown) == {"training_id": "Cette formation n'existe pas."}
    assert await desk.said() == []


async def test_other_slots_or_another_place_are_a_move_and_other_times_of_requests_are_none(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    path = f"/sessions/{session['id']}"
    await desk.forgets_what_it_said()

    await desk.done("PATCH", path, {"place": "Guéret"}, seen=1)
    await desk.done("PATCH", path, {"closes_at": (NOW + timedelta(days=2)).isoformat()}, seen=2)
    await desk.done("PATCH", path, {"trainer_ids": []}, seen=3)
    await desk.done("PATCH", path, {"slots": [slot(40)]}, seen=4)
    assert (await desk.done("PATCH", path, {"slots": [slot(40)], "place": "Guéret"}, seen=5))["version"] == 5

    said = await desk.said()
    assert all(isinstance(one, SessionRescheduled) for one in said)
    assert [(one.session.version, one.moved) for one in said] == [(2, True), (3, False), (4, False), (5, True)]
    assert (said[-1].session.place, len(said[-1].session.slots), said[-1].session.trainer_ids) == ("Guéret", 1, ())


async def test_a_slot_keeps_its_id_when_it_is_given(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    first, second, third = session["slots"]

    moved = await desk.done(
        "PATCH",
        f"/sessions/{session['id']}",
        {
            "slots": [
                slot(29),
                {**slot(30), "id": second["id"]},
                {"starts_at": third["starts_at"], "ends_at": third["ends_at"]},
            ]
        },
        seen=1,
    )

    fresh, kept, same = (one["id"] for one in moved["slots"])
    assert (kept, same) == (second["id"], third["id"])
    assert fresh not in {first["id"], second["id"], third["id"]}
    foreign = {"slots": [{**slot(30), "id": str(uuid4())}]}
    assert errors(await desk.call(desk.staff, "PATCH", f"/sessions/{session['id']}", foreign, seen=2)) == {
        "slots.0.id": "Ce créneau n'est pas de cette session."
    }


async def test_another_capacity_says_what_it_was(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    path = f"/sessions/{session['id']}/capacity"
    await desk.forgets_what_it_said()

    assert (await desk.done("PUT", path, {"capacity": 3}, seen=1))["capacity"] == 3
    assert (await desk.done("PUT", path, {"capacity": 3}, seen=2))["version"] == 2

    [said] = await desk.said()
    assert isinstance(said, SessionCapacityChanged)
    assert (said.before, said.session.capacity, said.session.version) == (12, 3, 2)


async def test_a_cancelled_session_says_why_and_stays_as_it_is(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    path = f"/sessions/{session['id']}"
    await desk.forgets_what_it_said()

    assert (await desk.done("POST", f"{path}/cancellation", {"reason": "Le formateur est malade."}))[
        "state"
    ] == "cancelled"

    sentence = "Cette session est annulée : elle ne peut plus être modifiée."
    for method, suffix, body in (
        ("PATCH", "", {"place": "Guéret"}), ("PUT", "/capacity", {"capacity": 5}), ("POST", "/cancellation", {"reason": "Encore."}),
    ):  # fmt: skip
        answer = await desk.call(desk.staff, method, path + suffix, body, seen=2)
        assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    [said] = await desk.said()
    assert isinstance(said, SessionCancelled)
    assert (said.reason, said.session.state, said.session.version) == ("Le formateur est malade.", "cancelled", 2)
    assert await desk.rows(
        "SELECT fact, note FROM catalogue_history WHERE version = 2 AND aggregate_id = :id", id=session["id"]
    ) == [("Cancelled", "Le formateur est malade.")]
    assert (await desk.get("/sessions"))["items"] == []
    assert [one["id"] for one in (await desk.get("/sessions?state=cancelled"))["items"]] == [session["id"]]
    assert (await desk.get(path))["state"] == "cancelled"


@pytest.mark.parametrize(
    ("method", "suffix", "body"), [("PATCH", "", {"place": "Guéret"}), ("PUT", "/capacity", {"capacity": 5})]
)
async def test_an_edit_says_which_version_was_seen(desk: Desk, method: str, suffix: str, body: dict[str, Any]) -> None:
    session = await desk.session(await desk.training())
    path = f"/sessions/{session['id']}"
    assert (await desk.call(None, "GET", path)).headers["ETag"] == '"1"'
    await desk.forgets_what_it_said()

    missing = await desk.call(desk.staff, method, path + suffix, body)
    stale = await desk.call(desk.staff, method, path + suffix, body, seen=7)

    assert (missing.status_code, missing.json()["title"]) == (428, "Version attendue")
    assert (stale.status_code, stale.json()["detail"]) == (
        412,
        "Rechargez l'élément : quelqu'un l'a modifié entre-temps.",
    )
    assert await desk.said() == []
    edited = await desk.call(desk.staff, method, path + suffix, body, seen=1)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')


async def test_two_edits_of_one_version_at_once_and_one_is_told_that_it_was_late(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    await desk.forgets_what_it_said()
    path = f"/sessions/{session['id']}/capacity"

    calls = [desk.call(desk.staff, "PUT", path, {"capacity": 20 + n}, seen=1) for n in range(4)]

    assert await desk.at_once("sessions", session["id"], calls) == [200, 412, 412, 412]
    assert [one.session.version for one in await desk.said()] == [2]


async def test_the_same_key_twice_offers_one_session(desk: Desk) -> None:
    body = desk.a_session(await desk.training())
    await desk.forgets_what_it_said()

    answers = await asyncio.gather(
        *(desk.call(desk.staff, "POST", "/sessions", body, Idempotency_Key="une-fois-1") for _ in range(3))
    )

    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, answers[0].json())] * len(answers)
    assert [str(one.session.id) for one in await desk.said()] == [answers[0].json()["id"]]


async def test_every_wrong_field_of_a_session_is_told_at_once(desk: Desk) -> None:
    body = desk.a_session(
        await desk.training(),
        capacity=1001,
        place="Salle\x00 2",
        opens_at="2026-11-01T09:00:00",
        closes_at="9999-12-31T23:59:59-12:00",
        slots=[{"starts_at": "demain", "ends_at": "2027-01-01T09:00:00+01:00", "salle": 2}],
        couleur="bleu",
    )
    del body["trainer_ids"]
    await desk.forgets_what_it_said()

    assert errors(await desk.call(desk.staff, "POST", "/sessions", body)) == {
        "capacity": "La valeur doit être au plus 1000.",
        "place": "Cette valeur contient des caractères de contrôle ; retirez-les.",
        "opens_at": "Précisez le fuseau horaire de cette date (par exemple +01:00).",
        "closes_at": "Cette valeur doit se situer entre 2000 et 2100.",
        "slots.0.starts_at": "Cette date n'est pas valide (forme attendue : 2026-03-02T09:00:00+01:00).",
        "slots.0.salle": "Ce champ n'est pas attendu ; retirez-le.",
        "couleur": "Ce champ n'est pas attendu ; retirez-le.",
        "trainer_ids": "Ce champ est obligatoire.",
    }
    assert await desk.rows("SELECT id FROM sessions") == []


async def test_slots_over_one_another_and_late_closing_are_told_where_they_stand(desk: Desk) -> None:
    training = await desk.training()
    body = desk.a_session(training, slots=[slot(30), slot(30, 11), slot(31, 9, 0)], closes_at=slot(31)["starts_at"])
    await desk.forgets_what_it_said()

    assert errors(await desk.call(desk.staff, "POST", "/sessions", body)) == {
        "slots.1.starts_at": "Ce créneau commence avant la fin du précédent : les créneaux se suivent sans se chevaucher.",
        "slots.2.ends_at": "La fin du créneau doit suivre son début.",
        "closes_at": "Les demandes doivent être closes au plus tard au début du premier créneau.",
    }
    assert await desk.said() == []


async def test_trainers_that_nobody_has_heard_of_or_who_left_are_told_where_they_stand(desk: Desk) -> None:
    training = await desk.training()
    gone, disabled = uuid4(), uuid4()
    await desk.tell(
        desk.account(gone, "Zoé"),
        AccountUpdated(occurred_at=NOW, account=desk.account(gone, "Zoé", 2, disabled=True).account),
        desk.account(disabled, "Max", disabled=True),
    )
    trainers = [str(one) for one in (uuid4(), desk.trainer, gone, disabled)]
    sentence = "Aucun compte actif ne correspond à ce formateur."

    wrong = await desk.call(desk.staff, "POST", "/sessions", desk.a_session(training, trainer_ids=trainers))
    assert errors(wrong) == {f"trainer_ids.{place}": sentence for place in (0, 2, 3)}

    session = await desk.session(training)
    path = f"/sessions/{session['id']}"
    assert errors(await desk.call(desk.staff, "PATCH", path, {"trainer_ids": trainers[:1]}, seen=1)) == {
        "trainer_ids.0": sentence
    }
    assert errors(await desk.call(desk.staff, "PATCH", path, {"slots": None}, seen=1)) == {
        "slots": "Cette valeur ne peut pas être vide."
    }


async def test_a_session_whose_trainer_left_can_still_be_moved(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    await desk.tell(
        AccountUpdated(occurred_at=NOW, account=desk.account(desk.trainer, "Zoé", 2, disabled=True).account)
    )

    assert (await desk.done("PATCH", f"/sessions/{session['id']}", {"place": "Guéret"}, seen=1))["place"] == "Guéret"


async def test_the_occupancy_is_shown_and_never_goes_back(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    path = f"/sessions/{session['id']}"

    await desk.tell(desk.occupancy(session["id"], 3, held=12, queued=4))
    assert (await desk.get(path))["occupancy"] == {"held": 12, "queued": 4, "free": 0}
    await desk.tell(
        desk.occupancy(session["id"], 2, held=1, queued=0), desk.occupancy(session["id"], 3, held=2, queued=0)
    )
    assert (await desk.get(path))["occupancy"] == {"held": 12, "queued": 4, "free": 0}
    await desk.tell(desk.occupancy(session["id"], 4, held=11, queued=0))
    assert (await desk.get("/sessions"))["items"][0]["occupancy"] == {"held": 11, "queued": 0, "free": 1}
    # fewer seats than are held: nobody is evicted, and none is free
    assert (await desk.done("PUT", f"{path}/capacity", {"capacity": 5}, seen=1))["occupancy"] == {
        "held": 11,
        "queued": 0,
        "free": 0,
    }


async def test_a_trainer_is_shown_by_the_newest_name(desk: Desk) -> None:
    session = await desk.session(await desk.training())
    path = f"/sessions/{session['id']}"

    def named(first_name: str, version: int) -> AccountUpdated:
        return AccountUpdated(occurred_at=NOW, account=desk.account(desk.trainer, first_name, version).account)

    await desk.tell(named("Théodore", 3))
    await desk.tell(named("Théophile", 2))
    assert [one["first_name"] for one in (await desk.get(path))["trainers"]] == ["Théodore"]
