"""An owner was restored to an earlier time: what people do there again has the versions that were told already."""

from uuid import UUID, uuid4

from shared.contracts.catalogue import SessionBefore, SessionCancelled, SessionRescheduled
from shared.contracts.enrollment import EnrollmentRefused
from shared.messaging.rebuild import start_rebuild
from tests.integration.notifier.notifier_service import NOW, NotifierService


async def refuse(service: NotifierService, reason: str, key: UUID) -> None:
    request = service.request(key, 2, "refused")
    event = EnrollmentRefused(occurred_at=NOW, enrollment=request, refused_by=service.employer, reason=reason)
    await service.tell(event)
    await service.send()


async def move(service: NotifierService, place: str) -> None:
    before = SessionBefore(place="Salle 2", slots=service.slots, trainer_ids=(service.trainer,))
    session = service.session(2, place=place)
    await service.tell(SessionRescheduled(occurred_at=NOW, session=session, moved=True, before=before))
    await service.send()


async def rebuild(service: NotifierService, *kinds: str) -> None:
    async with service.database.transaction() as work:
        await start_rebuild(work.connection, kinds)


async def test_a_decision_that_is_taken_again_is_told_once_the_copies_are_rebuilt(service: NotifierService) -> None:
    key = await service.request_made()
    await refuse(service, "Complet.", key)
    await refuse(service, "Complet.", key)  # what followed from others' events follows again: people know it
    assert len(await service.sent("refused", "zoe@example.org")) == 1

    await rebuild(service, "enrollments")
    await refuse(service, "Hors du plan.", key)
    last, first = await service.sent("refused", "zoe@example.org")
    assert "Hors du plan." in last.text
    assert "Complet." in first.text


async def test_a_session_that_is_moved_or_cancelled_again_is_told_again(service: NotifierService) -> None:
    await service.request_accepted(uuid4())
    cancelled = SessionCancelled(occurred_at=NOW, session=service.session(3, state="cancelled"), reason="Neige")
    await move(service, "Salle 9")
    await rebuild(service, "sessions")
    async with service.database.transaction() as work:  # the rebuilding puts the copy back
        await work.connection.exec_driver_sql("UPDATE sessions SET version = 1, place = 'Salle 2'")
    await move(service, "Salle 12")
    last, first = await service.sent("session_moved", "zoe@example.org")
    assert ("Salle 12" in last.text, "Salle 9" in first.text) == (True, True)

    await service.tell(cancelled)
    await rebuild(service, "sessions")
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("UPDATE rebuilds SET started_at = started_at + interval '1 day'")
    await service.tell(cancelled)
    await service.send()
    assert len(await service.sent("session_cancelled", "zoe@example.org")) == 2
    await service.audit()
