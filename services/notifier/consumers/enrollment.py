"""What the notifier does with the events of enrollment."""

from datetime import timedelta
from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Enrollment, attendance_sheet_id
from services.notifier.domain.mails.request import (
    ACCEPTED,
    ANSWER,
    CANCELLED,
    DECLINED,
    EXPIRED,
    PROMOTED,
    QUESTION,
    REFUSED,
    REQUEST_RECEIPT,
    REQUEST_TO_DECIDE,
    REQUEST_TO_VALIDATE,
    VALIDATED,
    WITHDRAWN,
)
from services.notifier.domain.mails.session import ATTENDANCE, CERTIFICATE
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.storage import tables
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.cancelled_session import session_cancelled
from services.notifier.use_cases.known import known_account, known_session, people_with_status, require_all_about
from services.notifier.use_cases.queue_mails import (
    NewMail,
    queue_about_request,
    queue_for_people,
    queue_for_those_who_decide,
)
from shared.contracts.enrollment import (
    AttendanceRecorded,
    ClarificationAsked,
    ClarificationGiven,
    EnrollmentApproved,
    EnrollmentCancelled,
    EnrollmentDeclined,
    EnrollmentExpired,
    EnrollmentPromoted,
    EnrollmentRefused,
    EnrollmentRequested,
    EnrollmentSnapshot,
    EnrollmentValidated,
    EnrollmentWithdrawn,
)
from shared.contracts.message import Message
from shared.messaging.subscriptions import Subscriptions
from shared.records import from_attributes

ATTENDANCE_DELAY: Final = timedelta(seconds=10)
"""The attendance of a session arrives person by person: the employers' mail waits until all have arrived."""

subscriptions = Subscriptions[Transaction]()
subscriptions.keep(EnrollmentSnapshot, into=tables.enrollments)


async def _request_of(tx: Transaction, snapshot: EnrollmentSnapshot) -> Enrollment:
    """The request as it was when the event happened; the copy may be newer. Raises NotYetKnown."""
    # the presences are in one event only, not in the snapshot
    request = from_attributes(Enrollment, snapshot, attendance=None)
    await require_all_about(tx, request)
    return request


def _mail(spec: MailSpec, message: Message, **facts: object) -> NewMail:
    """The cause is the request at the version of the event."""
    cause = f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}"
    return NewMail(spec=spec, cause=cause, subject_id=message.aggregate_id, facts=facts)


def _without_trainers(seat_before: str) -> tuple[Audience, ...]:
    """A trainer gets a mail about the end of a request that was queued or had a seat; not for an unknown value."""
    return () if seat_before in {"queued", "held"} else (Audience.TRAINER,)


@subscriptions.on(EnrollmentRequested)
async def when_a_request_is_made(message: EnrollmentRequested, tx: Transaction) -> None:
    """Ask every employer for a decision, or the referents, or the desk. Send one receipt for the whole cart."""
    request = await _request_of(tx, message.enrollment)
    await queue_for_those_who_decide(tx, _mail(REQUEST_TO_DECIDE, message), request.structure_id)
    if await tx.copies.set_cart(enrollment_id=request.id, cart_id=message.cart_id) >= message.cart_size:
        cart_id = message.cart_id
        receipt = NewMail(spec=REQUEST_RECEIPT, cause=f"cart:{cart_id}", subject_id=cart_id)
        await queue_for_people(tx, receipt, Audience.PERSON, [await known_account(tx, request.account_id)])


@subscriptions.on(EnrollmentApproved)
async def when_a_request_is_approved(message: EnrollmentApproved, tx: Transaction) -> None:
    """Notify the person; ask the trainers to validate if a seat is held."""
    request = await _request_of(tx, message.enrollment)
    await queue_about_request(tx, _mail(ACCEPTED, message, seat=request.seat), request)
    if request.seat == "held":
        await queue_about_request(tx, _mail(REQUEST_TO_VALIDATE, message, seat="held"), request)


@subscriptions.on(EnrollmentRefused)
async def when_a_request_is_refused(message: EnrollmentRefused, tx: Transaction) -> None:
    """Notify the person, and the employers if none of them refused."""
    request = await _request_of(tx, message.enrollment)
    employers = await people_with_status(tx, request.structure_id, Audience.EMPLOYER)
    by_employer = any(employer.id == message.refused_by for employer in employers)
    mail = _mail(REFUSED, message, reason=message.reason, by_agency=not by_employer)
    await queue_about_request(tx, mail, request, without=(Audience.EMPLOYER,) if by_employer else ())


