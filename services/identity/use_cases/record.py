"""The end of every change: save the object, add its history line, and emit the message about it.

The right of a member of staff is read again after the object was saved, when the act holds all its locks: it may have
been taken away while a lock was waited for.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.identity.domain.accounts import Account, AccountFact, AddressChanged, PasswordFact
from services.identity.domain.attachments import (
    Attachment,
    AttachmentEnded,
    AttachmentFact,
    AttachmentRefused,
)
from services.identity.domain.closing import ClosingFact
from services.identity.domain.erasures import AccountErased
from services.identity.domain.security_events import Kind
from services.identity.domain.sign_in_sessions import RefreshTokenReplayed
from services.identity.domain.structures import (
    ChangeReportClosed,
    DeskFact,
    Structure,
    StructureChangeReported,
    StructureFact,
    StructureRequestAccepted,
    StructureRequested,
    StructureRequestRefused,
)
from services.identity.storage.access import Actor
from services.identity.storage.history import UNKNOWN, Author, person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.announce import Fact, announce
from services.identity.use_cases.history_line import line_about
from services.identity.use_cases.rights_events import security_events_of
from services.identity.use_cases.security_events import note_event


async def record_account(tx: Transaction, fact: AccountFact, *, author: Author, now: datetime) -> Account:
    """Raises AddressTaken for a new account or a new address."""
    account = fact.account
    if isinstance(fact, AddressChanged):
        await tx.accounts.change_address(account)
    else:
        await (tx.accounts.add(account) if account.version == 1 else tx.accounts.save(account))
    await _note_and_emit(tx, fact, author, now)
    return account


async def record_password(tx: Transaction, fact: PasswordFact, password_hash: str, *, now: datetime) -> None:
    """Store the hash of the new password; its owner gets a mail."""
    # a replayed token locks its session before it adds a line to the account's history: here the same order
    await tx.sign_in_sessions.lock_all(fact.account.id)
    await tx.accounts.set_password(fact.account.id, password_hash)
    await tx.links.forget_changes(fact.account.id)
    await _note_and_emit(tx, fact, person(fact.account.id), now)


async def end_sessions_of_old_password(
    tx: Transaction, account_id: UUID, *, why: str, now: datetime, but: UUID | None = None
) -> None:
    """Whoever knows the old password has no session any more."""
    if await tx.sign_in_sessions.end_all(account_id, why=why, now=now, but=but):
        kind, note = Kind.SESSIONS_ENDED, Kind.PASSWORD_CHANGED.value
        await note_event(tx, kind, account_id=account_id, acted_by=account_id, at=now, note=note)


async def record_attachment(tx: Transaction, fact: AttachmentFact, *, author: Author, now: datetime) -> Attachment:
    """Raises AlreadyAttached for a new attachment."""
    attachment = fact.attachment
    if attachment.version == 1:
        await tx.attachments.add(attachment, at=now)
    elif isinstance(fact, AttachmentRefused | AttachmentEnded):
        await tx.attachments.save(attachment, at=now, closed_by=fact.by, reason=fact.reason)
    else:
        await tx.attachments.save(attachment, at=now)
    await _note_and_emit(tx, fact, author, now)
    return attachment


async def record_structure(
    tx: Transaction, fact: StructureFact | ClosingFact, *, author: Author, now: datetime
) -> Structure:
    """Raises SiretTaken."""
    structure = fact.structure
    await (tx.structures.add(structure) if structure.version == 1 else tx.structures.save(structure))
    await _note_and_emit(tx, fact, author, now)
    return structure


async def record_desk(tx: Transaction, fact: DeskFact, *, author: Author, now: datetime) -> None:
    """Raises SiretTaken when a request is accepted whose SIRET is listed already."""
    match fact:
        case StructureRequested(request):
            await tx.desk.add_request(request)
        case StructureRequestAccepted(request, structure):
            await tx.structures.add(structure)
            await tx.desk.save_request(request)
        case StructureRequestRefused(request):
            await tx.desk.save_request(request)
        case StructureChangeReported(structure, report):
            await tx.structures.save(structure)
            await tx.desk.add_report(report)
        case ChangeReportClosed(report):
            await tx.desk.save_report(report)
        case _:
            assert_never(fact)
    await _note_and_emit(tx, fact, author, now)


async def record_erasure(tx: Transaction, account: Account, fact: AccountErased, *, now: datetime) -> None:
    """Erase the account and close the line of the ledger; the history keeps that it was erased."""
    await tx.sign_in_sessions.lock_all(account.id)
    await tx.erasures.erase(account, fact.account, now=now)
    await tx.erasures.close(fact.erasure)
    author = Author(None, "erasure") if fact.erasure.by_staff else person(account.id)
    await _note_and_emit(tx, fact, author, now)


async def record_replay(tx: Transaction, fact: RefreshTokenReplayed, *, now: datetime) -> None:
    """End the sign-in session; whoever presented the token is unknown."""
    await tx.sign_in_sessions.end(fact.family_id, why="replayed", now=now)
    await _note_and_emit(tx, fact, UNKNOWN, now)


async def _note_and_emit(tx: Transaction, fact: Fact, author: Author, now: datetime) -> None:
    if author.account_id is not None and author.acting_as == "staff":
        await tx.accounts.require_staff(Actor(author.account_id, is_staff=True))
    for kind, account_id, note in security_events_of(fact):
        await note_event(tx, kind, account_id=account_id, acted_by=author.account_id, at=now, note=note)
    await tx.history.add(line_about(fact, author=author, now=now))
    message = announce(fact, now=now)
    if message is not None:
        tx.emit(message)
