"""Cancelled sessions: who reads why, and how they are put back."""

from datetime import timedelta
from typing import Any

from shared.contracts.catalogue import SessionReinstated
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, errors, slot

WHY = "La formatrice est souffrante."


async def cancelled(service: CatalogueService) -> Any:
    session = await service.session(await service.training())
    return await service.change("POST", f"/sessions/{session['id']}/cancellation", {"reason": WHY})


async def test_a_cancelled_session_takes_place_after_all(service: CatalogueService) -> None:
    session = await cancelled(service)
    path = f"/sessions/{session['id']}"
    await service.clear_outbox()

    back = await service.change("POST", f"{path}/reinstatement", {"reason": "Une collègue la remplace."})

    assert (back["state"], back["version"], back["cancelled"]) == ("scheduled", 3, None)
    assert back["slots"] == session["slots"]
    [event] = await service.emitted()
    assert isinstance(event, SessionReinstated)
    assert (event.session.state, event.session.version, event.reason) == ("scheduled", 3, "Une collègue la remplace.")
    lines = await service.get(f"{path}/history", by=service.staff)
    assert [(line["label"], line["note"]) for line in lines] == [
        ("Session rétablie", "Une collègue la remplace."),
        ("Session annulée", WHY),
        ("Session créée", None),
    ]
    assert [each["id"] for each in (await service.get("/sessions"))["items"]] == [session["id"]]


async def test_a_session_that_is_not_cancelled_or_has_begun_cannot_be_reinstated(service: CatalogueService) -> None:
    planned = await service.session(await service.training())
    late = await cancelled(service)
    await service.clear_outbox()

    async def refused(session: Any) -> tuple[int, str, str]:
        answer = await service.call(
            "POST", f"/sessions/{session['id']}/reinstatement", {"reason": "Si."}, by=service.staff
        )
        return answer.status_code, answer.json()["type"].rpartition(":")[2], answer.json()["detail"]

    assert await refused(planned) == (409, "session-not-cancelled", "Cette session n'est pas annulée.")
    service.now = NOW + timedelta(days=30)
    assert await refused(late) == (
        409,
        "session-begun",
        "Le premier créneau de cette session est passé : elle ne peut plus être rétablie.",
    )
    assert await service.emitted() == []
    empty = await service.call("POST", f"/sessions/{late['id']}/reinstatement", {"reason": " "}, by=service.staff)
    assert set(errors(empty)) == {"reason"}


async def test_everybody_who_is_signed_in_reads_why_a_session_was_cancelled(service: CatalogueService) -> None:
    session = await cancelled(service)
    at = NOW.isoformat().replace("+00:00", "Z")
    for reader, reason in ((service.somebody, WHY), (service.staff, WHY), (None, None)):
        shown = await service.get(f"/sessions/{session['id']}", by=reader)
        assert shown["cancelled"] == {"at": at, "reason": reason}
        assert shown["requests"] == {"state": "cancelled", "label": "Annulée", "sentence": "Annulée"}
        [listed] = (await service.get("/sessions?state=cancelled", by=reader))["items"]
        assert listed == shown
    other = await service.session(await service.training(), slots=[slot(40)])
    both = (await service.get("/sessions?state=all"))["items"]
    assert [each["id"] for each in both] == [session["id"], other["id"]]


async def test_the_last_cancellation_is_shown(service: CatalogueService) -> None:
    session = await cancelled(service)
    path = f"/sessions/{session['id']}"
    await service.change("POST", f"{path}/reinstatement", {"reason": "Une collègue la remplace."})
    again = await service.change("POST", f"{path}/cancellation", {"reason": "La salle est inondée."})
    assert again["cancelled"]["reason"] == "La salle est inondée."
