"""What the notifier does with identity's events about structures."""

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.attachment import PEOPLE_RECEIVED
from services.notifier.domain.mails.desk import (
    STRUCTURE_CHANGE_REPORTED,
    STRUCTURE_REQUEST_REFUSED,
    STRUCTURE_REQUESTED,
)
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.known import known_account, people_with_status, require_structure
from services.notifier.use_cases.queue_mails import NewMail, queue_for_address, queue_for_desk, queue_for_people
from shared.contracts import Message
from shared.contracts.identity import (
    StructureChangeReported,
    StructurePeopleReceived,
    StructureRegistrationRefused,
    StructureRegistrationRequested,
)
from shared.messaging.subscriptions import Subscriptions

subscriptions = Subscriptions[Transaction]()


def _cause(message: Message) -> str:
    """The aggregate at the version of the event."""
    return f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}"


@subscriptions.on(StructureRegistrationRequested)
async def when_a_structure_is_requested(message: StructureRegistrationRequested, tx: Transaction) -> None:
    facts = message.request.model_dump(mode="json")
    mail = NewMail(spec=STRUCTURE_REQUESTED, cause=_cause(message), subject_id=message.request.id, facts=facts)
    await queue_for_desk(tx, mail)


@subscriptions.on(StructureRegistrationRefused)
async def when_a_structure_request_is_refused(message: StructureRegistrationRefused, tx: Transaction) -> None:
    """Notify the person who asked."""
    facts = {**message.request.model_dump(mode="json"), "reason": message.reason}
    mail = NewMail(spec=STRUCTURE_REQUEST_REFUSED, cause=_cause(message), subject_id=message.request.id, facts=facts)
    await queue_for_address(tx, mail, Audience.CONTACT, message.request.contact_email)


@subscriptions.on(StructureChangeReported)
async def when_a_change_of_a_structure_is_reported(message: StructureChangeReported, tx: Transaction) -> None:
    """Notify the desk. The cause is the report, because a report does not change the version of the structure."""
    reporter = await known_account(tx, message.reported_by)
    facts = {
        "text": message.text,
        "reporter": f"{reporter.full_name} ({reporter.email})",
        "reported_by": str(reporter.id),
        "structure_id": str(message.structure.id),
    }
    cause = f"{message.wire_name}:{message.report_id}"
    mail = NewMail(spec=STRUCTURE_CHANGE_REPORTED, cause=cause, subject_id=message.report_id, facts=facts)
    await queue_for_desk(tx, mail)


@subscriptions.on(StructurePeopleReceived)
async def when_a_structure_receives_the_people_of_another(message: StructurePeopleReceived, tx: Transaction) -> None:
    """Notify the referents that the structure had before: those who came read it in the mail about their attachment."""
    structure, origin = message.structure, message.origin
    await require_structure(tx, structure.id)
    came = set(message.people) - set(message.already_here)
    facts = {
        "structure_id": str(structure.id),
        "from_name": origin.name,
        "people": len(came),
        "waiting": message.waiting,
        "open_requests": await tx.copies.open_requests(
            account_ids=message.people, structure_ids=[structure.id, origin.id]
        ),
        "reason": message.reason,
    }
    mail = NewMail(spec=PEOPLE_RECEIVED, cause=_cause(message), subject_id=structure.id, facts=facts)
    referents = await people_with_status(tx, structure.id, Audience.REFERENT)
    await queue_for_people(tx, mail, Audience.REFERENT, [each for each in referents if each.id not in came])
