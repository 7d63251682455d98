"""What the notifier does with the events of identity, and with its commands to send a link or a notice."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.account import (
    ADDRESS_PROOF,
    ALREADY_REGISTERED,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    RECOVERY_CODE_USED,
    SECOND_FACTOR_ENROLLED,
    SECOND_FACTOR_RESET,
)
from services.notifier.domain.mails.attachment import (
    ATTACHMENT_CONFIRMED,
    ATTACHMENT_ENDED,
    ATTACHMENT_REFUSED,
    ATTACHMENT_REQUESTED,
    FIRST_USER,
    STATUSES_CHANGED,
    UNCONFIRMED_REFERENT,
)
from services.notifier.domain.mails.desk import (
    STRUCTURE_CHANGE_REPORTED,
    STRUCTURE_REGISTERED,
    STRUCTURE_REQUEST_REFUSED,
    STRUCTURE_REQUESTED,
)
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.storage import tables
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.known import known_account, require_structure
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
    AttachmentSnapshot,
    AttachmentStatusesChanged,
    SendAccountNotice,
    SendAddressProof,
    SendPasswordReset,
    StructureChangeReported,
    StructureRegistered,
    StructureRegistrationRefused,
    StructureRegistrationRequested,
    StructureSnapshot,
)
from shared.messaging.subscriptions import Subscriptions

NOTICES: Final = {
    "already_registered": ALREADY_REGISTERED,
    "password_changed": PASSWORD_CHANGED,
    "second_factor_enrolled": SECOND_FACTOR_ENROLLED,
    "second_factor_reset": SECOND_FACTOR_RESET,
    "recovery_code_used": RECOVERY_CODE_USED,
}

subscriptions = Subscriptions[Transaction]()
subscriptions.keep(AccountSnapshot, into=tables.accounts)
subscriptions.keep(StructureSnapshot, into=tables.structures)
subscriptions.keep(AttachmentSnapshot, into=tables.attachments)


def _mail(spec: MailSpec, message: Message, subject_id: UUID, facts: Mapping[str, Any] | None = None) -> NewMail:
    """The cause is the aggregate at the version of the event."""
    cause = f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}"
    return NewMail(spec=spec, cause=cause, subject_id=subject_id, facts=facts or {})


@subscriptions.on(StructureRegistered)
async def when_a_structure_is_registered(message: StructureRegistered, tx: Transaction) -> None:
    """Notify the person who asked for it."""
    if message.request is not None:
        facts = message.request.model_dump(mode="json")
        mail = _mail(STRUCTURE_REGISTERED, message, message.request.id, facts)
        await queue_for_address(tx, mail, Audience.CONTACT, message.request.contact_email)


@subscriptions.on(StructureRegistrationRequested)
async def when_a_structure_is_requested(message: StructureRegistrationRequested, tx: Transaction) -> None:
    facts = message.request.model_dump(mode="json")
    await queue_for_desk(tx, _mail(STRUCTURE_REQUESTED, message, message.request.id, facts))


@subscriptions.on(StructureRegistrationRefused)
async def when_a_structure_request_is_refused(message: StructureRegistrationRefused, tx: Transaction) -> None:
    """Notify the person who asked."""
    facts = {**message.request.model_dump(mode="json"), "reason": message.reason}
    mail = _mail(STRUCTURE_REQUEST_REFUSED, message, message.request.id, facts)
    await queue_for_address(tx, mail, Audience.CONTACT, message.request.contact_email)


@subscriptions.on(StructureChangeReported)
async def when_a_change_of_a_structure_is_reported(message: StructureChangeReported, tx: Transaction) -> None:
    """Notify the desk. The cause is the report, because a report does not change the version of the structure."""
    reporter = await known_account(tx, message.reported_by)
    facts = {
        "text": message.text,
        "reporter": f"{reporter.full_name} ({reporter.email})",
        "reported_by": str(reporter.id),
    }
    cause = f"{message.wire_name}:{message.report_id}"
    subject_id = message.structure.id
    mail = NewMail(spec=STRUCTURE_CHANGE_REPORTED, cause=cause, subject_id=subject_id, facts=facts)
    await queue_for_desk(tx, mail)


@subscriptions.on(AccountAttachmentRequested)
async def when_an_attachment_is_requested(message: AccountAttachmentRequested, tx: Transaction) -> None:
    """Notify the referents, or the desk if there is none. The person is told of a referent whom nobody confirmed."""
    attachment = message.attachment
    await known_account(tx, attachment.account_id)
    await require_structure(tx, attachment.structure_id)
    mail = _mail(ATTACHMENT_REQUESTED, message, attachment.id)
    await queue_for_those_who_decide(tx, mail, attachment.structure_id)
    if message.unconfirmed_referent is not None:
        referent = await known_account(tx, message.unconfirmed_referent)
        mail = _mail(UNCONFIRMED_REFERENT, message, attachment.id, {"referent": referent.full_name})
        await _notify_person(tx, mail, attachment)


async def _notify_person(tx: Transaction, mail: NewMail, attachment: AttachmentSnapshot) -> None:
    await require_structure(tx, attachment.structure_id)
    person = await known_account(tx, attachment.account_id)
    await queue_for_people(tx, mail, Audience.PERSON, [person])


@subscriptions.on(AccountAttachmentConfirmed)
async def when_an_attachment_is_confirmed(message: AccountAttachmentConfirmed, tx: Transaction) -> None:
    """Notify the person. The first user of a structure was confirmed by nobody: the desk and the structure are told."""
    facts = {"first": message.confirmed_by is None}
    mail = _mail(ATTACHMENT_CONFIRMED, message, message.attachment.id, facts)
    await _notify_person(tx, mail, message.attachment)
    if message.attachment.unconfirmed:
        mail = _mail(FIRST_USER, message, message.attachment.id)
        await queue_for_desk(tx, mail)
        person = await known_account(tx, message.attachment.account_id)
        contact_email = message.structure_contact_email
        if contact_email is not None and contact_email != person.email:
            await queue_for_address(tx, mail, Audience.CONTACT, contact_email)


@subscriptions.on(AccountAttachmentRefused)
async def when_an_attachment_is_refused(message: AccountAttachmentRefused, tx: Transaction) -> None:
    mail = _mail(ATTACHMENT_REFUSED, message, message.attachment.id, {"reason": message.reason})
    await _notify_person(tx, mail, message.attachment)


@subscriptions.on(AccountAttachmentEnded)
async def when_an_attachment_ends(message: AccountAttachmentEnded, tx: Transaction) -> None:
    mail = _mail(ATTACHMENT_ENDED, message, message.attachment.id, {"reason": message.reason})
    await _notify_person(tx, mail, message.attachment)


@subscriptions.on(AttachmentStatusesChanged)
async def when_statuses_change(message: AttachmentStatusesChanged, tx: Transaction) -> None:
    mail = _mail(STATUSES_CHANGED, message, message.attachment.id, {"before": list(message.before)})
    await _notify_person(tx, mail, message.attachment)


@subscriptions.on(SendAddressProof)
async def send_address_proof(message: SendAddressProof, tx: Transaction) -> None:
    """Send the link to the address; there is no account yet."""
    facts = message.model_dump(mode="json", include={"token", "expires_at", "first_name", "structure_name"})
    mail = _mail(ADDRESS_PROOF, message, message.id, facts)
    await queue_for_address(tx, mail, Audience.OWNER, message.email)


@subscriptions.on(SendPasswordReset)
async def send_password_reset(message: SendPasswordReset, tx: Transaction) -> None:
    """Send the link to the address in the command, not to the one in the copy of the account."""
    facts = message.model_dump(mode="json", include={"token", "expires_at", "first_name"})
    mail = _mail(PASSWORD_RESET, message, message.id, facts)
    await queue_for_address(tx, mail, Audience.OWNER, message.email)


@subscriptions.on(SendAccountNotice)
async def send_account_notice(message: SendAccountNotice, tx: Transaction) -> None:
    """A notice that this version does not know has no mail, so it is ignored."""
    spec = NOTICES.get(message.notice)
    if spec is None:
        return
    mail = _mail(spec, message, message.id, {"first_name": message.first_name})
    await queue_for_address(tx, mail, Audience.OWNER, message.email)
