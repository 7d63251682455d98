"""Who may change the catalogue: staff, by our copy of the account, at this moment. For others there is nothing to change."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.identity import AccountUpdated
from tests.integration.catalogue.desk import NOW, Desk, a_training

CHANGES = [
    ("POST", "/axes"),
    ("PATCH", "/axes/{axis}"),
    ("POST", "/trainings"),
    ("PATCH", "/trainings/{training}"),
    ("POST", "/trainings/{training}/publication"),
    ("POST", "/trainings/{training}/archival"),
    ("POST", "/sessions"),
    ("PATCH", "/sessions/{session}"),
    ("PUT", "/sessions/{session}/capacity"),
    ("POST", "/sessions/{session}/cancellation"),
]


def test_every_change_that_the_service_offers_is_in_the_list(desk: Desk) -> None:
    offered = {
        (method.upper(), path.removeprefix("/api/catalogue/v1").replace("_id}", "}"))
        for path, methods in desk.app.openapi()["paths"].items()
        for method in methods
        if method != "get"
    }
    assert offered == set(CHANGES)


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_a_change_is_for_staff_alone_whatever_is_sent(desk: Desk, method: str, path: str) -> None:
    training = await desk.training()
    session = await desk.session(training)
    ids = {"axis": training["axis"]["id"], "training": training["id"], "session": session["id"]}
    before = await desk.rows("SELECT count(*), max(id) FROM outbox")
    place = path.format(**ids)

    bodies: list[Any] = [None, {}, {"inattendu": 1}, a_training(ids["axis"]), desk.a_session(training)]
    for body in bodies:
        assert (await desk.call(None, method, place, body)).status_code == 401
        for who in (desk.somebody, desk.trainer, uuid4()):
            for seen in (None, 1):
                answer = await desk.call(who, method, place, body, seen=seen)
                assert (answer.status_code, answer.json()["type"]) == (404, "urn:parcourspro:problem:not-found")
    assert await desk.rows("SELECT count(*), max(id) FROM outbox") == before
    assert await desk.rows("SELECT count(*) FROM catalogue_history") == [(4,)]


@pytest.mark.parametrize(("method", "path"), [one for one in CHANGES if "{" in one[1]])
async def test_what_is_not_there_is_404_for_staff_too(desk: Desk, method: str, path: str) -> None:
    bodies = {"/capacity": {"capacity": 3}, "/cancellation": {"reason": "Non."}}
    body = next((body for end, body in bodies.items() if path.endswith(end)), {})
    nowhere = path.format(axis=uuid4(), training=uuid4(), session=uuid4())
    assert (await desk.call(desk.staff, method, nowhere, body, seen=1)).status_code == 404


async def test_what_is_not_there_is_404_to_read(desk: Desk) -> None:
    for path in ("/axes", "/trainings", "/sessions"):
        assert (await desk.call(desk.staff, "GET", f"{path}/{uuid4()}")).status_code == 404


@pytest.mark.parametrize("marks", [{"is_staff": False}, {"is_staff": True, "disabled": True}])
async def test_a_mark_taken_away_stops_working_as_soon_as_the_news_has_come(desk: Desk, marks: dict[str, bool]) -> None:
    draft = await desk.draft(await desk.axis())
    await desk.tell(AccountUpdated(occurred_at=NOW, account=desk.account(desk.staff, "Ada", 2, **marks).account))

    assert (await desk.call(desk.staff, "POST", f"/trainings/{draft['id']}/publication")).status_code == 404
    assert (await desk.call(desk.staff, "GET", f"/trainings/{draft['id']}")).status_code == 404
