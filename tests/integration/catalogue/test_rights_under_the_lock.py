"""Staff rights that are taken away while an act waits for its lock refuse the act: each act of the catalogue."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx
import pytest
from sqlalchemy import text

from tests.integration.catalogue.catalogue_service import BASE, CatalogueService, a_training
from tests.support.eventually import eventually

_AXIS, _TRAINING, _SESSION = "/axes/{axis_id}", "/trainings/{training_id}", "/sessions/{session_id}"
ACTS: Final[Mapping[tuple[str, str], str]] = {
    ("POST", "/axes"): "axes",
    ("PATCH", _AXIS): "axes",
    ("DELETE", _AXIS): "axes",
    ("POST", "/trainings"): "axes",
    ("PATCH", _TRAINING): "trainings",
    ("DELETE", _TRAINING): "trainings",
    ("POST", f"{_TRAINING}/publication"): "trainings",
    ("POST", f"{_TRAINING}/archival"): "trainings",
    ("POST", "/sessions"): "trainings",
    ("POST", f"{_SESSION}/copy"): "trainings",
    ("PATCH", _SESSION): "sessions",
    ("PUT", f"{_SESSION}/capacity"): "sessions",
    ("POST", f"{_SESSION}/cancellation"): "sessions",
    ("POST", f"{_SESSION}/reinstatement"): "sessions",
}
"""Every act, with the table in which its lock is. A new training waits for its axis, because it refers to it."""
WITHOUT_LOCK: Final = {
    ("POST", "/sessions/slots-preview"),
    ("POST", "/deliveries/replay"),
    ("POST", "/deliveries/{number}/replay"),
    ("POST", "/deliveries/{number}/drop"),
}
"""The first writes nothing; the others wait for no lock after the right was read."""
WRITTEN: Final = ("axes", "trainings", "sessions", "catalogue_history", "outbox")


async def while_held(
    service: CatalogueService, act: tuple[str, str], meanwhile: Callable[[], Awaitable[None]]
) -> tuple[httpx.Response, bool]:
    """Lock by hand what the act changes; do something as soon as the act waits; let it go. Whether it wrote anything.

    The names of axes are guarded by a lock on the table, the rest by locks on rows.
    """
    axis = await service.axis()
    training: Any = None
    session: Any = None
    if "publication" in act[1] or act == ("DELETE", _TRAINING):
        training = await service.draft(axis)
    elif act != ("DELETE", _AXIS):
        training = await service.training(axis)
        session = await service.session(training)
    if "reinstatement" in act[1]:
        await service.change("POST", f"/sessions/{session['id']}/cancellation", {"reason": "Formatrice souffrante."})
    ids = {"axes": axis["id"], "trainings": training and training["id"], "sessions": session and session["id"]}
    bodies: dict[str, Any] = {
        "/axes": {"name": "Un axe", "description": "De quoi il s'agit."},
        **({_AXIS: {"description": "De quoi il s'agit vraiment."}} if act[0] == "PATCH" else {}),
        "/trainings": a_training(axis["id"]),
        **({_TRAINING: {"summary": "Un autre texte."}} if act[0] == "PATCH" else {}),
        "/sessions": training and service.a_session(training),
        f"{_SESSION}/copy": {"starts_on": "2027-03-02"},
        f"{_SESSION}/reinstatement": {"reason": "Une collègue la remplace."},
        _SESSION: {"place": "Ussel"},
        f"{_SESSION}/capacity": {"capacity": 9},
        f"{_SESSION}/cancellation": {"reason": "Formatrice souffrante."},
    }
    method, template = act
    version = {_AXIS: axis, _TRAINING: training, _SESSION: session, f"{_SESSION}/capacity": session}.get(template)
    path = template.format(axis_id=ids["axes"], training_id=ids["trainings"], session_id=ids["sessions"])
    call = service.call(
        method, path, bodies.get(template), by=service.staff, version=None if version is None else version["version"]
    )
    table = ACTS[act]
    lock = "LOCK TABLE axes IN SHARE ROW EXCLUSIVE MODE" if table == "axes" and "/axes" in template else None
    before = await written(service)
    async with service.database.transaction() as work:
        row = f"SELECT id FROM {table} WHERE id = '{ids[table]}' FOR UPDATE"
        await work.connection.execute(text(lock or row))
        task = asyncio.ensure_future(call)
        await eventually(lambda: service.waiting(1))
        await meanwhile()
    return await task, await written(service) != before


async def written(service: CatalogueService) -> list[Any]:
    return [sorted(map(str, await service.rows(f"SELECT * FROM {table}"))) for table in WRITTEN]


@pytest.mark.parametrize("act", list(ACTS))
async def test_staff_rights_that_ended_while_the_act_waited_refuse_it(
    service: CatalogueService, act: tuple[str, str]
) -> None:
    async def take_away() -> None:
        await service.tell(service.account(service.staff, "Ada", version=2))

    answer, wrote = await while_held(service, act, take_away)
    assert (answer.status_code, wrote) == (404, False), answer.text


async def test_an_act_that_waited_and_kept_its_right_is_done(service: CatalogueService) -> None:
    async def nothing() -> None:
        """Only wait."""

    answer, wrote = await while_held(service, ("PUT", f"{_SESSION}/capacity"), nothing)
    assert (answer.status_code, wrote) == (200, True), answer.text


async def test_every_act_of_the_api_is_in_the_list(service: CatalogueService) -> None:
    served = {
        (method.upper(), path.removeprefix(BASE))
        for path, operations in service.app.openapi()["paths"].items()
        for method in operations
        if method != "get"
    }
    assert served == set(ACTS) | WITHOUT_LOCK
