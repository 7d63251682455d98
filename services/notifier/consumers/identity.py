"""What the notifier does with the events of identity, and with its commands to send a link or a notice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.account import (
    ADDRESS_CHANGE,
    ADDRESS_CHANGED,
    ADDRESS_PROOF,
    ALREADY_REGISTERED,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    RECOVERY_CODE_USED,
    SECOND_FACTOR_ENROLLED,
    SECOND_FACTOR_RESET,
    STRUCTURE_INVITATION,
)
from services.notifier.domain.mails.attachment import (
    ATTACHMENT_ANSWERED,
    ATTACHMENT_CONFIRMED,
    ATTACHMENT_ENDED,
    ATTACHMENT_LEFT,
    ATTACHMENT_RECEIPT,
    ATTACHMENT_REFUSED,
    ATTACHMENT_REQUESTED,
    FIRST_USER,
    STATUSES_CHANGED,
    UNCONFIRMED_REFERENT,
)
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.storage import tables
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.ask_again import ask_again, tell_desk_of_last_referent
from services.notifier.use_cases.cancelled_session import GROUPING_DELAY
from services.notifier.use_cases.known import known_account, known_structure, people_with_status, require_structure
from services.notifier.use_cases.queue_mails import (
    NewMail,
    queue_for_address,
    queue_for_desk,
    queue_for_people,
    queue_for_those_who_decide,
)
from shared.contracts import Message
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AccountAttachmentRequested,
    AccountSnapshot,
    AccountUpdated,
    AttachmentSnapshot,
    AttachmentStatusesChanged,
    SendAccountNotice,
    SendAddressChange,
    SendAddressProof,
    SendPasswordReset,
    SendStructureInvitation,
    StructureSnapshot,
)
from shared.messaging.subscriptions import Subscriptions

NOTICES: Final = {
    "already_registered": ALREADY_REGISTERED,
    "password_changed": PASSWORD_CHANGED,
    "second_factor_enrolled": SECOND_FACTOR_ENROLLED,
    "second_factor_reset": SECOND_FACTOR_RESET,
    "recovery_code_used": RECOVERY_CODE_USED,
    "address_changed": ADDRESS_CHANGED,
}

subscriptions = Subscriptions[Transaction]()
_OF_PERSON: Final = tables.enrollments.c.account_id == tables.accounts.c.id
_OF_STRUCTURE: Final = tables.enrollments.c.structure_id == tables.structures.c.id
_OF_ATTACHMENT: Final = and_(
    tables.enrollments.c.account_id == tables.attachments.c.account_id,
    tables.enrollments.c.structure_id == tables.attachments.c.structure_id,
)
# mails about a request wait until all that it names is known
subscriptions.keep(AccountSnapshot, into=tables.accounts, needed_by=_OF_PERSON)
subscriptions.keep(StructureSnapshot, into=tables.structures, needed_by=_OF_STRUCTURE)
subscriptions.keep(AttachmentSnapshot, into=tables.attachments, needed_by=_OF_ATTACHMENT)


def _mail(spec: MailSpec, message: Message, subject_id: UUID, facts: Mapping[str, Any] | None = None) -> NewMail:
    return NewMail(spec=spec, cause=_cause(message), subject_id=subject_id, facts=facts or {})


def _cause(message: Message) -> str:
    """The aggregate at the version of the event."""
    return f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}"


@subscriptions.on(AccountUpdated)
async def when_an_account_is_updated(message: AccountUpdated, tx: Transaction) -> None:
    """An account that was disabled decides no more: ask others for what waits."""
    for structure_id in await tx.copies.structures_to_decide_in(message.account.id):
        await ask_again(tx, structure_id, f"{_cause(message)}:{structure_id}")


@subscriptions.on(AccountAttachmentRequested)
async def when_an_attachment_is_requested(message: AccountAttachmentRequested, tx: Transaction) -> None:
    """Notify the referents, or the desk if there is none. The person gets a receipt with the names of who decides."""
    attachment = message.attachment
    await known_account(tx, attachment.account_id)
    await require_structure(tx, attachment.structure_id)
    mail = _mail(ATTACHMENT_REQUESTED, message, attachment.id)
    await queue_for_those_who_decide(tx, mail, attachment.structure_id)
    if message.unconfirmed_referent is None:
        referents = await people_with_status(tx, attachment.structure_id, Audience.REFERENT)
        # first names alone: nobody has confirmed yet that the person belongs to the structure
        names = sorted({referent.first_name for referent in referents})
        await _notify_person(tx, _mail(ATTACHMENT_RECEIPT, message, attachment.id, {"referents": names}), attachment)
    if message.unconfirmed_referent is not None:
        referent = await known_account(tx, message.unconfirmed_referent)
        mail = _mail(UNCONFIRMED_REFERENT, message, attachment.id, {"referent": referent.full_name})
        await _notify_person(tx, mail, attachment)


async def _notify_person(tx: Transaction, mail: NewMail, attachment: AttachmentSnapshot) -> None:
    await require_structure(tx, attachment.structure_id)
    person = await known_account(tx, attachment.account_id)
    await queue_for_people(tx, mail, Audience.PERSON, [person])


async def _tell_colleagues(tx: Transaction, message: Message, attachment: AttachmentSnapshot, by: UUID) -> None:
    """The other referents, who were asked too, learn who answered."""
    by_account = await known_account(tx, by)
    referents = await people_with_status(tx, attachment.structure_id, Audience.REFERENT)
    colleagues = [referent for referent in referents if referent.id not in {by, attachment.account_id}]
    by_referent = any(referent.id == by for referent in referents)
    facts = {"by_name": by_account.full_name if by_referent else "", "state": attachment.state}
    await queue_for_people(tx, _mail(ATTACHMENT_ANSWERED, message, attachment.id, facts), Audience.REFERENT, colleagues)


async def _tell_who_would_answer(tx: Transaction, message: AccountAttachmentEnded) -> None:
    """The referents; or the desk, if it was asked to confirm the person."""
    mail = _mail(ATTACHMENT_LEFT, message, message.attachment.id, {"taken_back": message.taken_back})
    referents = await people_with_status(tx, message.attachment.structure_id, Audience.REFERENT)
    await queue_for_people(tx, mail, Audience.REFERENT, referents)
    if message.taken_back and not referents:
        await queue_for_desk(tx, mail)


@subscriptions.on(AccountAttachmentConfirmed)
async def when_an_attachment_is_confirmed(message: AccountAttachmentConfirmed, tx: Transaction) -> None:
    """Notify the person. The first user of a structure was confirmed by nobody: the desk and the structure are told.

    Who comes from a merged structure is told of the merger when the attachment to that one ends.
    """
    attachment = message.attachment
    if message.continues_from is None:
        await _tell_of_confirmation(tx, message)
    await ask_again(tx, attachment.structure_id, _cause(message))


async def _tell_of_confirmation(tx: Transaction, message: AccountAttachmentConfirmed) -> None:
    attachment, first = message.attachment, message.confirmed_by is None
    waiting = await tx.copies.people(attachment.structure_id, "requested") if first else 0
    mail = _mail(ATTACHMENT_CONFIRMED, message, attachment.id, {"first": first, "waiting": waiting})
    await _notify_person(tx, mail, attachment)
    if message.confirmed_by is not None:
        await _tell_colleagues(tx, message, attachment, message.confirmed_by)
    if attachment.unconfirmed:
        mail = _mail(FIRST_USER, message, attachment.id)
        await queue_for_desk(tx, mail)
        person = await known_account(tx, attachment.account_id)
        contact_email = message.structure_contact_email
        if contact_email is not None and contact_email != person.email:
            await queue_for_address(tx, mail, Audience.CONTACT, contact_email)


@subscriptions.on(AccountAttachmentRefused)
async def when_an_attachment_is_refused(message: AccountAttachmentRefused, tx: Transaction) -> None:
    mail = _mail(ATTACHMENT_REFUSED, message, message.attachment.id, {"reason": message.reason})
    await _notify_person(tx, mail, message.attachment)
    await _tell_colleagues(tx, message, message.attachment, message.refused_by)


@subscriptions.on(AccountAttachmentEnded)
async def when_an_attachment_ends(message: AccountAttachmentEnded, tx: Transaction) -> None:
    """Notify the person, after the requests have ended too, and the referents of what the person did.

    Ask others for what waits; in a closed structure nothing does. Requests follow their person to another structure.
    """
    attachment = message.attachment
    theirs = {"account_ids": [attachment.account_id], "structure_ids": [attachment.structure_id]}
    by_person = message.ended_by == attachment.account_id
    facts = {
        "reason": message.reason,
        "open_requests": await tx.copies.open_requests(**theirs),
        "by_person": by_person,
        "taken_back": message.taken_back,
        "structure_closed": message.structure_closed,
        "continues_in": None,
    }
    if message.continues_in is not None:
        facts["continues_in"] = (await known_structure(tx, message.continues_in)).name
    delay = GROUPING_DELAY if facts["open_requests"] else timedelta(0)
    await _notify_person(tx, replace(_mail(ATTACHMENT_ENDED, message, attachment.id, facts), delay=delay), attachment)
    if message.structure_closed:
        return
    if by_person:
        await _tell_who_would_answer(tx, message)
    await ask_again(tx, attachment.structure_id, _cause(message))
    if message.left_without_referent:
        await tell_desk_of_last_referent(tx, attachment.structure_id, _cause(message))


@subscriptions.on(AttachmentStatusesChanged)
async def when_statuses_change(message: AttachmentStatusesChanged, tx: Transaction) -> None:
    """Notify the person, unless nothing changed, they did it, or the mail about a merger has said it.

    Ask whoever can decide now for what waits.
    """
    attachment = message.attachment
    is_told = message.changed_by == attachment.account_id or message.continues_from is not None
    if set(message.before) != set(attachment.statuses) and not is_told:
        facts = {"before": list(message.before), "now": list(attachment.statuses), "reason": message.reason}
        await _notify_person(tx, _mail(STATUSES_CHANGED, message, attachment.id, facts), attachment)
    await ask_again(tx, attachment.structure_id, _cause(message))
    if message.left_without_referent:
        await tell_desk_of_last_referent(tx, attachment.structure_id, _cause(message))


@subscriptions.on(SendAddressProof)
async def send_address_proof(message: SendAddressProof, tx: Transaction) -> None:
    """Send the link to the address. Only who registers chooses a structure: without one, staff made the account."""
    facts = message.model_dump(mode="json", include={"token", "expires_at", "first_name", "structure_name"})
    mail = _mail(ADDRESS_PROOF, message, message.id, facts)
    await queue_for_address(tx, mail, Audience.OWNER, message.email, message.account_id)


@subscriptions.on(SendPasswordReset)
async def send_password_reset(message: SendPasswordReset, tx: Transaction) -> None:
    """Send the link to the address in the command, not to the one in the copy of the account."""
    facts = message.model_dump(mode="json", include={"token", "expires_at", "first_name"})
    mail = _mail(PASSWORD_RESET, message, message.id, facts)
    await queue_for_address(tx, mail, Audience.OWNER, message.email, message.account_id)


@subscriptions.on(SendAddressChange)
async def send_address_change(message: SendAddressChange, tx: Transaction) -> None:
    """Send the link to the new address."""
    facts = message.model_dump(mode="json", include={"token", "expires_at", "first_name"})
    mail = _mail(ADDRESS_CHANGE, message, message.id, facts)
    await queue_for_address(tx, mail, Audience.OWNER, message.email, message.account_id)


@subscriptions.on(SendStructureInvitation)
async def send_structure_invitation(message: SendStructureInvitation, tx: Transaction) -> None:
    """Send the contact the link that gives the right to become referent."""
    included = {"token", "expires_at", "structure_name", "contact_name"}
    facts = {**message.model_dump(mode="json", include=included), "structure_id": str(message.structure_id)}
    mail = _mail(STRUCTURE_INVITATION, message, message.structure_id, facts)
    await queue_for_address(tx, mail, Audience.CONTACT, message.email)


@subscriptions.on(SendAccountNotice)
async def send_account_notice(message: SendAccountNotice, tx: Transaction) -> None:
    """A notice that this version does not know has no mail, so it is ignored."""
    spec = NOTICES.get(message.notice)
    if spec is None:
        return
    mail = _mail(spec, message, message.id, {"first_name": message.first_name})
    await queue_for_address(tx, mail, Audience.OWNER, message.email, message.account_id)
