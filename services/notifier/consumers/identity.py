"""What the notifier does when identity speaks."""

from services.notifier.domain.kinds import Audience, Kind
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.keep_copies import keep_account, keep_attachment, keep_structure
from services.notifier.use_cases.post import Post, having, known_account, post_to, post_to_address, require_structure
from shared.contracts import Message
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AccountAttachmentRequested,
    AccountRegistered,
    AccountUpdated,
    AttachmentSnapshot,
    AttachmentStatusesChanged,
    SendAccountNotice,
    SendAddressProof,
    SendPasswordReset,
    StructureChangeReported,
    StructureRegistered,
    StructureRegistrationRefused,
    StructureRegistrationRequested,
    StructureUpdated,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Transaction]()

_NOTICES = {"already_registered": Kind.ALREADY_REGISTERED, "password_changed": Kind.PASSWORD_CHANGED}


def cause(message: Message) -> str:
    """What a mail follows from: the fact, by the aggregate and its version."""
    return f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}"


@subscriptions.on(AccountRegistered)
async def when_an_account_is_registered(message: AccountRegistered, tx: Transaction) -> None:
    """Keep the address."""
    await keep_account(tx, message.account)


@subscriptions.on(AccountUpdated)
async def when_an_account_is_updated(message: AccountUpdated, tx: Transaction) -> None:
    """Keep the address."""
    await keep_account(tx, message.account)


@subscriptions.on(StructureUpdated)
async def when_a_structure_is_updated(message: StructureUpdated, tx: Transaction) -> None:
    """Keep its name."""
    await keep_structure(tx, message.structure)


@subscriptions.on(StructureRegistered)
async def when_a_structure_is_registered(message: StructureRegistered, tx: Transaction) -> None:
    """Keep its name; tell whoever had asked for it."""
    await keep_structure(tx, message.structure)
    if message.request is not None:
        post = Post(
            Kind.STRUCTURE_REGISTERED, cause(message), message.request.id, message.request.model_dump(mode="json")
        )
        await post_to_address(tx, post, Audience.CONTACT, message.request.contact_email)


@subscriptions.on(StructureRegistrationRequested)
async def when_a_structure_is_requested(message: StructureRegistrationRequested, tx: Transaction) -> None:
    """Tell the desk."""
    post = Post(Kind.STRUCTURE_REQUESTED, cause(message), message.request.id, message.request.model_dump(mode="json"))
    await post_to_address(tx, post, Audience.DESK, tx.desk_email)


@subscriptions.on(StructureRegistrationRefused)
async def when_a_structure_request_is_refused(message: StructureRegistrationRefused, tx: Transaction) -> None:
    """Tell whoever had asked."""
    facts = {**message.request.model_dump(mode="json"), "reason": message.reason}
    post = Post(Kind.STRUCTURE_REQUEST_REFUSED, cause(message), message.request.id, facts)
    await post_to_address(tx, post, Audience.CONTACT, message.request.contact_email)


@subscriptions.on(StructureChangeReported)
async def when_a_change_of_a_structure_is_reported(message: StructureChangeReported, tx: Transaction) -> None:
    """Tell the desk; several reports of one structure at one version are several mails."""
    await keep_structure(tx, message.structure)
    reporter = await known_account(tx, message.reported_by)
    facts = {
        "text": message.text,
        "reporter": f"{reporter.full_name} ({reporter.email})",
        "reported_by": str(reporter.id),
    }
    post = Post(Kind.STRUCTURE_CHANGE_REPORTED, f"{message.wire_name}:{message.report_id}", message.structure.id, facts)
    await post_to_address(tx, post, Audience.DESK, tx.desk_email)


@subscriptions.on(AccountAttachmentRequested)
async def when_an_attachment_is_requested(message: AccountAttachmentRequested, tx: Transaction) -> None:
    """Tell the referents; the desk when there is none to answer."""
    await keep_attachment(tx, message.attachment)
    await known_account(tx, message.attachment.account_id)
    await require_structure(tx, message.attachment.structure_id)
    post = Post(Kind.ATTACHMENT_REQUESTED, cause(message), message.attachment.id)
    referents = await having(tx, message.attachment.structure_id, Audience.REFERENT)
    await post_to(tx, post, Audience.REFERENT, referents)
    if not referents:
        await post_to_address(tx, post, Audience.DESK, tx.desk_email)


async def _tell_the_person(
    message: Message, attachment: AttachmentSnapshot, tx: Transaction, kind: Kind, **facts: object
) -> None:
    await keep_attachment(tx, attachment)
    await require_structure(tx, attachment.structure_id)
    person = await known_account(tx, attachment.account_id)
    await post_to(tx, Post(kind, cause(message), attachment.id, facts), Audience.PERSON, [person])


@subscriptions.on(AccountAttachmentConfirmed)
async def when_an_attachment_is_confirmed(message: AccountAttachmentConfirmed, tx: Transaction) -> None:
    """Tell the person."""
    await _tell_the_person(
        message, message.attachment, tx, Kind.ATTACHMENT_CONFIRMED, first=message.confirmed_by is None
    )


@subscriptions.on(AccountAttachmentRefused)
async def when_an_attachment_is_refused(message: AccountAttachmentRefused, tx: Transaction) -> None:
    """Tell the person."""
    await _tell_the_person(message, message.attachment, tx, Kind.ATTACHMENT_REFUSED, reason=message.reason)


@subscriptions.on(AccountAttachmentEnded)
async def when_an_attachment_ends(message: AccountAttachmentEnded, tx: Transaction) -> None:
    """Tell the person."""
    await _tell_the_person(message, message.attachment, tx, Kind.ATTACHMENT_ENDED, reason=message.reason)


@subscriptions.on(AttachmentStatusesChanged)
async def when_statuses_change(message: AttachmentStatusesChanged, tx: Transaction) -> None:
    """Tell the person."""
    await _tell_the_person(message, message.attachment, tx, Kind.STATUSES_CHANGED, before=list(message.before))


@subscriptions.on(SendAddressProof)
async def send_address_proof(message: SendAddressProof, tx: Transaction) -> None:
    """Send the link to the address, whose account is not there yet."""
    facts = message.model_dump(mode="json", include={"token", "expires_at", "first_name", "structure_name"})
    await post_to_address(
        tx, Post(Kind.ADDRESS_PROOF, cause(message), message.id, facts), Audience.OWNER, message.email
    )


@subscriptions.on(SendPasswordReset)
async def send_password_reset(message: SendPasswordReset, tx: Transaction) -> None:
    """Send the link to the address that was given to identity."""
    facts = message.model_dump(mode="json", include={"token", "expires_at", "first_name"})
    await post_to_address(
        tx, Post(Kind.PASSWORD_RESET, cause(message), message.id, facts), Audience.OWNER, message.email
    )


@subscriptions.on(SendAccountNotice)
async def send_account_notice(message: SendAccountNotice, tx: Transaction) -> None:
    """Tell the owner of the address."""
    kind = _NOTICES.get(message.notice)
    if kind is None:  # a notice that this version does not know: there is no mail for it
        return
    post = Post(kind, cause(message), message.id, {"first_name": message.first_name})
    await post_to_address(tx, post, Audience.OWNER, message.email)
