"""What is true now, for a mail that is about to leave."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from services.notifier.domain.copies import Mail, Situation
from services.notifier.domain.kinds import Kind
from services.notifier.domain.truth import ATTACHMENT_STATES
from services.notifier.storage.transaction import Transaction

WITHOUT_COPIES = frozenset(
    {
        Kind.ADDRESS_PROOF,
        Kind.PASSWORD_RESET,
        Kind.ALREADY_REGISTERED,
        Kind.PASSWORD_CHANGED,
        Kind.STRUCTURE_REQUESTED,
        Kind.STRUCTURE_REGISTERED,
        Kind.STRUCTURE_REQUEST_REFUSED,
    }
)
"""The event said everything."""


async def situation_of(tx: Transaction, mail: Mail) -> Situation:
    """Load what the kind of mail is about."""
    recipient = await tx.copies.account(mail.recipient_account_id) if mail.recipient_account_id else None
    situation = await _subject(tx, mail, Situation(recipient=recipient))
    if mail.recipient_account_id and situation.structure:
        statuses = await tx.copies.statuses(mail.recipient_account_id, situation.structure.id)
        situation = replace(situation, recipient_statuses=statuses)
    return situation


async def _subject(tx: Transaction, mail: Mail, base: Situation) -> Situation:
    if mail.kind in WITHOUT_COPIES:
        return base
    if mail.kind in ATTACHMENT_STATES:
        return await _attachment(tx, mail, base)
    load = _LOADERS.get(mail.kind, _enrollment)
    return await load(tx, mail, base)


async def _attachment(tx: Transaction, mail: Mail, base: Situation) -> Situation:
    attachment = await tx.copies.attachment(mail.subject_id)
    if attachment is None:
        return base
    structure = await tx.copies.structure(attachment.structure_id)
    return replace(
        base, attachment=attachment, structure=structure, person=await tx.copies.account(attachment.account_id)
    )


async def _structure(tx: Transaction, mail: Mail, base: Situation) -> Situation:
    return replace(base, structure=await tx.copies.structure(mail.subject_id))


async def _cart(tx: Transaction, mail: Mail, base: Situation) -> Situation:
    return replace(base, lines=await tx.copies.cart(mail.subject_id))


async def _attendance(tx: Transaction, mail: Mail, base: Situation) -> Situation:
    session_id, structure_id = UUID(mail.facts["session_id"]), UUID(mail.facts["structure_id"])
    return replace(
        base,
        session=await tx.copies.session(session_id),
        structure=await tx.copies.structure(structure_id),
        lines=await tx.copies.attendance_of(session_id, structure_id),
        superseded=await tx.mails.later_one_says_it(mail),
    )


async def _enrollment(tx: Transaction, mail: Mail, base: Situation) -> Situation:
    enrollment = await tx.copies.enrollment(mail.subject_id)
    if enrollment is None:
        return base
    return replace(
        base,
        enrollment=enrollment,
        session=await tx.copies.session(enrollment.session_id),
        structure=await tx.copies.structure(enrollment.structure_id),
        person=await tx.copies.account(enrollment.account_id),
        held_slots=await tx.copies.calendar(enrollment.id, str(mail.recipient_account_id or mail.recipient)),
        superseded=mail.kind is Kind.SESSION_MOVED and await tx.mails.later_one_says_it(mail),
    )


_LOADERS: Final[Mapping[Kind, Callable[[Transaction, Mail, Situation], Awaitable[Situation]]]] = {
    Kind.STRUCTURE_CHANGE_REPORTED: _structure,
    Kind.REQUEST_RECEIPT: _cart,
    Kind.ATTENDANCE: _attendance,
}
"""The rest is about one request."""
