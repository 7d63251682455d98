"""What handlers of enrollment's events have in common: the request, who acted, mails that ask for a decision."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Enrollment
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.known import known_session, people_with_status, require_all_about
from services.notifier.use_cases.queue_mails import NewMail
from shared.contracts.enrollment import EnrollmentSnapshot
from shared.contracts.message import Message
from shared.records import from_attributes

MOTIVATION_DELAY: Final = timedelta(seconds=5)
"""The command with the motivation takes another way than the event, and may arrive a little later."""
SEEN_BY_TRAINERS: Final = frozenset({"queued", "held"})
"""Seats of requests that trainers may have been told of; not one that is not known here."""


async def request_of(tx: Transaction, snapshot: EnrollmentSnapshot) -> Enrollment:
    """The request as it was when the event happened; the copy may be newer. Raises NotYetKnown."""
    # these are in single events, not in the snapshot
    request = from_attributes(Enrollment, snapshot, attendance=None, ended_in=None, excused=0)
    await require_all_about(tx, request)
    return request


def mail_about(spec: MailSpec, message: Message, facts: Mapping[str, Any] | None = None) -> NewMail:
    """The cause is the request at the version of the event."""
    cause = f"{message.wire_name}:{message.aggregate_id}:{message.aggregate_version}"
    return NewMail(spec=spec, cause=cause, subject_id=message.aggregate_id, facts=facts or {})


async def asking(tx: Transaction, spec: MailSpec, message: Message, *, cause: str = "", **facts: object) -> NewMail:
    """A mail that asks for a decision and contains the motivation, for which it waits a little if it is not here."""
    request_id, version = message.aggregate_id, message.aggregate_version
    is_here = await tx.motivations.of(request_id) is not None
    return NewMail(
        spec=spec,
        cause=cause or f"{message.wire_name}:{request_id}:{version}",
        subject_id=request_id,
        facts={**facts, "version": version},
        delay=timedelta(0) if is_here else MOTIVATION_DELAY,
    )


async def actor(
    tx: Transaction, by: UUID | None, acting_as: str | None, request: Enrollment, *, usual: str
) -> dict[str, Any]:
    """The facts about who acted: `by` is a role; `by_name` is for colleagues and the person, not for the agency.

    `usual`: the role in which people act so, for events that were published before they named the role.
    """
    role = acting_as or await _role(tx, by, request, usual)
    account = None if by is None or role not in {"employer", "trainer"} else await tx.copies.account(by)
    return {"by": role, "by_name": account.full_name if account else "", "by_person": by == request.account_id}


async def _role(tx: Transaction, by: UUID | None, request: Enrollment, usual: str) -> str:
    match usual:
        case "trainer":
            people = (await known_session(tx, request.session_id)).trainer_ids
        case "employer":
            employers = await people_with_status(tx, request.structure_id, Audience.EMPLOYER)
            people = tuple(employer.id for employer in employers)
        case _:
            return usual
    return usual if by in people else "staff"
