"""Axes: their order, and their names, which are unique."""

import asyncio

from tests.integration.catalogue.catalogue_service import CatalogueService, errors

NEW = {"name": "Orienter", "description": "Écouter et informer."}
TAKEN = {"name": "Un axe porte déjà ce nom."}


async def test_everybody_reads_the_axes_in_order_and_a_new_one_comes_last(service: CatalogueService) -> None:
    await service.axis("Bâtir", position=3)
    await service.axis("Écouter", position=1)
    last = await service.axis("Accueillir")

    assert [(axis["name"], axis["position"]) for axis in await service.get("/axes")] == [
        ("Écouter", 1),
        ("Bâtir", 3),
        ("Accueillir", 4),
    ]
    assert await service.get(f"/axes/{last['id']}") == last
    assert await service.emitted() == []


async def test_an_edit_needs_the_current_version(service: CatalogueService) -> None:
    axis = await service.axis()
    path = f"/axes/{axis['id']}"
    assert (await service.call("GET", path)).headers["ETag"] == '"1"'

    assert (await service.call("PATCH", path, {"name": "Orienter"}, by=service.staff)).status_code == 428
    assert (await service.call("PATCH", path, {"name": "Orienter"}, version=2, by=service.staff)).status_code == 412
    changed = await service.call("PATCH", path, {"name": "Orienter"}, version=1, by=service.staff)

    assert (changed.status_code, changed.headers["ETag"], changed.json()["name"]) == (200, '"2"', "Orienter")
    assert (await service.change("PATCH", path, {"name": "Orienter"}, version=2))["version"] == 2
    history = await service.rows(
        "SELECT act FROM catalogue_history WHERE aggregate_id = :id ORDER BY version", id=axis["id"]
    )
    assert [row.act for row in history] == ["AxisAdded", "AxisChanged"]


async def test_two_axes_cannot_have_the_same_name_ignoring_accents_and_case(service: CatalogueService) -> None:
    axis = await service.axis("Évaluer")
    other = await service.axis("Orienter")

    assert errors(await service.call("POST", "/axes", {**NEW, "name": "EVALUER"}, by=service.staff)) == TAKEN
    assert (
        errors(await service.call("PATCH", f"/axes/{other['id']}", {"name": "evaluer"}, version=1, by=service.staff))
        == TAKEN
    )
    assert (await service.change("PATCH", f"/axes/{axis['id']}", {"name": "Evaluer"}, version=1))["name"] == "Evaluer"


async def test_of_axes_with_one_name_added_at_the_same_time_one_gets_it(service: CatalogueService) -> None:
    answers = await asyncio.gather(*(service.call("POST", "/axes", NEW, by=service.staff) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_requests_with_the_same_idempotency_key_add_one_axis(service: CatalogueService) -> None:
    answers = [
        await service.call("POST", "/axes", NEW, Idempotency_Key="une-fois-1", by=service.staff) for _ in range(2)
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, answers[0].json())] * len(answers)


async def test_all_wrong_fields_of_an_axis_are_named_together(service: CatalogueService) -> None:
    assert errors(
        await service.call("POST", "/axes", {"name": "x" * 201, "position": -1, "couleur": "bleu"}, by=service.staff)
    ) == {
        "name": "Ce texte est trop long : au plus 200 caractères.",
        "description": "Ce champ est obligatoire.",
        "position": "La valeur doit être au moins 0.",
        "couleur": "Ce champ n'est pas attendu ; retirez-le.",
    }
