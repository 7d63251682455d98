"""Erases an account: asked for by its person or by staff, and done when no service knows an obligation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import structlog

from services.identity.domain import attachments as domain
from services.identity.domain.accounts import Account, OwnAccount
from services.identity.domain.attachment_moves import State as AttachmentState
from services.identity.domain.erasures import LEFT_WITH_ACCOUNT, Erasure, HasObligations, erase, refused
from services.identity.domain.sign_in_sessions import WrongCredentials
from services.identity.storage.access import Actor
from services.identity.storage.history import Author, person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.record import record_attachment, record_erasure
from services.identity.use_cases.sign_in import SignIn
from shared.contracts.erasures import NAME_OF_ERASED, AccountErasureRequested
from shared.errors import WrongFields

log = structlog.get_logger()

WRONG_PASSWORD = "Ce n'est pas votre mot de passe actuel."  # noqa: S105 - a sentence, not a password


async def ask_own(sign_in: SignIn, account_id: UUID, *, password: str, now: datetime) -> Erasure:
    """The person wants the account to be erased. Raises WrongFields, TooManyAttempts, TooBusy or HasObligations."""
    try:
        await sign_in.check_own_password(account_id, password, now=now)
    except WrongCredentials as error:
        raise WrongFields([("password", WRONG_PASSWORD)]) from error
    async with sign_in.begin() as tx:
        account = await tx.accounts.own(account_id, lock=True)
        return await _ask(tx, account, by=account_id, acting_as="person", reason=None, now=now)


async def ask_for(tx: Transaction, actor: Actor, account_id: UUID, *, reason: str, now: datetime) -> Erasure:
    """Staff want an account to be erased. Raises OwnAccount or HasObligations."""
    account = await tx.accounts.for_staff(account_id, actor, lock=True)
    await tx.accounts.require_staff(actor)
    if account.id == actor.account_id:
        raise OwnAccount
    return await _ask(tx, account, by=actor.account_id, acting_as="staff", reason=reason, now=now)


async def _ask(
    tx: Transaction, account: Account, *, by: UUID, acting_as: str, reason: str | None, now: datetime
) -> Erasure:
    obligations = await tx.erasures.obligations(account)
    if obligations:
        raise HasObligations(obligations)
    erasure = Erasure(id=uuid4(), account_id=account.id, asked_by=by, acting_as=acting_as, reason=reason, asked_at=now)
    if not await tx.erasures.add(erasure):
        return await tx.erasures.newest(account.id) or erasure
    tx.emit(AccountErasureRequested(occurred_at=now, erasure_id=erasure.id, account_id=account.id))
    return erasure


async def review(tx: Transaction, erasure_id: UUID, obligations: Sequence[str], *, now: datetime) -> None:
    """Another service answered: refuse the erasure because of obligations, or erase the account.

    Whatever has begun in identity meanwhile cannot stop it any more: the other service lets the account do nothing now.
    """
    erasure = await tx.erasures.open_one(erasure_id)
    if erasure is None:
        return
    if obligations:
        await tx.erasures.close(refused(erasure, obligations, at=now))
        log.info("erasure refused", account=str(erasure.account_id), obligations=list(obligations))
        return
    await _end_attachments(tx, erasure, now=now)
    account = await tx.accounts.to_erase(erasure.account_id)
    await _end_attachments(tx, erasure, now=now)  # of a structure that was joined while the lock was waited for
    await record_erasure(tx, account, erase(account, erasure, at=now, name=NAME_OF_ERASED), now=now)
    log.info("account erased", account=str(account.id))


async def _end_attachments(tx: Transaction, erasure: Erasure, *, now: datetime) -> None:
    owner = Actor(erasure.account_id, is_staff=False)
    # staff may have lost their rights since they asked: the end is no act of theirs
    author = Author(None, "erasure") if erasure.by_staff else person(erasure.account_id)
    for attachment_id in await tx.erasures.open_attachments(erasure.account_id):
        attachment = await tx.attachments.own_to_close(attachment_id, owner)
        if attachment.state is AttachmentState.REQUESTED:
            fact = domain.take_back(attachment, reason=LEFT_WITH_ACCOUNT)
        else:
            others = await tx.attachments.other_referents(attachment)
            fact = domain.end(
                attachment,
                other_referents=others,
                by=erasure.asked_by,
                reason=LEFT_WITH_ACCOUNT,
                by_staff=True,
            )
        await record_attachment(tx, fact, author=author, now=now)
