"""The sessions of a trainer: what waits in each, filters, order."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.contracts.catalogue import SessionCancelled, SessionRescheduled
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.sheet_room import Room
from tests.integration.enrollment.test_attendance import YESTERDAY


async def listed(service: EnrollmentService, query: str = "", by: UUID | None = None) -> list[dict[str, Any]]:
    answer = await service.call("GET", f"/sessions{query}", by=by or service.trainer)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_session_tells_what_waits_its_slots_and_its_axis_in_one_page(service: EnrollmentService) -> None:
    session = await service.session(5, axis_name="Accompagner les publics")
    people = await service.people(3)
    requests = [await service.request(person, session) for person in people]
    for request in requests:
        await service.accepts(request)
    await service.decides(service.trainer, requests[0], "question", question="Pourquoi ?")
    await service.decides(service.trainer, requests[1], "validation")

    [found] = await listed(service)

    assert {name: found[name] for name in ("pending", "awaiting_answer", "held", "queued", "axis", "state_label")} == {
        "pending": 1,
        "awaiting_answer": 1,
        "held": 3,
        "queued": 0,
        "axis": "Accompagner les publics",
        "state_label": "À venir",
    }
    assert [slot["id"] for slot in found["slots"]] == [str(slot.id) for slot in service.sessions[session].slots]
    assert all(slot["starts_at"].endswith("Z") for slot in found["slots"])
    assert found["opens_at"] < found["closes_at"]


async def test_a_page_is_read_with_one_statement_however_many_sessions_it_has(service: EnrollmentService) -> None:
    counts = []
    for _ in range(2):
        await service.session(5)
        with service.statements() as run:
            await listed(service)
        counts.append(len(run))
    assert counts[0] == counts[1]


async def test_coming_sessions_are_the_soonest_first_and_past_ones_the_latest_first(service: EnrollmentService) -> None:
    soon, later, past, long_ago = [await service.session(1) for _ in range(4)]
    for session, days in ((soon, -10), (past, -31), (long_ago, -60)):
        await service.moves(session, timedelta(days=days))
    expected = {"coming": [soon, later], "past": [past, long_ago]}
    for when, sessions in expected.items():
        assert [UUID(each["id"]) for each in await listed(service, f"?when={when}")] == sessions
        first = (await service.call("GET", f"/sessions?when={when}&limit=1", by=service.trainer)).json()
        [second] = await listed(service, f"?when={when}&limit=1&cursor={first['next']}")
        assert [UUID(first["items"][0]["id"]), UUID(second["id"])] == sessions
    assert [UUID(each["id"]) for each in await listed(service)] == [later, soon, past, long_ago]


async def test_words_are_found_in_title_and_place_without_accents(service: EnrollmentService) -> None:
    first, second = await service.session(1, title="Écouter"), await service.session(1, title="Parler")
    after = service.next_of(second, place="Guéret")
    await service.tell(SessionRescheduled(occurred_at=service.now, session=after, moved=True))
    for words, sessions in (("ecou", [first]), ("GUERET", [second]), ("%25", []), ("rien", [])):
        assert [UUID(each["id"]) for each in await listed(service, f"?q={words}")] == sessions


async def test_the_label_follows_the_session(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.enrolled(person, session)

    async def label() -> str:
        return str((await listed(service))[0]["state_label"])

    assert await label() == "À venir"
    await service.moves(session, timedelta(days=-30, hours=-1))
    assert await label() == "En cours"
    await service.moves(session, timedelta(days=-1))
    assert await label() == "Émargement à clore"
    room = Room(service, session)
    await room.all_present(request)
    await room.closes()
    assert await label() == "Émargement clos"
    other = await service.session(1)
    await service.cancels(other)
    assert {each["state_label"] for each in await listed(service)} == {"Émargement clos", "Annulée"}


async def test_what_took_place_is_not_moved_or_cancelled_by_news_that_crossed_its_closing(
    service: EnrollmentService,
) -> None:
    """The catalogue refuses both, but not before it has received the event of the closing."""
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.enrolled(person, session)
    await service.moves(session, YESTERDAY)
    room = Room(service, session)
    await room.all_present(request)
    await room.closes()
    before = (await listed(service))[0]
    await service.moves(session, timedelta(days=90))
    cancelled = service.next_of(session, state="cancelled", training_title="Un autre titre")
    await service.tell(SessionCancelled(occurred_at=service.now, session=cancelled, reason="Trop tard."))
    after = (await listed(service))[0]
    assert {name: after[name] for name in ("slots", "starts_at", "state")} == {
        name: before[name] for name in ("slots", "starts_at", "state")
    }
    assert after["title"] == "Un autre titre"
    view = (await service.call("GET", f"/enrollments/{request}", by=person.account_id)).json()
    assert (view["status_label"], view["attended"]) == ("Suivie", True)
