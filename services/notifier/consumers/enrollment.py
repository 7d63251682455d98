"""What the notifier does when enrollment speaks."""

from datetime import timedelta
from typing import Final

from services.notifier.domain.copies import Enrollment, sheet_of
from services.notifier.domain.kinds import Audience, Kind
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.keep_copies import keep_enrollment
from services.notifier.use_cases.post import (
    Post,
    having,
    known_account,
    known_session,
    post_about,
    post_to,
    post_to_address,
    require_what_it_is_about,
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

subscriptions = Subscriptions[Transaction]()

GATHERING: Final = timedelta(seconds=10)
"""The attendance of a session arrives person by person: employers get one mail when no more comes."""


async def _heard(tx: Transaction, snapshot: EnrollmentSnapshot) -> Enrollment:
    """Keep the copy; give the request as the event saw it."""
    await keep_enrollment(tx, snapshot)
    enrollment = Enrollment(
        snapshot.id,
        snapshot.version,
        snapshot.account_id,
        snapshot.structure_id,
        snapshot.session_id,
        snapshot.approval,
        snapshot.seat,
        snapshot.rank,
    )
    await require_what_it_is_about(tx, enrollment)
    return enrollment


def _post(kind: Kind, message: Message, **facts: object) -> Post:
    return Post(
        kind, f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}", message.aggregate_id, facts
    )


@subscriptions.on(EnrollmentRequested)
async def when_a_request_is_made(message: EnrollmentRequested, tx: Transaction) -> None:
    """Ask every employer for a decision, or the referents if there is none, or the desk; one receipt for the whole cart."""
    enrollment = await _heard(tx, message.enrollment)
    post = _post(Kind.REQUEST_TO_DECIDE, message)
    for audience in (Audience.EMPLOYER, Audience.REFERENT):
        people = await having(tx, enrollment.structure_id, audience)
        if people:
            await post_to(tx, post, audience, people)
            break
    else:
        await post_to_address(tx, post, Audience.DESK, tx.desk_email)
    if await tx.copies.note_cart(enrollment.id, message.cart_id) >= message.cart_size:
        receipt = Post(Kind.REQUEST_RECEIPT, f"cart:{message.cart_id}", message.cart_id)
        await post_to(tx, receipt, Audience.PERSON, [await known_account(tx, enrollment.account_id)])


@subscriptions.on(EnrollmentApproved)
async def when_a_request_is_approved(message: EnrollmentApproved, tx: Transaction) -> None:
    """Tell the person; ask the trainers to validate if a seat is held."""
    enrollment = await _heard(tx, message.enrollment)
    await post_about(tx, _post(Kind.ACCEPTED, message, seat=enrollment.seat), enrollment, Audience.PERSON)
    if enrollment.seat == "held":
        await post_about(tx, _post(Kind.REQUEST_TO_VALIDATE, message, seat="held"), enrollment, Audience.TRAINER)


@subscriptions.on(EnrollmentRefused)
async def when_a_request_is_refused(message: EnrollmentRefused, tx: Transaction) -> None:
    """Tell the person; the employers too when none of them refused."""
    enrollment = await _heard(tx, message.enrollment)
    theirs = message.refused_by in {
        employer.id for employer in await having(tx, enrollment.structure_id, Audience.EMPLOYER)
    }
    post = _post(Kind.REFUSED, message, reason=message.reason, by_agency=not theirs)
    await post_about(tx, post, enrollment, Audience.PERSON, *(() if theirs else (Audience.EMPLOYER,)))


@subscriptions.on(EnrollmentExpired)
async def when_a_request_expires(message: EnrollmentExpired, tx: Transaction) -> None:
    """Tell the person and the employers."""
    enrollment = await _heard(tx, message.enrollment)
    await post_about(tx, _post(Kind.EXPIRED, message), enrollment, Audience.PERSON, Audience.EMPLOYER)


@subscriptions.on(EnrollmentPromoted)
async def when_a_request_is_promoted(message: EnrollmentPromoted, tx: Transaction) -> None:
    """Tell the person and the employers; the trainers who were not asked yet are asked now."""
    enrollment = await _heard(tx, message.enrollment)
    post = _post(Kind.PROMOTED, message, seat=enrollment.seat)
    await post_about(tx, post, enrollment, Audience.PERSON, Audience.EMPLOYER)
    if enrollment.approval == "awaiting_trainer":
        await post_about(tx, _post(Kind.REQUEST_TO_VALIDATE, message, seat="held"), enrollment, Audience.TRAINER)


