"""What helps staff to plan: slots from a pattern, copies, the list of trainers, removal of what is unused."""

from uuid import UUID, uuid4

import pytest

from services.catalogue.use_cases import axes
from shared.contracts.catalogue import SessionScheduled, TrainingArchived, TrainingRevised
from tests.integration.catalogue.catalogue_service import CatalogueService, errors, slot

PATTERN = {
    "first_day": "2027-03-22",
    "last_day": "2027-04-04",
    "weekdays": ["tuesday", "thursday"],
    "blocks": [{"from": "09:00", "to": "12:30"}],
    "except": ["2027-03-25"],
}


async def test_a_pattern_gives_slots_that_a_new_session_takes(service: CatalogueService) -> None:
    planned = await service.change("POST", "/sessions/slots-preview", PATTERN)

    assert planned == {
        "slots": [
            {"starts_at": "2027-03-23T08:00:00Z", "ends_at": "2027-03-23T11:30:00Z"},
            {"starts_at": "2027-03-30T07:00:00Z", "ends_at": "2027-03-30T10:30:00Z"},
            {"starts_at": "2027-04-01T07:00:00Z", "ends_at": "2027-04-01T10:30:00Z"},
        ],
        "duration_hours": 10.5,
    }
    assert await service.rows("SELECT id FROM sessions") == []
    made = await service.session(await service.training(), slots=planned["slots"])
    assert len(made["slots"]) == 3


async def test_a_wrong_pattern_is_refused_by_its_fields(service: CatalogueService) -> None:
    wrong = {
        **PATTERN,
        "first_day": "22/03/2027",
        "last_day": 12,
        "weekdays": ["mardi"],
        "blocks": [{"from": "9 h", "to": "24:00"}],
        "except": ["2027-02-30"],
    }
    assert errors(await service.call("POST", "/sessions/slots-preview", wrong, by=service.staff)) == {
        "first_day": "Cette valeur doit avoir la forme 2027-03-02.",
        "last_day": "Cette valeur doit avoir la forme 2027-03-02.",
        "weekdays.0": "Cette valeur n'est pas admise ; valeurs possibles : 'monday', 'tuesday', 'wednesday', "
        "'thursday', 'friday', 'saturday' ou 'sunday'.",
        "blocks.0.from": "Cette valeur doit avoir la forme 09:30.",
        "blocks.0.to": "Cette valeur doit avoir la forme 09:30.",
        "except.0": "Cette date n'est pas valide (forme attendue : 2026-03-02).",
    }
    backwards = {**PATTERN, "last_day": "2027-03-01"}
    assert errors(await service.call("POST", "/sessions/slots-preview", backwards, by=service.staff)) == {
        "last_day": "Le dernier jour ne peut pas précéder le premier."
    }


async def test_a_copy_has_everything_on_other_days_and_only_trainers_with_an_account(service: CatalogueService) -> None:
    training = await service.training()
    gone = uuid4()
    await service.tell(service.account(gone, "Zoé"))
    session = await service.session(
        training, town="Limoges", access="Ascenseur.", trainer_ids=[str(service.trainer), str(gone)]
    )
    await service.tell(service.account(gone, "Zoé", 2, disabled=True))
    await service.clear_outbox()

    copied = await service.change("POST", f"/sessions/{session['id']}/copy", {"starts_on": "2027-06-01"})

    assert copied["id"] != session["id"]
    assert (copied["version"], copied["place"], copied["town"], copied["access"], copied["capacity"]) == (
        1, "Limoges", "Limoges", "Ascenseur.", 12,
    )  # fmt: skip
    assert [trainer["id"] for trainer in copied["trainers"]] == [str(service.trainer)]
    # the session is in December, the copy in June: the same hours in Paris
    assert session["slots"][0]["starts_at"] == "2026-12-24T09:00:00Z"
    assert [each["starts_at"] for each in copied["slots"]] == [
        "2027-06-01T08:00:00Z", "2027-06-01T13:00:00Z", "2027-06-02T08:00:00Z",
    ]  # fmt: skip
    assert not {each["id"] for each in session["slots"]} & {each["id"] for each in copied["slots"]}
    [event] = await service.emitted()
    assert isinstance(event, SessionScheduled)
    assert event.session.id == UUID(copied["id"])


async def test_a_session_of_an_archived_training_cannot_be_copied(service: CatalogueService) -> None:
    training = await service.training()
    session = await service.session(training)
    await service.change("POST", f"/trainings/{training['id']}/archival")
    answer = await service.call(
        "POST", f"/sessions/{session['id']}/copy", {"starts_on": "2027-06-01"}, by=service.staff
    )
    assert answer.json()["detail"] == "Cette formation est archivée : aucune session ne peut y être ajoutée."


async def test_staff_list_the_people_who_train_sessions(service: CatalogueService) -> None:
    training = await service.training()
    await service.session(training)
    await service.session(training, trainer_ids=[str(service.somebody)], slots=[slot(-9)],
                          opens_at="2026-01-01T00:00:00Z", closes_at="2026-01-02T00:00:00Z")  # fmt: skip

    people = await service.get("/trainers", by=service.staff)
    assert [(each["first_name"], each["last_name"], each["upcoming"]) for each in people["items"]] == [
        ("Lou", "Faure", 0),
        ("Théo", "Faure", 1),
    ]
    found = await service.get("/trainers?q=FAURE+theo", by=service.staff)
    assert [each["id"] for each in found["items"]] == [str(service.trainer)]
    first = await service.get("/trainers?limit=1", by=service.staff)
    rest = await service.get(f"/trainers?limit=1&cursor={first['next']}", by=service.staff)
    assert ([each["first_name"] for each in rest["items"]], rest["next"]) == (["Théo"], None)
    assert (await service.call("GET", "/trainers", by=service.trainer)).status_code == 404


