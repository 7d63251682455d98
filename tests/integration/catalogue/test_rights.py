"""Only staff may change the catalogue, as the copy of their account says at that moment; others get 404."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.identity import AccountUpdated
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, a_training

CHANGES = [
    ("POST", "/axes"),
    ("PATCH", "/axes/{axis}"),
    ("DELETE", "/axes/{axis}"),
    ("POST", "/trainings"),
    ("PATCH", "/trainings/{training}"),
    ("DELETE", "/trainings/{training}"),
    ("POST", "/trainings/{training}/publication"),
    ("POST", "/trainings/{training}/archival"),
    ("POST", "/sessions"),
    ("POST", "/sessions/slots-preview"),
    ("POST", "/sessions/{session}/copy"),
    ("PATCH", "/sessions/{session}"),
    ("PUT", "/sessions/{session}/capacity"),
    ("POST", "/sessions/{session}/cancellation"),
    ("POST", "/sessions/{session}/reinstatement"),
    ("POST", "/deliveries/replay"),
    ("POST", "/deliveries/{number}/replay"),
    ("POST", "/deliveries/{number}/drop"),
]


def test_the_list_has_every_endpoint_that_changes_something(service: CatalogueService) -> None:
    offered = {
        (method.upper(), path.removeprefix("/api/catalogue/v1").replace("_id}", "}"))
        for path, methods in service.app.openapi()["paths"].items()
        for method in methods
        if method != "get"
    }
    assert offered == set(CHANGES)


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_nobody_but_staff_can_change_anything_whatever_they_send(
    service: CatalogueService, method: str, path: str
) -> None:
    training = await service.training()
    session = await service.session(training)
    ids = {"axis": training["axis"]["id"], "training": training["id"], "session": session["id"], "number": 1}
    before = await service.rows("SELECT count(*), max(id) FROM outbox")
    place = path.format(**ids)

    bodies: list[Any] = [None, {}, {"inattendu": 1}, a_training(ids["axis"]), service.a_session(training)]
    for body in bodies:
        assert (await service.call(method, place, body)).status_code == 401
        for account in (service.somebody, service.trainer, uuid4()):
            for version in (None, 1):
                answer = await service.call(method, place, body, version=version, by=account)
                assert (answer.status_code, answer.json()["type"]) == (404, "urn:parcourspro:problem:not-found")
    assert await service.rows("SELECT count(*), max(id) FROM outbox") == before
    assert await service.rows("SELECT count(*) FROM catalogue_history") == [(4,)]


@pytest.mark.parametrize(("method", "path"), [change for change in CHANGES if "{" in change[1]])
async def test_changing_an_unknown_object_is_404_for_staff(service: CatalogueService, method: str, path: str) -> None:
    bodies = {"/capacity": {"capacity": 3}, "/cancellation": {"reason": "Non."}}
    bodies |= {"/reinstatement": {"reason": "Oui."}, "/copy": {"starts_on": "2027-01-04"}}
    bodies |= {"/replay": {"reason": "Oui."}, "/drop": {"reason": "Oui."}}
    body = next((body for end, body in bodies.items() if path.endswith(end)), {})
    nowhere = path.format(axis=uuid4(), training=uuid4(), session=uuid4(), number=1)
    assert (await service.call(method, nowhere, body, version=1, by=service.staff)).status_code == 404


async def test_reading_an_unknown_object_is_404(service: CatalogueService) -> None:
    for path in ("/axes", "/trainings", "/sessions"):
        assert (await service.call("GET", f"{path}/{uuid4()}", by=service.staff)).status_code == 404


@pytest.mark.parametrize("marks", [{"is_staff": False}, {"is_staff": True, "disabled": True}])
async def test_somebody_who_is_no_longer_staff_loses_the_rights_with_the_event(
    service: CatalogueService, marks: dict[str, bool]
) -> None:
    draft = await service.draft(await service.axis())
    await service.tell(
        AccountUpdated(occurred_at=NOW, account=service.account(service.staff, "Ada", 2, **marks).account)
    )

    assert (await service.call("POST", f"/trainings/{draft['id']}/publication", by=service.staff)).status_code == 404
    assert (await service.call("GET", f"/trainings/{draft['id']}", by=service.staff)).status_code == 404


async def test_an_erased_account_has_no_rights_whatever_snapshot_comes(service: CatalogueService) -> None:
    draft = await service.draft(await service.axis())
    await service.erase(service.staff)
    await service.tell(service.account(service.staff, "Ada", 2, is_staff=True))

    assert (await service.call("GET", f"/trainings/{draft['id']}", by=service.staff)).status_code == 404
