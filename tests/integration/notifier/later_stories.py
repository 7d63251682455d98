"""Stories of sessions, proposals and messages, beside those of requests in stories.py."""

from datetime import timedelta
from uuid import uuid4

from services.notifier.storage import tables
from shared.contracts.attendance import AttendanceOverdue
from shared.contracts.catalogue import (
    SessionBefore,
    SessionCapacityChanged,
    SessionReinstated,
    SessionRescheduled,
    SessionScheduled,
)
from shared.contracts.enrollment import (
    AttendanceRecorded,
    EndingAct,
    EnrollmentCancelled,
    EnrollmentTransferred,
    SendSessionMessage,
    SessionOccupancyChanged,
    SlotPresence,
)
from shared.contracts.identity import (
    SendAddressChange,
    SendStructureInvitation,
)
from shared.contracts.message import Message
from shared.contracts.proposals import ParticipationProposed, ProposalDeclined, ProposalSnapshot, RequestsLeftOpen
from tests.integration.notifier.notifier_service import NOW, NotifierService
from tests.integration.notifier.stories import Story, cancelled, validated_before


def attendance_corrected(*, present: bool) -> Story:
    async def story(service: NotifierService) -> None:
        key = await validated_before(service)
        slots = (SlotPresence(slot_id=service.slots[0].id, present=present),)
        snapshot = service.request(key, 5, "validated", "held")
        await service.tell(
            AttendanceRecorded(occurred_at=NOW, enrollment=snapshot, attended=present, slots=slots, corrected=True)
        )

    return story


async def reinstated(service: NotifierService) -> None:
    await service.request_made()
    await service.tell(cancelled(service))
    for row in await service.rows(tables.enrollments):
        snapshot = service.request(row.id, 9, "cancelled")
        await service.tell(
            EnrollmentCancelled(
                occurred_at=NOW, enrollment=snapshot, by="session", cancelled_by=None, reason="x", seat_before="none"
            )
        )
    await service.send()
    await service.keep_as_earlier()
    await service.tell(SessionReinstated(occurred_at=NOW, session=service.session(3), reason="Il fait beau"))


async def ended_together(service: NotifierService, *, before: Story | None = None) -> None:
    """The attachment ends: a request with calendar entries is cancelled, and one that waits for a decision.

    `before`: what happens just before, after all earlier mails have left.
    """
    enrolled, waiting = await service.request_validated(), await service.request_made()
    await service.send()
    await service.keep_as_earlier()
    if before is not None:
        await before(service)
    act = EndingAct(id=uuid4(), because="attachment_ended", enrollment_ids=(enrolled, waiting))
    for key, seat in ((enrolled, "held"), (waiting, "none")):
        await service.tell(
            EnrollmentCancelled(
                occurred_at=NOW,
                enrollment=service.request(key, 9, "cancelled"),
                by="attachment",
                cancelled_by=None,
                reason="Fin de contrat",
                seat_before=seat,
                act=act,
            )
        )


def trainers_changed(*, to: bool) -> Story:
    """The session is given to another trainer, or to nobody, while a request waits for validation."""

    async def story(service: NotifierService) -> None:
        await service.request_accepted()
        new = (await service.another_account("Nina"),) if to else ()
        before = SessionBefore(place="Salle 2", slots=service.slots, trainer_ids=(service.trainer,))
        session = service.session(2, trainers=new)
        await service.tell(SessionRescheduled(occurred_at=NOW, session=session, moved=False, before=before))

    return story


def scheduled(service: NotifierService) -> Message:
    session = service.session(1).model_copy(update={"id": uuid4()})
    return SessionScheduled(occurred_at=NOW, session=session)


def scheduled_without_trainers(service: NotifierService) -> Message:
    session = service.session(2, trainers=()).model_copy(update={"id": uuid4()})
    return SessionScheduled(occurred_at=NOW, session=session)


async def overbooked(service: NotifierService) -> None:
    await service.tell(
        SessionOccupancyChanged(occurred_at=NOW, session_id=service.session_id, version=3, capacity=3, held=3, queued=0)
    )
    session = service.session(2, capacity=2)
    await service.tell(SessionCapacityChanged(occurred_at=NOW, session=session, before=3))


async def transferred(service: NotifierService) -> None:
    key = await service.request_accepted()
    nina = await service.another_account("Nina")
    session = await service.other_session(trainer_ids=(nina,))
    await service.send()
    await service.keep_as_earlier()
    snapshot = service.request(key, 3, "awaiting_trainer", "held").model_copy(update={"session_id": session.id})
    await service.tell(
        EnrollmentTransferred(
            occurred_at=NOW,
            enrollment=snapshot,
            from_session_id=service.session_id,
            transferred_by=uuid4(),
            acting_as="staff",
            reason="Conflit",
            seat_before="held",
        )
    )


def overdue(service: NotifierService) -> Message:
    return AttendanceOverdue(occurred_at=NOW, session_id=service.session_id, ended_at=NOW)


def session_message(service: NotifierService) -> Message:
    return SendSessionMessage(
        occurred_at=NOW,
        id=uuid4(),
        session_id=service.session_id,
        sent_by=service.trainer,
        acting_as="trainer",
        account_ids=(service.person,),
        subject="Apportez\nvos notes",
        text="Bonjour,\nà lundi.",
    )


def address_to_change(service: NotifierService) -> Message:
    return SendAddressChange(
        occurred_at=NOW,
        id=uuid4(),
        account_id=service.person,
        email="nouvelle@example.org",
        first_name="Zoé",
        token="s3cret",
        expires_at=NOW + timedelta(days=1),
    )


def invitation(service: NotifierService) -> Message:
    return SendStructureInvitation(
        occurred_at=NOW,
        id=uuid4(),
        structure_id=service.structure_id,
        structure_name="Les Voisins",
        email="lea@example.org",
        contact_name="Léa",
        token="s3cret",
        expires_at=NOW + timedelta(days=1),
    )


def proposal(service: NotifierService) -> ProposalSnapshot:
    return ProposalSnapshot(
        id=uuid4(),
        version=1,
        kind="participation",
        account_id=service.person,
        structure_id=service.structure_id,
        session_id=service.session_id,
    )


def proposed(service: NotifierService) -> Message:
    return ParticipationProposed(
        occurred_at=NOW,
        proposal=proposal(service),
        proposed_by=service.employer,
        acting_as="employer",
        reason="Utile pour l’équipe",
        expires_at=NOW + timedelta(days=3),
    )


def proposal_declined(service: NotifierService) -> Message:
    return ProposalDeclined(
        occurred_at=NOW, proposal=proposal(service), proposed_by=service.employer, reason="Pas disponible"
    )


async def requests_left_open(service: NotifierService) -> None:
    key = await service.request_made()
    await service.send()
    await service.keep_as_earlier()
    await service.tell(
        RequestsLeftOpen(
            occurred_at=NOW,
            id=uuid4(),
            account_id=service.person,
            structure_id=service.structure_id,
            because="disabled",
            enrollment_ids=(key,),
        )
    )
