"""Axes: in the order of the catalogue, each with a name of its own."""

import asyncio

from tests.integration.catalogue.desk import Desk, errors

NEW = {"name": "Orienter", "description": "Écouter et informer."}
TAKEN = {"name": "Un axe porte déjà ce nom."}


async def test_axes_are_read_by_everybody_in_their_order_and_a_new_one_comes_last(desk: Desk) -> None:
    await desk.axis("Bâtir", position=3)
    await desk.axis("Écouter", position=1)
    last = await desk.axis("Accueillir")

    assert [(one["name"], one["position"]) for one in await desk.get("/axes")] == [
        ("Écouter", 1),
        ("Bâtir", 3),
        ("Accueillir", 4),
    ]
    assert await desk.get(f"/axes/{last['id']}") == last
    assert await desk.said() == []


async def test_an_axis_is_changed_by_who_has_seen_its_version(desk: Desk) -> None:
    axis = await desk.axis()
    path = f"/axes/{axis['id']}"
    assert (await desk.call(None, "GET", path)).headers["ETag"] == '"1"'

    assert (await desk.call(desk.staff, "PATCH", path, {"name": "Orienter"})).status_code == 428
    assert (await desk.call(desk.staff, "PATCH", path, {"name": "Orienter"}, seen=2)).status_code == 412
    changed = await desk.call(desk.staff, "PATCH", path, {"name": "Orienter"}, seen=1)

    assert (changed.status_code, changed.headers["ETag"], changed.json()["name"]) == (200, '"2"', "Orienter")
    assert (await desk.done("PATCH", path, {"name": "Orienter"}, seen=2))["version"] == 2
    facts = await desk.rows(
        "SELECT fact FROM catalogue_history WHERE aggregate_id = :id ORDER BY version", id=axis["id"]
    )
    assert [row.fact for row in facts] == ["AxisAdded", "AxisChanged"]


async def test_two_axes_do_not_get_one_name_whatever_its_accents(desk: Desk) -> None:
    axis = await desk.axis("Évaluer")
    other = await desk.axis("Orienter")

    assert errors(await desk.call(desk.staff, "POST", "/axes", {**NEW, "name": "EVALUER"})) == TAKEN
    assert errors(await desk.call(desk.staff, "PATCH", f"/axes/{other['id']}", {"name": "evaluer"}, seen=1)) == TAKEN
    assert (await desk.done("PATCH", f"/axes/{axis['id']}", {"name": "Evaluer"}, seen=1))["name"] == "Evaluer"


async def test_two_at_once_and_one_gets_the_name(desk: Desk) -> None:
    answers = await asyncio.gather(*(desk.call(desk.staff, "POST", "/axes", NEW) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_the_same_key_twice_adds_one_axis(desk: Desk) -> None:
    answers = [await desk.call(desk.staff, "POST", "/axes", NEW, Idempotency_Key="une-fois-1") for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(201, answers[0].json())] * len(answers)


async def test_every_wrong_field_of_an_axis_is_told(desk: Desk) -> None:
    assert errors(
        await desk.call(desk.staff, "POST", "/axes", {"name": "x" * 201, "position": -1, "couleur": "bleu"})
    ) == {
        "name": "Ce texte est trop long : au plus 200 caractères.",
        "description": "Ce champ est obligatoire.",
        "position": "La valeur doit être au moins 0.",
        "couleur": "Ce champ n'est pas attendu ; retirez-le.",
    }
