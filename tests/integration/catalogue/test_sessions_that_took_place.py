"""A session whose attendance sheet is closed stays as it was; one that is over is corrected with a reason."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.attendance import AttendanceBegun, AttendanceClosed, AttendanceReopened, SheetSnapshot
from shared.contracts.catalogue import SessionCancelled, SessionRescheduled
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, errors, slot

SENTENCE = (
    "La feuille de présence de cette session est close : la session ne peut plus être modifiée, déplacée ni annulée."
)
PAST = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-01-02T00:00:00Z", "slots": [slot(-20)]}
CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("PATCH", "", {"slots": [slot(40)], "closes_at": "2026-11-25T00:00:00Z", "reason": "Erreur de date."}),
    ("PATCH", "", {"place": "Guéret", "reason": "Erreur de salle."}),
    ("PATCH", "", {"trainer_ids": [], "reason": "Erreur de nom."}),
    ("PUT", "/capacity", {"capacity": 20}),
    ("POST", "/cancellation", {"reason": "Elle n'a pas eu lieu."}),
]


def closed(session: Any, version: int) -> AttendanceClosed:
    sheet = SheetSnapshot(id=UUID(session["id"]), version=version, closed=True)
    return AttendanceClosed(occurred_at=NOW, sheet=sheet, closed_by=UUID(int=1))


def reopened(session: Any, version: int) -> AttendanceReopened:
    sheet = SheetSnapshot(id=UUID(session["id"]), version=version, closed=False)
    return AttendanceReopened(occurred_at=NOW, sheet=sheet, reopened_by=UUID(int=1), reason="Une erreur.")


async def test_nothing_of_a_session_whose_sheet_is_closed_can_be_changed(service: CatalogueService) -> None:
    session = await service.session(await service.training(), **PAST)
    await service.tell(closed(session, 3))
    await service.tell(reopened(session, 2))  # is older
    await service.clear_outbox()

    for method, suffix, body in CHANGES:
        answer = await service.call(method, f"/sessions/{session['id']}{suffix}", body, version=1, by=service.staff)
        assert (answer.status_code, answer.json()["detail"]) == (409, SENTENCE), (method, suffix)
        assert answer.json()["type"] == "urn:parcourspro:problem:sheet-closed"

    assert await service.emitted() == []
    assert (await service.get(f"/sessions/{session['id']}"))["version"] == 1


def begun(session: Any) -> AttendanceBegun:
    sheet = SheetSnapshot(id=UUID(session["id"]), version=1, closed=False)
    return AttendanceBegun(occurred_at=NOW, sheet=sheet, begun_by=UUID(int=1))


@pytest.mark.parametrize("was_closed", [False, True])
async def test_a_session_of_which_presences_are_recorded_cannot_be_cancelled_nor_its_past_moved(
    service: CatalogueService, *, was_closed: bool
) -> None:
    session = await service.session(await service.training(), **PAST | {"slots": [slot(-20), slot(30)]})
    path = f"/sessions/{session['id']}"
    past, coming = ({name: each[name] for name in ("id", "starts_at", "ends_at")} for each in session["slots"])
    await service.tell(begun(session), *([closed(session, 2), reopened(session, 3)] if was_closed else []))
    await service.clear_outbox()

    cancelled = await service.call("POST", f"{path}/cancellation", {"reason": "Formateur malade."}, by=service.staff)
    assert (cancelled.status_code, cancelled.json()["type"]) == (409, "urn:parcourspro:problem:took-place")
    for slots in ([coming], [coming, {**slot(40), "id": past["id"]}]):
        body = {"slots": slots, "closes_at": "2026-01-02T00:00:00Z", "reason": "Erreur."}
        moved = await service.call("PATCH", path, body, version=1, by=service.staff)
        assert list(errors(moved)) == ["slots"]
    assert await service.emitted() == []

    rest = {"slots": [past], "reason": "Le second jour n'a pas lieu."}
    without_the_rest = await service.call("PATCH", path, rest, version=1, by=service.staff)
    assert (without_the_rest.status_code, len(without_the_rest.json()["slots"])) == (200, 1), without_the_rest.text


@pytest.mark.parametrize(("method", "suffix", "body"), [each for each in CHANGES if "slots" not in each[2]][:-1])
async def test_a_session_whose_sheet_was_reopened_can_be_corrected(
    service: CatalogueService, method: str, suffix: str, body: dict[str, Any]
) -> None:
    session = await service.session(await service.training(), **PAST)
    await service.tell(closed(session, 1), reopened(session, 2))

    answer = await service.call(method, f"/sessions/{session['id']}{suffix}", body, version=1, by=service.staff)

    assert (answer.status_code, answer.json()["version"]) == (200, 2), answer.text


async def test_a_session_that_is_over_is_corrected_with_a_reason_which_its_history_keeps(
    service: CatalogueService,
) -> None:
    session = await service.session(await service.training(), **PAST)
    path = f"/sessions/{session['id']}"
    await service.clear_outbox()

    refused = await service.call("PATCH", path, {"place": "Guéret"}, version=1, by=service.staff)
    assert errors(refused) == {"reason": "Cette session est terminée : indiquez pourquoi vous la corrigez."}
    assert await service.emitted() == []
    corrected = {"place": "Guéret", "trainer_ids": [], "reason": "La salle était prise."}
    await service.change("PATCH", path, corrected, version=1)

    [event] = await service.emitted()
    assert isinstance(event, SessionRescheduled)
    [latest, first] = await service.get(f"{path}/history", by=service.staff)
    assert (latest["act"], latest["label"], latest["note"], latest["changed"]) == (
        "Rescheduled",
        "Session modifiée",
        "La salle était prise.",
        ["lieu", "formateurs"],
    )
    assert latest["by"] == {"id": str(service.staff), "first_name": "Ada", "last_name": "Faure"}
    assert (first["label"], first["note"], first["changed"]) == ("Session créée", None, [])
    for reader, status in ((service.trainer, 404), (None, 401)):
        assert (await service.call("GET", f"{path}/history", by=reader)).status_code == status


async def test_a_session_that_did_not_take_place_can_be_cancelled_after_its_end(service: CatalogueService) -> None:
    session = await service.session(await service.training(), **PAST)
    await service.change("POST", f"/sessions/{session['id']}/cancellation", {"reason": "Le formateur est malade."})
    assert isinstance((await service.emitted())[-1], SessionCancelled)


async def test_a_session_that_has_begun_and_is_not_over_needs_no_reason(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    service.now = NOW + timedelta(days=30, hours=12)
    changed = await service.change("PATCH", f"/sessions/{session['id']}", {"place": "Guéret"}, version=1)
    assert changed["place"] == "Guéret"


async def test_the_event_about_another_plan_has_the_plan_before(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    await service.clear_outbox()

    body = {"place": "Guéret", "slots": [slot(40)], "trainer_ids": []}
    await service.change("PATCH", f"/sessions/{session['id']}", body, version=1)

    [event] = await service.emitted()
    assert event.before.model_dump(mode="json") == {
        "place": "Limoges",
        "slots": session["slots"],
        "trainer_ids": [str(service.trainer)],
    }