@subscriptions.on(EnrollmentExpired)
async def when_a_request_expires(message: EnrollmentExpired, tx: Transaction) -> None:
    request = await _request_of(tx, message.enrollment)
    await queue_about_request(tx, _mail(EXPIRED, message), request)


@subscriptions.on(EnrollmentPromoted)
async def when_a_request_is_promoted(message: EnrollmentPromoted, tx: Transaction) -> None:
    """Notify the person and the employers; ask the trainers to validate unless they have."""
    request = await _request_of(tx, message.enrollment)
    await queue_about_request(tx, _mail(PROMOTED, message, seat=request.seat), request)
    if request.approval == "awaiting_trainer":
        await queue_about_request(tx, _mail(REQUEST_TO_VALIDATE, message, seat="held"), request)


@subscriptions.on(ClarificationAsked)
async def when_a_question_is_asked(message: ClarificationAsked, tx: Transaction) -> None:
    request = await _request_of(tx, message.enrollment)
    await queue_about_request(tx, _mail(QUESTION, message, question=message.question), request)


@subscriptions.on(ClarificationGiven)
async def when_a_question_is_answered(message: ClarificationGiven, tx: Transaction) -> None:
    request = await _request_of(tx, message.enrollment)
    await queue_about_request(tx, _mail(ANSWER, message, answer=message.answer), request)


@subscriptions.on(EnrollmentValidated)
async def when_a_request_is_validated(message: EnrollmentValidated, tx: Transaction) -> None:
    request = await _request_of(tx, message.enrollment)
    await queue_about_request(tx, _mail(VALIDATED, message, seat=request.seat), request)


@subscriptions.on(EnrollmentDeclined)
async def when_a_request_is_declined(message: EnrollmentDeclined, tx: Transaction) -> None:
    request = await _request_of(tx, message.enrollment)
    by_trainer = message.declined_by in (await known_session(tx, request.session_id)).trainer_ids
    mail = _mail(DECLINED, message, reason=message.reason, by_agency=not by_trainer)
    await queue_about_request(tx, mail, request)


@subscriptions.on(EnrollmentWithdrawn)
async def when_somebody_withdraws(message: EnrollmentWithdrawn, tx: Transaction) -> None:
    """Notify everybody concerned. The person's mail is dropped later unless calendar entries have to be removed."""
    request = await _request_of(tx, message.enrollment)
    mail = _mail(WITHDRAWN, message, late=message.late)
    await queue_about_request(tx, mail, request, without=_without_trainers(message.seat_before))


@subscriptions.on(EnrollmentCancelled)
async def when_a_request_is_cancelled(message: EnrollmentCancelled, tx: Transaction) -> None:
    """Notify everybody concerned except the person who cancelled."""
    request = await _request_of(tx, message.enrollment)
    if message.by == "session":
        await queue_about_request(tx, session_cancelled(request.id, message.reason), request)
        return
    mail = _mail(CANCELLED, message, reason=message.reason)
    without = _without_trainers(message.seat_before)
    await queue_about_request(tx, mail, request, without=without, acted_by=message.cancelled_by)


@subscriptions.on(AttendanceRecorded)
async def when_attendance_is_closed(message: AttendanceRecorded, tx: Transaction) -> None:
    """Send the employers the presences, in one mail for the structure, and the person the certificate."""
    request = await _request_of(tx, message.enrollment)
    await tx.copies.set_attendance(request.id, {str(slot.slot_id): slot.present for slot in message.slots})
    if message.attended:
        await queue_about_request(tx, _mail(CERTIFICATE, message), request)
    sheet = NewMail(
        spec=ATTENDANCE,
        cause=f"{message.wire_name}:{request.id}:{request.version}",
        subject_id=attendance_sheet_id(session_id=request.session_id, structure_id=request.structure_id),
        facts={"session_id": str(request.session_id), "structure_id": str(request.structure_id)},
        delay=ATTENDANCE_DELAY,
    )
    employers = await people_with_status(tx, request.structure_id, Audience.EMPLOYER)
    await queue_for_people(tx, sheet, Audience.EMPLOYER, employers)
