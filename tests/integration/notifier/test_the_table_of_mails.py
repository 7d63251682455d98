"""Each row of the table of mails: what is heard, and who gets which mail by it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.notifier.use_cases.read_mailbox import KeptMail, kept_mails
from shared.contracts import catalogue as said_by_catalogue
from shared.contracts import enrollment as said
from shared.contracts import identity as said_by_identity
from tests.integration.notifier.house import NOW, House

PEOPLE = {
    "zoe@example.org": "person",
    "ada@example.org": "employer",
    "eve@example.org": "other employer",
    "tim@example.org": "trainer",
}
EMPLOYERS = {"employer", "other employer"}
Story = Callable[[House], Awaitable[None]]


def attachment(house: House, state: str, *statuses: str) -> dict[str, Any]:
    return {
        "id": house.attachments[house.person], "version": 2, "account_id": house.person, "structure_id": house.structure,
        "state": state, "statuses": statuses,
    }  # fmt: skip


def structure(house: House, version: int = 2) -> dict[str, Any]:
    return {
        "id": house.structure,
        "version": version,
        "name": "Les Amis",
        "siret": "1" * 14,
        "town": "Lyon",
        "is_member": True,
    }


def structure_request() -> dict[str, Any]:
    return {
        "id": uuid4(), "version": 1, "name": "Les Voisins", "siret": "2" * 14, "town": "Pau",
        "contact_name": "Léa", "contact_email": "lea@example.org",
    }  # fmt: skip


async def address_to_prove(house: House) -> None:
    await house.hear(
        said_by_identity.SendAddressProof, id=uuid4(), account_id=uuid4(), email="new@example.org", first_name="Ana",
        token="s3cret", expires_at=NOW + timedelta(days=1), structure_name="Les Amis",
    )  # fmt: skip


async def notice(house: House) -> None:
    for kind in ("already_registered", "password_changed"):
        await house.hear(
            said_by_identity.SendAccountNotice,
            id=uuid4(),
            account_id=house.person,
            email="zoe@example.org",
            first_name="Zoé",
            notice=kind,
        )


async def attachment_requested(house: House) -> None:
    await house.hear(said_by_identity.AccountAttachmentRequested, attachment=attachment(house, "requested"))


async def attachment_confirmed(house: House) -> None:
    confirmed = attachment(house, "active", "beneficiary")
    await house.hear(
        said_by_identity.AccountAttachmentConfirmed, attachment=confirmed, confirmed_by=house.other_employer
    )


async def attachment_refused(house: House) -> None:
    refused = attachment(house, "refused")
    await house.hear(
        said_by_identity.AccountAttachmentRefused,
        attachment=refused,
        refused_by=house.other_employer,
        reason="Inconnue",
    )


async def attachment_ended(house: House) -> None:
    ended = attachment(house, "ended")
    await house.hear(
        said_by_identity.AccountAttachmentEnded, attachment=ended, ended_by=house.other_employer, reason="Départ"
    )


async def statuses_changed(house: House) -> None:
    changed = attachment(house, "active", "beneficiary", "referent")
    await house.hear(
        said_by_identity.AttachmentStatusesChanged,
        attachment=changed,
        changed_by=house.other_employer,
        before=("beneficiary",),
    )


async def structure_requested(house: House) -> None:
    await house.hear(said_by_identity.StructureRegistrationRequested, request=structure_request())


async def structure_request_refused(house: House) -> None:
    await house.hear(
        said_by_identity.StructureRegistrationRefused, request=structure_request(), reason="Hors territoire"
    )


async def structure_registered(house: House) -> None:
    await house.hear(said_by_identity.StructureRegistered, structure=structure(house), request=structure_request())


async def change_reported(house: House) -> None:
    await house.hear(
        said_by_identity.StructureChangeReported,
        structure=structure(house),
        report_id=uuid4(),
        reported_by=house.person,
        text="Nom",
    )


async def request_made(house: House) -> None:
    await house.requested(uuid4())


def after_a_request(kind: type[Any], approval: str, seat: str = "none", **fields: Any) -> Story:
    """A request was made, and its mails left; then this is heard of it. A field that is a function gets the house."""

    async def story(house: House) -> None:
        key = uuid4()
        await house.requested(key)
        await house.send()
        await house.forget_mails()
        known = {name: value(house) if callable(value) else value for name, value in fields.items()}
        await house.hear_of(kind, house.request(key, 2, approval, seat), **known)

    return story


async def person_withdraws_after_the_calendar(house: House) -> None:
    key = await house.somebody_is_validated()
    await house.send()
    await house.forget_mails()
    await house.hear_of(said.EnrollmentWithdrawn, house.request(key, 4, "withdrawn"), late=True, seat_before="held")


async def session_moved(house: House) -> None:
    await house.requested(uuid4())
    await house.send()
    await house.forget_mails()
    await house.hear(said_by_catalogue.SessionRescheduled, session=house.session_at(2, place="Salle 9"), moved=True)


async def session_cancelled(house: House) -> None:
    await house.requested(uuid4())
    await house.send()
    await house.forget_mails()
    await house.hear(said_by_catalogue.SessionCancelled, session=house.session_at(2, state="cancelled"), reason="Neige")


def attendance_closed(*, present: bool) -> Story:
    async def story(house: House) -> None:
        key = await house.somebody_is_validated()
        await house.send()
        await house.forget_mails()
        slots = [{"slot_id": house.slots[0].id, "present": present}]
        await house.hear_of(
            said.AttendanceRecorded, house.request(key, 4, "validated", "held"), attended=present, slots=slots
        )

    return story


EMPLOYER: dict[str, Any] = {"refused_by": lambda house: house.employer}
STAFF: dict[str, Any] = {"refused_by": lambda _: uuid4()}
TRAINER: dict[str, Any] = {"declined_by": lambda house: house.trainer}
BY_EMPLOYER: dict[str, Any] = {
    "by": "employer",
    "cancelled_by": lambda house: house.employer,
    "reason": "Absence",
    "seat_before": "held",
}
BY_STAFF: dict[str, Any] = {"by": "staff", "cancelled_by": lambda _: uuid4(), "reason": "Erreur", "seat_before": "none"}
ENDED: dict[str, Any] = {"by": "attachment", "cancelled_by": None, "reason": "Départ", "seat_before": "queued"}
APPROVED: dict[str, Any] = {"approved_by": lambda house: house.employer}
VALIDATED: dict[str, Any] = {"validated_by": lambda house: house.trainer}

# fmt: off
TABLE: list[tuple[str, Story, dict[str, set[str]]]] = [
    ("an address to prove",      address_to_prove,          {"address_proof": {"new@example.org"}}),
    ("notices",                  notice,                    {"already_registered": {"person"}, "password_changed": {"person"}}),
    ("an attachment requested",  attachment_requested,      {"attachment_requested": {"other employer"}}),
    ("an attachment confirmed",  attachment_confirmed,      {"attachment_confirmed": {"person"}}),
    ("an attachment refused",    attachment_refused,        {"attachment_refused": {"person"}}),
    ("an attachment ended",      attachment_ended,          {"attachment_ended": {"person"}}),
    ("statuses changed",         statuses_changed,          {"statuses_changed": {"person"}}),
    ("a structure requested",    structure_requested,       {"structure_requested": {"desk@agence.example"}}),
    ("a structure not added",    structure_request_refused, {"structure_request_refused": {"lea@example.org"}}),
    ("a structure added",        structure_registered,      {"structure_registered": {"lea@example.org"}}),
    ("a change reported",        change_reported,           {"structure_change_reported": {"desk@agence.example"}}),
    ("a request made",           request_made,              {"request_to_decide": EMPLOYERS, "request_receipt": {"person"}}),
    ("accepted with a seat",     after_a_request(said.EnrollmentApproved, "awaiting_trainer", "held", **APPROVED),
                                                            {"accepted": {"person"}, "request_to_validate": {"trainer"}}),
    ("accepted and queued",      after_a_request(said.EnrollmentApproved, "awaiting_trainer", "queued", **APPROVED),
                                                            {"accepted": {"person"}}),
    ("refused by an employer",   after_a_request(said.EnrollmentRefused, "refused", reason="Non", **EMPLOYER), {"refused": {"person"}}),
    ("refused by the agency",    after_a_request(said.EnrollmentRefused, "refused", reason="Non", **STAFF),
                                                            {"refused": {"person"} | EMPLOYERS}),
    ("declined",                 after_a_request(said.EnrollmentDeclined, "declined", reason="Non", **TRAINER),
                                                            {"declined": {"person"} | EMPLOYERS}),
    ("expired",                  after_a_request(said.EnrollmentExpired, "expired"), {"expired": {"person"} | EMPLOYERS}),
    ("a question",               after_a_request(said.ClarificationAsked, "awaiting_beneficiary", "held",
                                                 asked_by=lambda house: house.trainer, question="Quand ?"), {"question": {"person"}}),
    ("an answer",                after_a_request(said.ClarificationGiven, "awaiting_trainer", "held", answer="Voilà"),
                                                            {"answer": {"trainer"}}),
    ("promoted",                 after_a_request(said.EnrollmentPromoted, "awaiting_trainer", "held"),
                                                            {"promoted": {"person"} | EMPLOYERS, "request_to_validate": {"trainer"}}),
    ("promoted and validated",   after_a_request(said.EnrollmentPromoted, "validated", "held"), {"promoted": {"person"} | EMPLOYERS}),
    ("validated with a seat",    after_a_request(said.EnrollmentValidated, "validated", "held", **VALIDATED),
                                                            {"validated": {"person"} | EMPLOYERS}),
    ("validated in the queue",   after_a_request(said.EnrollmentValidated, "validated", "queued", **VALIDATED),
                                                            {"validated": {"person"} | EMPLOYERS}),
    ("withdrawn early",          after_a_request(said.EnrollmentWithdrawn, "withdrawn", late=False, seat_before="none"),
                                                            {"withdrawn": EMPLOYERS}),
    ("withdrawn from a seat",    after_a_request(said.EnrollmentWithdrawn, "withdrawn", late=False, seat_before="held"),
                                                            {"withdrawn": EMPLOYERS | {"trainer"}}),
    ("withdrawn with calendar",  person_withdraws_after_the_calendar, {"withdrawn": EMPLOYERS | {"trainer", "person"}}),
    ("agreement taken back",     after_a_request(said.EnrollmentCancelled, "cancelled", **BY_EMPLOYER),
                                                            {"cancelled": {"person", "other employer", "trainer"}}),
    ("cancelled by the agency",  after_a_request(said.EnrollmentCancelled, "cancelled", **BY_STAFF), {"cancelled": {"person"} | EMPLOYERS}),
    ("the attachment ended",     after_a_request(said.EnrollmentCancelled, "cancelled", **ENDED),
                                                            {"cancelled": {"person", "trainer"} | EMPLOYERS}),
    ("a session moved",          session_moved,             {"session_moved": {"person"} | EMPLOYERS}),
    ("a session cancelled",      session_cancelled,         {"session_cancelled": {"person"} | EMPLOYERS}),
    ("attendance, present",      attendance_closed(present=True),  {"attendance": EMPLOYERS, "certificate": {"person"}}),
    ("attendance, absent",       attendance_closed(present=False), {"attendance": EMPLOYERS}),
]
# fmt: on


def who(mail: KeptMail) -> str:
    return PEOPLE.get(mail.recipient, mail.recipient)


@pytest.mark.parametrize(("story", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
async def test_the_right_people_get_the_right_mail(house: House, story: Story, expected: dict[str, set[str]]) -> None:
    await story(house)
    await house.send()
    async with house.begin() as tx:
        mails = await kept_mails(tx)
    found: dict[str, set[str]] = {}
    for mail in mails:
        assert who(mail) not in found.get(mail.kind, set()), "the same mail twice"
        found.setdefault(mail.kind, set()).add(who(mail))
        assert "Vous recevez ce message parce que" in mail.text
        assert "https://agence.example/" in mail.html
    assert found == expected
