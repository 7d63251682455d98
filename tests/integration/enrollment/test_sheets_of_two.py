"""A sheet that two people fill in, or one over a weak connection: nothing is recorded twice or replaced unseen."""

from typing import Any
from uuid import UUID

import httpx

from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.sheet_room import Room, a_room
from tests.integration.enrollment.test_attendance import YESTERDAY


async def put(room: Room, request: UUID, by: UUID | None = None, **mark: Any) -> httpx.Response:
    reason = {"reason": "Feuille papier."} if by else {}
    body = {"presences": [{"enrollment_id": str(request), **mark}], **reason}
    return await room.call("PUT", f"/slots/{room.slots[0]}", body, by)


async def a_sheet(service: EnrollmentService) -> tuple[Room, UUID]:
    room = await a_room(service)
    [person] = await service.people(1)
    request = await service.enrolled(person, room.session)
    await service.moves(room.session, YESTERDAY)
    return room, request


async def test_what_is_recorded_already_is_not_recorded_again_and_keeps_its_remark(service: EnrollmentService) -> None:
    room, request = await a_sheet(service)
    await put(room, request, status="excused", remark="Rendez-vous médical.")
    for _ in range(2):
        assert (await put(room, request, status="excused")).status_code == 200
    assert await service.rows("SELECT remark FROM presences") == [("Rendez-vous médical.",)]
    await put(room, request, status="present")
    await put(room, request, status="present", remark=None)
    assert await service.rows("SELECT status, remark FROM presences ORDER BY id") == [
        ("excused", "Rendez-vous médical."),
        ("present", "Rendez-vous médical."),
        ("present", None),
    ]


async def test_what_somebody_else_recorded_meanwhile_is_replaced_only_by_who_has_seen_it(
    service: EnrollmentService,
) -> None:
    room, request = await a_sheet(service)
    other = await put(room, request, service.staff, status="unexcused", replaces=None)
    assert other.status_code == 200, other.text

    refused = await put(room, request, status="present", replaces=None)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:parcourspro:problem:recorded-meanwhile")
    [error] = refused.json()["errors"]
    assert error["field"] == f"presences.{request}"
    assert "a noté «\u00a0absent·e\u00a0» le" in error["message"]
    assert await service.rows("SELECT status FROM presences") == [("unexcused",)]
    assert (await put(room, request, status="unexcused", replaces=None)).status_code == 200
    seen = (await room.lines())[request]["slots"][0]["recorded_at"]
    assert (await put(room, request, status="present", replaces=seen)).status_code == 200
    assert (await put(room, request, status="late", replaces=None)).json()["type"].endswith("invalid-fields")
    assert (await put(room, request, status="unexcused", replaces=seen)).status_code == 200
    assert (await put(room, request, service.staff, status="present")).status_code == 200
    assert await service.rows("SELECT status FROM presences ORDER BY id") == [
        (status,) for status in ("unexcused", "present", "unexcused", "present")
    ]


async def test_the_sheet_says_what_can_be_done_with_it(service: EnrollmentService) -> None:
    room = await a_room(service)
    [person] = await service.people(1)
    request = await service.enrolled(person, room.session)
    assert (await room.call("GET")).json()["moves"] == []
    await service.moves(room.session, YESTERDAY)
    for by, role, needs in ((service.trainer, "trainer", None), (service.staff, "staff", "reason")):
        sheet = (await room.call("GET", by=by)).json()
        assert (sheet["acting_as"], sheet["recordable"]) == (role, room.slots)
        assert [(each["move"], each["label"], each["needs"]) for each in sheet["moves"]] == [
            ("record", "Enregistrer les présences", needs),
            ("add", "Ajouter une personne", needs),
            ("close", "Clore l'émargement", needs),
        ]
    await room.all_present(request)
    closed = (await room.closes()).json()
    assert closed["recordable"] == []
    assert [(each["move"], each["needs"]) for each in closed["moves"]] == [("reopen", "reason"), ("correct", "reason")]
