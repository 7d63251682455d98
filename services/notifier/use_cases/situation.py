"""Loads the current copies that a mail is about, just before it leaves."""

from dataclasses import replace
from typing import assert_never
from uuid import UUID

from services.notifier.domain.mail import Mail, Situation
from services.notifier.domain.mails.spec import About, MailSpec
from services.notifier.storage.transaction import Transaction


async def situation_of(tx: Transaction, spec: MailSpec, mail: Mail) -> Situation:
    recipient_id = mail.recipient_account_id
    situation = await _subject(tx, spec, mail)
    if spec.newest_only:
        situation = replace(situation, superseded=await tx.queue.has_newer(mail.id))
    if recipient_id is None:
        return situation
    situation = replace(situation, recipient=await tx.copies.account(recipient_id))
    if situation.structure is None:
        return situation
    statuses = await tx.copies.statuses(account_id=recipient_id, structure_id=situation.structure.id)
    return replace(situation, recipient_statuses=statuses)


async def _subject(tx: Transaction, spec: MailSpec, mail: Mail) -> Situation:
    match spec.about:
        case About.NOTHING:
            return Situation()
        case About.ATTACHMENT:
            return await _attachment(tx, mail.subject_id)
        case About.STRUCTURE:
            return Situation(structure=await tx.copies.structure(mail.subject_id))
        case About.CART:
            return Situation(lines=await tx.copies.cart(mail.subject_id))
        case About.ATTENDANCE_SHEET:
            return await _attendance_sheet(tx, mail)
        case About.REQUEST:
            return await _request(tx, mail)
        case _:
            assert_never(spec.about)


async def _attachment(tx: Transaction, attachment_id: UUID) -> Situation:
    attachment = await tx.copies.attachment(attachment_id)
    if attachment is None:
        return Situation()
    return Situation(
        attachment=attachment,
        structure=await tx.copies.structure(attachment.structure_id),
        person=await tx.copies.account(attachment.account_id),
    )


async def _attendance_sheet(tx: Transaction, mail: Mail) -> Situation:
    session_id, structure_id = UUID(mail.facts["session_id"]), UUID(mail.facts["structure_id"])
    return Situation(
        session=await tx.copies.session(session_id),
        structure=await tx.copies.structure(structure_id),
        lines=await tx.copies.attendance_sheet(session_id=session_id, structure_id=structure_id),
    )


async def _request(tx: Transaction, mail: Mail) -> Situation:
    enrollment = await tx.copies.enrollment(mail.subject_id)
    if enrollment is None:
        return Situation()
    return Situation(
        enrollment=enrollment,
        session=await tx.copies.session(enrollment.session_id),
        structure=await tx.copies.structure(enrollment.structure_id),
        person=await tx.copies.account(enrollment.account_id),
        held_slots=await tx.calendars.slots(enrollment.id, mail.calendar_key),
    )
