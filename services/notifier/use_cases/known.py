"""What a mail is about must be known before the mail is queued. These functions raise NotYetKnown while it is not."""

from collections.abc import Iterable
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Account, Enrollment, Session, Structure
from services.notifier.storage.transaction import Transaction
from shared.messaging.subscriptions import NotYetKnown


async def known_account(tx: Transaction, account_id: UUID) -> Account:
    account = await tx.copies.account(account_id)
    if account is None:
        raise NotYetKnown(f"account {account_id}")
    return account


async def known_session(tx: Transaction, session_id: UUID) -> Session:
    session = await tx.copies.session(session_id)
    if session is None:
        raise NotYetKnown(f"session {session_id}")
    return session


async def known_structure(tx: Transaction, structure_id: UUID) -> Structure:
    structure = await tx.copies.structure(structure_id)
    if structure is None:
        raise NotYetKnown(f"structure {structure_id}")
    return structure


async def require_structure(tx: Transaction, structure_id: UUID) -> None:
    await known_structure(tx, structure_id)


async def require_all_about(tx: Transaction, request: Enrollment) -> None:
    """The person, the session, the structure, and the attachment of the person to it."""
    await known_account(tx, request.account_id)
    await known_session(tx, request.session_id)
    await require_structure(tx, request.structure_id)
    if not await tx.copies.is_attached(account_id=request.account_id, structure_id=request.structure_id):
        raise NotYetKnown(f"attachment of {request.account_id} to {request.structure_id}")


async def people_with_status(tx: Transaction, structure_id: UUID, status: Audience) -> list[Account]:
    """The people of a structure who have the status and can be reached."""
    accounts = []
    for account_id, account in await tx.copies.with_status(structure_id, status):
        if account is None:
            raise NotYetKnown(f"account {account_id}")
        accounts.append(account)
    return [account for account in accounts if account.reachable]


async def trainers_of(tx: Transaction, session_id: UUID) -> list[Account]:
    """The trainers of a session who can be reached."""
    session = await known_session(tx, session_id)
    return await reachable_accounts(tx, session.trainer_ids)


async def reachable_accounts(tx: Transaction, ids: Iterable[UUID]) -> list[Account]:
    """A trainer's account that is not proved yet is not known here, and cannot be waited for."""
    accounts = [await tx.copies.account(account_id) for account_id in ids]
    return [account for account in accounts if account is not None and account.reachable]


async def deciders_of(tx: Transaction, request: Enrollment) -> tuple[Audience, list[Account]]:
    """Who is asked to decide: the other employers, else the only employer, else the referents, else the desk (nobody).

    Nobody decides on their own request, except the only employer of a structure, if anybody has confirmed this person.
    """
    employers = await people_with_status(tx, request.structure_id, Audience.EMPLOYER)
    others = [employer for employer in employers if employer.id != request.account_id]
    if others:
        return Audience.EMPLOYER, others
    unconfirmed = await tx.copies.is_unconfirmed(account_id=request.account_id, structure_id=request.structure_id)
    if employers and not unconfirmed:
        return Audience.EMPLOYER, employers
    referents = await people_with_status(tx, request.structure_id, Audience.REFERENT)
    others = [referent for referent in referents if referent.id != request.account_id]
    return (Audience.REFERENT, others) if others else (Audience.DESK, [])