@subscriptions.on(ClarificationAsked)
async def when_a_question_is_asked(message: ClarificationAsked, tx: Transaction) -> None:
    """Tell the person."""
    enrollment = await _heard(tx, message.enrollment)
    await post_about(tx, _post(Kind.QUESTION, message, question=message.question), enrollment, Audience.PERSON)


@subscriptions.on(ClarificationGiven)
async def when_a_question_is_answered(message: ClarificationGiven, tx: Transaction) -> None:
    """Tell the trainers."""
    enrollment = await _heard(tx, message.enrollment)
    await post_about(tx, _post(Kind.ANSWER, message, answer=message.answer), enrollment, Audience.TRAINER)


@subscriptions.on(EnrollmentValidated)
async def when_a_request_is_validated(message: EnrollmentValidated, tx: Transaction) -> None:
    """Tell the person and the employers."""
    enrollment = await _heard(tx, message.enrollment)
    post = _post(Kind.VALIDATED, message, seat=enrollment.seat)
    await post_about(tx, post, enrollment, Audience.PERSON, Audience.EMPLOYER)


@subscriptions.on(EnrollmentDeclined)
async def when_a_request_is_declined(message: EnrollmentDeclined, tx: Transaction) -> None:
    """Tell the person and the employers."""
    enrollment = await _heard(tx, message.enrollment)
    theirs = message.declined_by in (await known_session(tx, enrollment.session_id)).trainer_ids
    post = _post(Kind.DECLINED, message, reason=message.reason, by_agency=not theirs)
    await post_about(tx, post, enrollment, Audience.PERSON, Audience.EMPLOYER)


def _closing_audiences(seat_before: str) -> tuple[Audience, ...]:
    """Trainers hear of the end of a request only if they had heard of the request."""
    return (Audience.EMPLOYER, *((Audience.TRAINER,) if seat_before != "none" else ()))


@subscriptions.on(EnrollmentWithdrawn)
async def when_somebody_withdraws(message: EnrollmentWithdrawn, tx: Transaction) -> None:
    """Tell the employers and the trainers; the person gets a mail if, when it leaves, there is a calendar to put right."""
    enrollment = await _heard(tx, message.enrollment)
    audiences = (Audience.PERSON, *_closing_audiences(message.seat_before))
    await post_about(tx, _post(Kind.WITHDRAWN, message, late=message.late), enrollment, *audiences)


@subscriptions.on(EnrollmentCancelled)
async def when_a_request_is_cancelled(message: EnrollmentCancelled, tx: Transaction) -> None:
    """Tell the person, the employers and the trainers, but for whoever did it."""
    enrollment = await _heard(tx, message.enrollment)
    if message.by == "session":
        post = Post(
            Kind.SESSION_CANCELLED, f"session cancelled:{enrollment.id}", enrollment.id, {"reason": message.reason}
        )
        await post_about(tx, post, enrollment, Audience.PERSON, Audience.EMPLOYER)
        return
    post = _post(Kind.CANCELLED, message, reason=message.reason)
    audiences = (Audience.PERSON, *_closing_audiences(message.seat_before))
    await post_about(tx, post, enrollment, *audiences, but=message.cancelled_by)


@subscriptions.on(AttendanceRecorded)
async def when_attendance_is_closed(message: AttendanceRecorded, tx: Transaction) -> None:
    """Tell the employers who was there, in one mail for the structure; give the person the certificate."""
    enrollment = await _heard(tx, message.enrollment)
    await tx.copies.note_attendance(enrollment.id, {str(slot.slot_id): slot.present for slot in message.slots})
    if message.attended:
        await post_about(tx, _post(Kind.CERTIFICATE, message), enrollment, Audience.PERSON)
    facts = {"session_id": str(enrollment.session_id), "structure_id": str(enrollment.structure_id)}
    about = sheet_of(enrollment.session_id, enrollment.structure_id)
    cause = f"{message.wire_name}:{enrollment.id}:{enrollment.version}"
    sheet = Post(Kind.ATTENDANCE, cause, about, facts, delay=GATHERING)
    await post_to(tx, sheet, Audience.EMPLOYER, await having(tx, enrollment.structure_id, Audience.EMPLOYER))
