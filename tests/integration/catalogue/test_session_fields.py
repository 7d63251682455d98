"""The wrong fields of a session: each is refused with its path and a French sentence."""

from uuid import uuid4

from tests.integration.catalogue.catalogue_service import CatalogueService, errors, slot


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
