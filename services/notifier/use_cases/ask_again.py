"""Asks again for the decisions that a structure owes, of whoever can decide now and was not asked yet."""

from collections import defaultdict
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Account
from services.notifier.domain.mails.desk import NO_DECIDER, NO_REFERENT
from services.notifier.domain.mails.request import REQUESTS_TO_DECIDE
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.known import deciders_of, require_structure
from services.notifier.use_cases.queue_mails import NewMail, queue_for_desk, queue_for_people


async def ask_again(tx: Transaction, structure_id: UUID, cause: str) -> None:
    """One mail for each person, however many requests wait. The desk is told if nobody is left to decide.

    `cause`: the change of statuses or accounts.
    """
    await require_structure(tx, structure_id)
    waiting: dict[tuple[Audience, Account | None], list[UUID]] = defaultdict(list)
    for request in await tx.copies.requests_to_decide(structure_id):
        audience, people = await deciders_of(tx, request)
        recipients: list[Account | None] = [*people] or [None]
        for account in recipients:
            account_id, address = (account.id, account.email) if account else (None, tx.desk_email)
            if not await tx.told.was_asked(request.id, audience, account_id=account_id, address=address):
                waiting[audience, account].append(request.id)
    for (audience, recipient), requests in waiting.items():
        facts = {"structure_id": str(structure_id), "enrollment_ids": [str(request_id) for request_id in requests]}
        mail = NewMail(spec=REQUESTS_TO_DECIDE, cause=cause, subject_id=structure_id, facts=facts)
        if recipient is None:
            await queue_for_desk(tx, mail)
        else:
            await queue_for_people(tx, mail, audience, [recipient])
    if (Audience.DESK, None) not in waiting:
        await _tell_desk_that_nobody_decides(tx, structure_id, cause)


async def tell_desk_of_last_referent(tx: Transaction, structure_id: UUID, cause: str) -> None:
    """Nobody confirms who joins the structure any more; unless the desk reads that nobody decides there either."""
    if not await _nobody_decides(tx, structure_id):
        facts = {"structure_id": str(structure_id), "has_people": await tx.copies.people(structure_id) > 0}
        await queue_for_desk(tx, NewMail(spec=NO_REFERENT, cause=cause, subject_id=structure_id, facts=facts))


async def _tell_desk_that_nobody_decides(tx: Transaction, structure_id: UUID, cause: str) -> None:
    if await _nobody_decides(tx, structure_id):
        facts = {"structure_id": str(structure_id)}
        await queue_for_desk(tx, NewMail(spec=NO_DECIDER, cause=cause, subject_id=structure_id, facts=facts))


async def _nobody_decides(tx: Transaction, structure_id: UUID) -> bool:
    """In a structure that has people."""
    held = await tx.copies.reachable_statuses(structure_id)
    return not held & {Audience.EMPLOYER, Audience.REFERENT} and await tx.copies.people(structure_id) > 0
