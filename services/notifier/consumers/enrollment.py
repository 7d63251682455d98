"""What the notifier does with enrollment's events about requests and decisions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Enrollment
from services.notifier.domain.mails.request import (
    ABANDONED,
    ACCEPTED,
    ANSWER,
    CANCELLED,
    CANCELLED_TOGETHER,
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
from services.notifier.storage import tables
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.about_requests import SEEN_BY_TRAINERS, actor, asking, mail_about, request_of
from services.notifier.use_cases.cancelled_session import GROUPING_DELAY, tell_of_cancelled_session
from services.notifier.use_cases.known import known_account
from services.notifier.use_cases.queue_mails import (
    NewMail,
    queue_about_request,
    queue_for_deciders,
    queue_for_each_trainer,
    queue_for_people,
    queue_for_trainers,
)
from shared.contracts.enrollment import (
    ClarificationAsked,
    ClarificationGiven,
    EndingAct,
    EnrollmentAbandoned,
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
    KeepMotivation,
    SessionOccupancyChanged,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Transaction]()
subscriptions.keep(EnrollmentSnapshot, into=tables.enrollments)
subscriptions.keep(SessionOccupancyChanged, into=tables.occupancy)


def _unless_replaced(role: str, audience: Audience) -> tuple[Audience, ...]:
    """Trainers are told of a decision of their own only if staff took it in their place."""
    return () if role == "staff" else (audience,)


def _without_trainers(seat_before: str) -> tuple[Audience, ...]:
    return () if seat_before in SEEN_BY_TRAINERS else (Audience.TRAINER,)


@subscriptions.on(KeepMotivation)
async def keep_motivation(message: KeepMotivation, tx: Transaction) -> None:
    if not await tx.erasures.is_of_erased(message.enrollment_id):
        await tx.motivations.keep(message.enrollment_id, message.motivation, version=message.version)


@subscriptions.on(EnrollmentRequested)
async def when_a_request_is_made(message: EnrollmentRequested, tx: Transaction) -> None:
    """Ask whoever can decide. Send one receipt for the whole cart."""
    request = await request_of(tx, message.enrollment)
    decide_before = message.decide_before.isoformat() if message.decide_before else None
    mail = await asking(tx, REQUEST_TO_DECIDE, message, decide_before=decide_before)
    await queue_for_deciders(tx, mail, request)
    if await tx.copies.set_cart(enrollment_id=request.id, cart_id=message.cart_id) >= message.cart_size:
        cart_id = message.cart_id
        # the consent to a proposal of an employer or of staff is the acceptance too, which has its own mail
        delay = GROUPING_DELAY if await tx.told.is_proposal(cart_id) else timedelta(0)
        receipt = NewMail(spec=REQUEST_RECEIPT, cause=f"cart:{cart_id}", subject_id=cart_id, delay=delay)
        await queue_for_people(tx, receipt, Audience.PERSON, [await known_account(tx, request.account_id)])


@subscriptions.on(EnrollmentApproved)
async def when_a_request_is_approved(message: EnrollmentApproved, tx: Transaction) -> None:
    """Notify the person and the other employers; ask the trainers to validate if a seat is held."""
    request = await request_of(tx, message.enrollment)
    who = await actor(tx, message.approved_by, message.acting_as, request, usual="employer")
    mail = mail_about(ACCEPTED, message, {"seat": request.seat, **who})
    await queue_about_request(tx, mail, request, acted_by=message.approved_by)
    if request.seat == "held":
        mail = await asking(tx, REQUEST_TO_VALIDATE, message, seat="held")
        await queue_for_trainers(tx, mail, request.session_id, except_for=request.account_id)


@subscriptions.on(EnrollmentRefused)
async def when_a_request_is_refused(message: EnrollmentRefused, tx: Transaction) -> None:
    """Notify the person and the other employers."""
    request = await request_of(tx, message.enrollment)
    who = await actor(tx, message.refused_by, message.acting_as, request, usual="employer")
    mail = mail_about(REFUSED, message, {"reason": message.reason, **who})
    await queue_about_request(tx, mail, request, acted_by=message.refused_by)


@subscriptions.on(EnrollmentExpired)
async def when_a_request_expires(message: EnrollmentExpired, tx: Transaction) -> None:
    request = await request_of(tx, message.enrollment)
    await queue_about_request(tx, mail_about(EXPIRED, message), request)


@subscriptions.on(EnrollmentPromoted)
async def when_a_request_is_promoted(message: EnrollmentPromoted, tx: Transaction) -> None:
    """Notify the person and the employers; ask the trainers to validate unless they have."""
    request = await request_of(tx, message.enrollment)
    facts = {"seat": request.seat, "by": message.acting_as or "queue"}
    await queue_about_request(tx, mail_about(PROMOTED, message, facts), request)
    if request.approval == "awaiting_trainer":
        mail = await asking(tx, REQUEST_TO_VALIDATE, message, seat="held")
        await queue_for_trainers(tx, mail, request.session_id, except_for=request.account_id)


@subscriptions.on(ClarificationAsked)
async def when_a_question_is_asked(message: ClarificationAsked, tx: Transaction) -> None:
    """Notify the person, and the trainers if staff asked in their place."""
    request = await request_of(tx, message.enrollment)
    who = await actor(tx, message.asked_by, message.acting_as, request, usual="trainer")
    mail = mail_about(QUESTION, message, {"question": message.question, **who})
    await queue_about_request(tx, mail, request, without=_unless_replaced(who["by"], Audience.TRAINER))


@subscriptions.on(ClarificationGiven)
async def when_a_question_is_answered(message: ClarificationGiven, tx: Transaction) -> None:
    request = await request_of(tx, message.enrollment)
    mail = await asking(tx, ANSWER, message, answer=message.answer)
    await queue_for_trainers(tx, mail, request.session_id, except_for=request.account_id)


@subscriptions.on(EnrollmentValidated)
async def when_a_request_is_validated(message: EnrollmentValidated, tx: Transaction) -> None:
    """Notify the person and the employers, and the trainers if staff validated in their place."""
    request = await request_of(tx, message.enrollment)
    who = await actor(tx, message.validated_by, message.acting_as, request, usual="trainer")
    mail = mail_about(VALIDATED, message, {"seat": request.seat, **who})
    await queue_about_request(tx, mail, request, without=_unless_replaced(who["by"], Audience.TRAINER))


@subscriptions.on(EnrollmentDeclined)
async def when_a_request_is_declined(message: EnrollmentDeclined, tx: Transaction) -> None:
    """Notify the person and the employers, and the trainers if staff declined in their place."""
    request = await request_of(tx, message.enrollment)
    who = await actor(tx, message.declined_by, message.acting_as, request, usual="trainer")
    mail = mail_about(DECLINED, message, {"reason": message.reason, **who})
    await queue_about_request(tx, mail, request, without=_unless_replaced(who["by"], Audience.TRAINER))


@subscriptions.on(EnrollmentWithdrawn)
async def when_somebody_withdraws(message: EnrollmentWithdrawn, tx: Transaction) -> None:
    """Notify everybody concerned; the person gets a receipt."""
    request = await request_of(tx, message.enrollment)
    who = await actor(tx, message.withdrawn_by, message.acting_as, request, usual="beneficiary")
    mail = mail_about(WITHDRAWN, message, {"late": message.late, "reason": message.reason, **who})
    without = _without_trainers(message.seat_before)
    await queue_about_request(tx, mail, request, without=without, acted_by=message.withdrawn_by)


@subscriptions.on(EnrollmentAbandoned)
async def when_somebody_abandons(message: EnrollmentAbandoned, tx: Transaction) -> None:
    """Notify everybody concerned; the person gets a receipt."""
    request = await request_of(tx, message.enrollment)
    who = await actor(tx, message.abandoned_by, message.acting_as, request, usual="beneficiary")
    mail = mail_about(ABANDONED, message, {"reason": message.reason, **who})
    await queue_about_request(tx, mail, request, acted_by=message.abandoned_by)


@subscriptions.on(EnrollmentCancelled)
async def when_a_request_is_cancelled(message: EnrollmentCancelled, tx: Transaction) -> None:
    """Notify everybody concerned except the employer or the member of staff who cancelled.

    Why an attachment ended is for the person alone, who gets it in the mail about the attachment: these mails wait for
    it, because it says to the person what they say. Of several requests that one act ended, everybody gets one mail:
    trainers about those in their sessions.
    """
    request = await request_of(tx, message.enrollment)
    if message.by == "session":
        await tell_of_cancelled_session(tx, request, message.reason)
        return
    who = await actor(tx, message.cancelled_by, message.by, request, usual="staff")
    facts = {"reason": "" if message.by == "attachment" else message.reason, **who}
    without = _without_trainers(message.seat_before)
    if message.act is not None:
        facts["because"] = message.act.because
        if len(message.act.enrollment_ids) > 1:
            mail = _cancelled_together(message.act, request, facts)
            without_all = (*without, Audience.TRAINER)
            await queue_about_request(tx, mail, request, without=without_all, acted_by=message.cancelled_by)
            if not without:
                await queue_for_each_trainer(tx, mail, request.session_id, message.act.enrollment_ids)
            return
    mail = mail_about(CANCELLED, message, facts)
    if message.by == "attachment":
        mail = replace(mail, delay=GROUPING_DELAY)
    await queue_about_request(tx, mail, request, without=without, acted_by=message.cancelled_by)


def _cancelled_together(act: EndingAct, request: Enrollment, facts: Mapping[str, Any]) -> NewMail:
    """The same mail from the events of all requests of the act, so that the first queues it."""
    ids = {
        "person_id": str(request.account_id),
        "structure_id": str(request.structure_id),
        "enrollment_ids": [str(enrollment_id) for enrollment_id in act.enrollment_ids],
    }
    return NewMail(
        spec=CANCELLED_TOGETHER,
        cause=f"cancelled together:{act.id}",
        subject_id=act.id,
        facts={**facts, **ids},
        delay=GROUPING_DELAY,
    )
