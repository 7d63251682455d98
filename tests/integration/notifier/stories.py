"""What happens before a mail: each story delivers the events to the notifier."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.catalogue import (
    SessionBefore,
    SessionCancelled,
    SessionRescheduled,
)
from shared.contracts.enrollment import (
    AttendanceRecorded,
    EnrollmentWithdrawn,
    SlotPresence,
)
from shared.contracts.identity import (
    AttachmentSnapshot,
    SendAccountNotice,
    SendAddressProof,
    StructureChangeReported,
    StructurePeopleReceived,
    StructureRequestSnapshot,
)
from shared.contracts.message import Message
from tests.integration.notifier.notifier_service import NOW, NotifierService

Story = Callable[[NotifierService], Awaitable[None]]
About = Callable[[NotifierService], Message]


def attachment(service: NotifierService, state: str, *statuses: str, unconfirmed: bool = False) -> AttachmentSnapshot:
    snapshot = service.attachment(service.person, state, *statuses, version=2)
    return snapshot.model_copy(update={"unconfirmed": unconfirmed})


def structure_request() -> StructureRequestSnapshot:
    return StructureRequestSnapshot(
        id=uuid4(),
        version=1,
        name="Les Voisins",
        siret="2" * 14,
        town="Pau",
        contact_name="Léa",
        contact_email="lea@example.org",
    )


def after(message: About) -> Story:
    async def story(service: NotifierService) -> None:
        await service.tell(message(service))

    return story


def address_to_prove(_: NotifierService) -> Message:
    return SendAddressProof(
        occurred_at=NOW,
        id=uuid4(),
        account_id=uuid4(),
        email="new@example.org",
        first_name="Ana",
        token="s3cret",
        expires_at=NOW + timedelta(days=1),
        structure_name="Les Amis",
    )


NOTICES = (
    "already_registered",
    "password_changed",
    "address_changed",
    "second_factor_enrolled",
    "second_factor_reset",
    "recovery_code_used",
)


async def notices(service: NotifierService) -> None:
    for notice in NOTICES:
        await service.tell(
            SendAccountNotice(
                occurred_at=NOW,
                id=uuid4(),
                account_id=service.person,
                email="zoe@example.org",
                first_name="Zoé",
                notice=notice,
            )
        )


def change_reported(service: NotifierService) -> StructureChangeReported:
    return StructureChangeReported(
        occurred_at=NOW, structure=service.structure(2), report_id=uuid4(), reported_by=service.person, text="Nom"
    )


async def people_received(service: NotifierService) -> None:
    """The person, who has an open request, and one of the two referents come from another structure."""
    await service.request_made()
    fred = await service.another_account("Fred", "referent")
    await service.send()
    await service.keep_as_earlier()
    origin = service.structure(4).model_copy(update={"id": uuid4(), "name": "Le Foyer"})
    await service.tell(
        StructurePeopleReceived(
            occurred_at=NOW,
            structure=service.structure(),
            origin=origin,
            people=(service.person, fred, service.other_employer),
            already_here=(service.other_employer,),
            waiting=1,
            reason="Une seule association.",
        )
    )


async def request_made(service: NotifierService) -> None:
    await service.request_made()


def after_a_request(
    kind: type[Message], approval: str, seat: str = "none", *, told: bool = False, **fields: Any
) -> Story:
    """A request was made, and its mails left; then this event arrives. A field that is a function gets the service.

    `told`: the trainer was asked to validate the request before.
    """

    async def story(service: NotifierService) -> None:
        key = await (service.request_accepted() if told else service.request_made())
        await service.send()
        await service.keep_as_earlier()
        values = {name: value(service) if callable(value) else value for name, value in fields.items()}
        snapshot = service.request(key, 3, approval, seat)
        await service.tell(kind.model_validate({"occurred_at": NOW, "enrollment": snapshot, **values}))

    return story


async def validated_before(service: NotifierService) -> UUID:
    key = await service.request_validated()
    await service.send()
    await service.keep_as_earlier()
    return key


async def withdrawn_after_the_calendar_file(service: NotifierService) -> None:
    key = await validated_before(service)
    snapshot = service.request(key, 4, "withdrawn")
    await service.tell(EnrollmentWithdrawn(occurred_at=NOW, enrollment=snapshot, late=True, seat_before="held"))


def session_changed(message: About) -> Story:
    async def story(service: NotifierService) -> None:
        await service.request_made()
        await service.send()
        await service.keep_as_earlier()
        await service.tell(message(service))

    return story


def moved(service: NotifierService) -> Message:
    before = SessionBefore(place="Salle 2", slots=service.slots, trainer_ids=(service.trainer,))
    return SessionRescheduled(occurred_at=NOW, session=service.session(2, place="Salle 9"), moved=True, before=before)


def not_moved(service: NotifierService) -> Message:
    return SessionRescheduled(occurred_at=NOW, session=service.session(2), moved=False)


def cancelled(service: NotifierService) -> Message:
    return SessionCancelled(occurred_at=NOW, session=service.session(2, state="cancelled"), reason="Neige")


def attendance_closed(*, present: bool) -> Story:
    async def story(service: NotifierService) -> None:
        key = await validated_before(service)
        slots = (SlotPresence(slot_id=service.slots[0].id, present=present),)
        snapshot = service.request(key, 4, "validated", "held")
        await service.tell(AttendanceRecorded(occurred_at=NOW, enrollment=snapshot, attended=present, slots=slots))

    return story
