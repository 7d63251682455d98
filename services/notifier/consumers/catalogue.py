"""What the notifier does with the events of the catalogue."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Enrollment, people_of_session_id
from services.notifier.domain.mails.desk import SESSION_OVERBOOKED, SESSION_WITHOUT_TRAINER
from services.notifier.domain.mails.session import (
    SESSION_MOVED,
    SESSION_MOVED_PEOPLE,
    SESSION_REINSTATED,
    SESSION_REINSTATED_PEOPLE,
)
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.domain.mails.trainer import (
    SESSION_CANCELLED_TRAINER,
    SESSION_GIVEN,
    SESSION_MOVED_TRAINER,
    SESSION_REINSTATED_TRAINER,
    SESSION_TAKEN,
)
from services.notifier.storage import tables
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.cancelled_session import tell_of_cancelled_session
from services.notifier.use_cases.known import (
    known_account,
    known_session,
    people_with_status,
    reachable_accounts,
    require_all_about,
)
from services.notifier.use_cases.queue_mails import NewMail, queue_for_desk, queue_for_people
from shared.contracts import Message
from shared.contracts.catalogue import (
    SessionBefore,
    SessionCancelled,
    SessionCapacityChanged,
    SessionReinstated,
    SessionRescheduled,
    SessionScheduled,
    SessionSnapshot,
    TrainingSnapshot,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Transaction]()
subscriptions.keep(TrainingSnapshot, into=tables.trainings)
subscriptions.keep(
    SessionSnapshot,
    into=tables.sessions,
    only_new=["reinstated"],
    needed_by=tables.enrollments.c.session_id == tables.sessions.c.id,  # mails about a request wait until it is known
)


def _cause(message: Message) -> str:
    return f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}"


def _about_session(spec: MailSpec, message: Message, **facts: object) -> NewMail:
    return NewMail(spec=spec, cause=_cause(message), subject_id=message.aggregate_id, facts=facts)


async def _queue_for_trainers(tx: Transaction, mail: NewMail, trainer_ids: set[UUID]) -> None:
    await queue_for_people(tx, mail, Audience.TRAINER, await reachable_accounts(tx, sorted(trainer_ids)))


async def _with_a_seat(tx: Transaction, session_id: UUID) -> list[str]:
    """The requests that a new trainer is told of: enrolled people, and those who wait for a trainer or were asked."""
    requests = await tx.copies.requests_for_session(session_id)
    return [str(each.id) for each in requests if each.is_open and each.seat == "held"]


@subscriptions.on(SessionScheduled)
async def when_a_session_is_scheduled(message: SessionScheduled, tx: Transaction) -> None:
    """Tell its trainers, or the desk that it has none."""
    session = message.session
    await _queue_for_trainers(tx, _about_session(SESSION_GIVEN, message), set(session.trainer_ids))
    if not session.trainer_ids:
        await queue_for_desk(tx, _about_session(SESSION_WITHOUT_TRAINER, message))


@subscriptions.on(SessionRescheduled)
async def when_a_session_is_rescheduled(message: SessionRescheduled, tx: Transaction) -> None:
    """Tell new and former trainers; if slots or place changed, also everybody with an open request and employers."""
    session, before = message.session, message.before
    trainers = set(session.trainer_ids)
    # an event that does not say what was before gives the session to nobody
    old = trainers if before is None else set(before.trainer_ids)
    seated = await _with_a_seat(tx, session.id)
    mail = _about_session(SESSION_GIVEN, message, enrollment_ids=seated)
    await _queue_for_trainers(tx, mail, trainers - old)
    former = await reachable_accounts(tx, sorted(old - trainers))
    await queue_for_people(tx, _about_session(SESSION_TAKEN, message), Audience.FORMER_TRAINER, former)
    if old and not trainers:
        mail = _about_session(SESSION_WITHOUT_TRAINER, message, enrollment_ids=seated)
        await queue_for_desk(tx, mail)
    if message.moved and not await tx.copies.sheet_is_closed(session.id):
        was = _was(session, before)
        await _queue_for_trainers(tx, _about_session(SESSION_MOVED_TRAINER, message, **was), trainers & old)
        await _tell_of_move(tx, message, was)


def _was(session: SessionSnapshot, before: SessionBefore | None) -> dict[str, Any]:
    """What changed, and how it was. Empty if the event does not say it."""
    if before is None:
        return {}
    dates = [(slot.starts_at, slot.ends_at) for slot in before.slots]
    return {
        "was": before.model_dump(mode="json", include={"place", "slots"}),
        "new_dates": dates != [(slot.starts_at, slot.ends_at) for slot in session.slots],
        "new_place": before.place != session.place,
    }


async def _tell_of_move(tx: Transaction, message: SessionRescheduled, was: dict[str, Any]) -> None:
    requests = await tx.copies.requests_for_session(message.session.id)
    concerned = [request for request in requests if request.is_open and request.attendance is None]
    for request in concerned:
        await require_all_about(tx, request)
        cause = f"{message.wire_name}:{message.session.version}:{request.id}"
        mail = NewMail(spec=SESSION_MOVED, cause=cause, subject_id=request.id, facts=was)
        await queue_for_people(tx, mail, Audience.PERSON, [await known_account(tx, request.account_id)])
    await _tell_employers(tx, SESSION_MOVED_PEOPLE, message, concerned, was)


async def _tell_employers(
    tx: Transaction, spec: MailSpec, message: Message, requests: list[Enrollment], facts: dict[str, Any]
) -> None:
    """One mail for each employer, however many other people of the structure it is about."""
    by_structure: dict[UUID, list[Enrollment]] = defaultdict(list)
    for request in requests:
        by_structure[request.structure_id].append(request)
    for structure_id, of_structure in by_structure.items():
        for employer in await people_with_status(tx, structure_id, Audience.EMPLOYER):
            # employers who take part themselves have their own mail
            ids = [str(request.id) for request in of_structure if request.account_id != employer.id]
            mail = NewMail(
                spec=spec,
                cause=f"{_cause(message)}:{structure_id}",
                subject_id=people_of_session_id(session_id=message.aggregate_id, structure_id=structure_id),
                facts={
                    "session_id": str(message.aggregate_id),
                    "structure_id": str(structure_id),
                    "enrollment_ids": ids,
                    **facts,
                },
            )
            await queue_for_people(tx, mail, Audience.EMPLOYER, [employer] if ids else [])


@subscriptions.on(SessionCapacityChanged)
async def when_the_capacity_changes(message: SessionCapacityChanged, tx: Transaction) -> None:
    """Tell the desk that more seats are held than the session has now: nobody loses a seat by itself."""
    occupancy = await tx.copies.occupancy(message.session.id)
    if occupancy is not None and occupancy.held > message.session.capacity:
        await queue_for_desk(tx, _about_session(SESSION_OVERBOOKED, message, capacity_before=message.before))


@subscriptions.on(SessionCancelled)
async def when_a_session_is_cancelled(message: SessionCancelled, tx: Transaction) -> None:
    """Notify the trainers, everybody with an open request, and their employers.

    Enrollment cancels the same requests. The events of both may arrive in any order, and the first one queues the mail.
    A session that was put back meanwhile takes place: nobody is told of the cancellation before.
    """
    known = await known_session(tx, message.session.id)
    if known.version > message.session.version and known.state == "scheduled":
        return
    mail = _about_session(SESSION_CANCELLED_TRAINER, message, reason=message.reason)
    await _queue_for_trainers(tx, mail, set(message.session.trainer_ids))
    if await tx.copies.sheet_is_closed(message.session.id):
        return
    for request in await tx.copies.requests_for_session(message.session.id):
        if request.is_open and request.attendance is None:
            await tell_of_cancelled_session(tx, request, message.reason)


@subscriptions.on(SessionReinstated)
async def when_a_session_is_reinstated(message: SessionReinstated, tx: Transaction) -> None:
    """Notify the trainers, the people whose request ended with the session, and their employers."""
    session = await known_session(tx, message.session.id)
    mail = _about_session(SESSION_REINSTATED_TRAINER, message, reason=message.reason)
    await _queue_for_trainers(tx, mail, set(message.session.trainer_ids))
    requests = await tx.copies.requests_for_session(session.id)
    ended = [request for request in requests if request.ended_in == session.reinstated]
    await tx.copies.reinstate(session.id, message.session.version)
    for request in ended:
        await require_all_about(tx, request)
        cause = f"{message.wire_name}:{message.session.version}:{request.id}"
        mail = NewMail(spec=SESSION_REINSTATED, cause=cause, subject_id=request.id, facts={"reason": message.reason})
        await queue_for_people(tx, mail, Audience.PERSON, [await known_account(tx, request.account_id)])
    await _tell_employers(tx, SESSION_REINSTATED_PEOPLE, message, ended, {"reason": message.reason})
