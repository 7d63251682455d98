"""The requests of people whose structure is merged into another one, or is closed."""

from uuid import UUID, uuid4

from shared.contracts.enrollment import EnrollmentCancelled, EnrollmentStructureChanged
from shared.contracts.identity import AccountAttachmentEnded
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person


def closing(service: EnrollmentService, person: Person, into: UUID | None) -> AccountAttachmentEnded:
    ended = service.attachment(person.account_id, person.structure_id, state="ended", version=2)
    return AccountAttachmentEnded(
        occurred_at=service.now,
        attachment=ended,
        ended_by=service.staff,
        reason="Fusion",
        structure_closed=True,
        continues_in=into,
    )


async def test_open_requests_follow_their_people_with_their_seats_and_numbers(service: EnrollmentService) -> None:
    old, session = uuid4(), await service.session(3)
    first, second, third, undecided = await service.people(4, structure_id=old)
    [stranger] = await service.people(1)
    people = [first, second, third]
    requests = [await service.enrolled(first, session)]
    for person in (second, third):
        requests.append(await service.request(person, session))
        await service.accepts(requests[-1])
    waiting = await service.request(undecided, session)
    seats = await service.seats(session)
    assert [seats[each][0] for each in requests] == ["held", "held", "queued"]
    new = stranger.structure_id
    employer = uuid4()
    await service.tell(service.account(employer), service.attached(employer, new, "employer"))
    news = [closing(service, person, new) for person in (*people, undecided)]
    await service.tell(*news)
    assert await service.seats(session) == seats
    moved = await service.rows(
        "SELECT id, structure_id, approval, employer_asked_at > requested_at AS anew FROM enrollments"
    )
    assert {row.structure_id for row in moved} == {new}
    assert {row.id: row.approval for row in moved} == {
        requests[0]: "validated",
        requests[1]: "awaiting_trainer",
        requests[2]: "awaiting_trainer",
        waiting: "awaiting_employer",
    }
    assert [row.id for row in moved if row.anew] == [waiting]
    events = await service.emitted(EnrollmentStructureChanged)
    assert {event.enrollment.id for event in events} == {*requests, waiting}
    assert {(event.from_structure_id, event.enrollment.structure_id) for event in events} == {(old, new)}
    assert [event.enrollment.rank for event in events if event.enrollment.seat == "queued"] == [1]
    await service.tell(*news)
    assert len(await service.emitted(EnrollmentStructureChanged)) == 4
    history = (await service.call("GET", f"/enrollments/{waiting}/history", by=employer)).json()
    assert [(line["label"], line["by"]) for line in history][-1] == (
        "Demande passée à une autre structure",
        "la fusion de deux structures",
    )
    assert (await service.decides(employer, waiting, "acceptance")).status_code == 200
    assert await service.audit() == []


async def test_the_requests_of_a_closed_structure_are_cancelled(service: EnrollmentService) -> None:
    session = await service.session(2)
    [person] = await service.people(1)
    request = await service.request(person, session)
    await service.tell(closing(service, person, None))
    assert await service.emitted_about(EnrollmentCancelled) == [request]
    assert await service.emitted(EnrollmentStructureChanged) == []
