"""Queues mails: finds the addresses of an audience and adds one row for each recipient."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Account, Enrollment
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.known import deciders_of, known_account, people_with_status, trainers_of
from shared import tracing
from shared.telemetry import current_correlation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """A mail without its recipients. `cause`: why it is sent; the same cause, kind and recipient are queued once."""

    spec: MailSpec
    cause: str
    subject_id: UUID
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    delay: timedelta = timedelta(0)


async def queue_for_address(
    tx: Transaction, mail: NewMail, audience: Audience, email: str, account_id: UUID | None = None
) -> None:
    """Raises ValueError for an audience that the record of the mail does not declare.

    A command to mail a link that arrives after the erasure of its account is too late.
    """
    if audience not in mail.spec.audiences:
        text = f"the mail {mail.spec.kind} is not for the audience {audience}"
        raise ValueError(text)
    if account_id is not None and await tx.erasures.is_erased(account_id):
        return
    await tx.queue.add(
        kind=mail.spec.kind,
        audience=audience,
        recipient=email,
        recipient_account_id=account_id,
        cause=mail.cause,
        subject_id=mail.subject_id,
        facts=mail.facts,
        correlation_id=current_correlation_id(),
        delay=mail.delay,
        traceparent=tracing.carried(),
    )


async def queue_for_people(tx: Transaction, mail: NewMail, audience: Audience, people: Iterable[Account]) -> None:
    """Queue for each of the people who can be reached."""
    for account in people:
        if account.reachable:
            await queue_for_address(tx, mail, audience, account.email, account.id)


async def queue_for_desk(tx: Transaction, mail: NewMail) -> None:
    await queue_for_address(tx, mail, Audience.DESK, tx.desk_email)


async def queue_for_deciders(tx: Transaction, mail: NewMail, request: Enrollment) -> None:
    """Queue for whoever can decide on the request, or for the desk."""
    audience, people = await deciders_of(tx, request)
    if audience is Audience.DESK:
        await queue_for_desk(tx, mail)
    await queue_for_people(tx, mail, audience, people)


async def queue_for_trainers(
    tx: Transaction, mail: NewMail, session_id: UUID, *, except_for: UUID | None = None, else_desk: bool = True
) -> None:
    """Queue for the trainers of the session, who may include the person of the request, or for the desk."""
    people = [trainer for trainer in await trainers_of(tx, session_id) if trainer.id != except_for]
    if else_desk and not people:
        await queue_for_desk(tx, mail)
    await queue_for_people(tx, mail, Audience.TRAINER, people)


async def queue_for_each_trainer(
    tx: Transaction, mail: NewMail, session_id: UUID, enrollment_ids: Sequence[UUID]
) -> None:
    """Queue for each trainer of the session a mail that names only the requests in sessions of that trainer."""
    lines = await tx.copies.requests(enrollment_ids)
    for trainer in await trainers_of(tx, session_id):
        theirs = [str(line.enrollment.id) for line in lines if trainer.id in line.session.trainer_ids]
        their_mail = replace(mail, facts={**mail.facts, "enrollment_ids": theirs})
        await queue_for_people(tx, their_mail, Audience.TRAINER, [trainer])


async def queue_for_those_who_decide(tx: Transaction, mail: NewMail, structure_id: UUID) -> None:
    """Queue for the first audience of the mail that has people in the structure, else for the desk."""
    for status in mail.spec.audiences:
        people = [] if status is Audience.DESK else await people_with_status(tx, structure_id, status)
        if people:
            await queue_for_people(tx, mail, status, people)
            return
    await queue_for_desk(tx, mail)


async def queue_about_request(
    tx: Transaction,
    mail: NewMail,
    request: Enrollment,
    *,
    without: Sequence[Audience] = (),
    acted_by: UUID | None = None,
) -> None:
    """Queue for all audiences of the mail except those of `without`, and except whoever acted.

    The person of the request gets the mail even about an act of their own, as a receipt. A person in several
    audiences receives one mail, in the role of the first of them.
    """
    for audience in mail.spec.audiences:
        if audience in without:
            continue
        match audience:
            case Audience.PERSON:
                people = [await known_account(tx, request.account_id)]
            case Audience.TRAINER:
                people = await trainers_of(tx, request.session_id)
            case _:
                people = await people_with_status(tx, request.structure_id, audience)
        if audience is not Audience.PERSON:
            people = [account for account in people if account.id != acted_by]
        await queue_for_people(tx, mail, audience, people)