async def test_an_axis_without_trainings_is_removed_and_one_with_trainings_is_not(service: CatalogueService) -> None:
    used, unused = await service.axis("Utile"), await service.axis("Vide")
    draft = await service.draft(used)

    answer = await service.call("DELETE", f"/axes/{used['id']}", by=service.staff)
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "Cet axe contient 1 formation : il ne peut pas être supprimé.",
    )
    assert (await service.call("DELETE", f"/axes/{unused['id']}", by=service.staff)).status_code == 204
    assert (await service.call("GET", f"/axes/{unused['id']}")).status_code == 404

    assert (await service.call("DELETE", f"/trainings/{draft['id']}", by=service.staff)).status_code == 204
    assert (await service.call("GET", f"/trainings/{draft['id']}", by=service.staff)).status_code == 404
    assert (await service.call("DELETE", f"/axes/{used['id']}", by=service.staff)).status_code == 204
    history = await service.rows("SELECT act FROM catalogue_history WHERE version = 2 ORDER BY act")
    assert [row.act for row in history] == ["AxisRemoved", "AxisRemoved", "Removed"]
    assert await service.emitted() == []


async def test_a_training_that_was_published_cannot_be_removed(service: CatalogueService) -> None:
    training = await service.training()
    for _ in ("published", "archived"):
        answer = await service.call("DELETE", f"/trainings/{training['id']}", by=service.staff)
        assert answer.status_code == 409
        assert answer.json()["detail"].endswith("elle ne peut pas être supprimée, car des personnes l'ont vue.")
        if training["state"] == "published":
            training = await service.change("POST", f"/trainings/{training['id']}/archival")


async def test_a_training_is_not_added_to_an_axis_that_is_being_removed(service: CatalogueService) -> None:
    axis = await service.axis()
    body = {**await _body(service), "axis_id": axis["id"]}
    calls = [
        service.call("POST", "/trainings", body, by=service.staff),
        service.call("DELETE", f"/axes/{axis['id']}", by=service.staff),
    ]
    assert await service.at_once("axes", axis["id"], calls) in ([201, 409], [204, 422])


async def _body(service: CatalogueService) -> dict[str, str]:
    training = await service.draft(await service.axis("Autre"))
    await service.call("DELETE", f"/trainings/{training['id']}", by=service.staff)
    fields = ("title", "kind", "summary", "objectives", "content", "audience", "prerequisites")
    return {name: training[name] for name in fields}


async def test_with_another_name_of_an_axis_its_published_trainings_are_announced_again(
    service: CatalogueService,
) -> None:
    axis = await service.axis("Écouter")
    published = [await service.training(axis, title=title) for title in ("Une", "Deux")]
    await service.draft(axis, title="Brouillon")
    archived = await service.training(axis, title="Archivée")
    await service.change("POST", f"/trainings/{archived['id']}/archival")
    assert [event.training.axis_name for event in await service.emitted(TrainingArchived)] == ["Écouter"]
    await service.clear_outbox()

    await service.change("PATCH", f"/axes/{axis['id']}", {"description": "Autre."}, version=1)
    assert await service.emitted() == []
    await service.change("PATCH", f"/axes/{axis['id']}", {"name": "Entendre"}, version=2)

    events = await service.emitted()
    assert all(isinstance(event, TrainingRevised) for event in events)
    assert {(str(event.training.id), event.training.version, event.training.axis_name) for event in events} == {
        (training["id"], 3, "Entendre") for training in published
    }
    [line, *_] = await service.get(f"/trainings/{published[0]['id']}/history", by=service.staff)
    assert (line["label"], line["changed"]) == ("Formation modifiée", ["nom de l'axe"])


async def test_an_axis_with_too_many_trainings_is_not_renamed(
    service: CatalogueService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(axes, "MOST_TRAININGS", 1)
    axis = await service.axis("Écouter")
    for title in ("Une", "Deux"):
        await service.training(axis, title=title)
    path = f"/axes/{axis['id']}"
    assert errors(await service.call("PATCH", path, {"name": "Entendre"}, version=1, by=service.staff)) == {
        "name": "Cet axe contient plus de 1 formations : il ne peut pas être renommé."
    }
    assert (await service.get(path))["name"] == "Écouter"


async def test_a_training_has_a_contact_a_duration_and_a_word_about_accessibility_that_can_be_emptied(
    service: CatalogueService,
) -> None:
    more = {"contact": "Nadia Roux, 05 55 00 00 00", "duration": "2 jours, 14 h", "accessibility": "Gros caractères."}
    training = await service.draft(await service.axis(), **more)
    assert {name: training[name] for name in more} == more
    path = f"/trainings/{training['id']}"
    emptied = await service.change("PATCH", path, {"contact": None, "duration": "1 jour"}, version=1)
    assert {name: emptied[name] for name in more} == {**more, "contact": None, "duration": "1 jour"}
    assert errors(await service.call("PATCH", path, {"title": None}, version=2, by=service.staff)) == {
        "title": "Cette valeur ne peut pas être vide."
    }
    [latest, _] = await service.get(f"{path}/history", by=service.staff)
    assert (latest["label"], latest["changed"]) == ("Brouillon enregistré", ["durée", "contact"])
