"""Accounts that staff make and mark, and the first one of all."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import structlog

from services.identity.domain.accounts import Account, AccountMade, AddressTaken, AlreadyProved, DisabledMeanwhile, mark
from services.identity.domain.budgets import REGISTRATION_MAILS, mail_to
from services.identity.domain.links import registration_of
from services.identity.storage.access import Actor
from services.identity.storage.history import OPERATOR, Author, staff_or
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.links import send_proof
from services.identity.use_cases.record import record_account
from shared.errors import check_version
from shared.transactions import Begin

log = structlog.get_logger()


async def add_account(
    tx: Transaction,
    actor: Actor,
    *,
    civility: str | None,
    first_name: str,
    last_name: str,
    email: str,
    is_staff: bool,
    now: datetime,
) -> Account:
    """Make an account without a structure, for a trainer or a colleague, who then proves the address.

    Raises AddressTaken.
    """
    actor.must_be_staff()
    account = Account(
        id=uuid4(),
        version=1,
        civility=civility,
        first_name=first_name,
        last_name=last_name,
        email=email,
        is_staff=is_staff,
    )
    await record_account(tx, AccountMade(account), author=staff_or("person", actor), now=now)
    await send_proof(tx, registration_of(account), now=now)
    return account


async def invite_again(tx: Transaction, actor: Actor, account_id: UUID, *, now: datetime) -> None:
    """Mail a new link to the owner of an account who has not proved the address. Raises AlreadyProved or TooSoon."""
    account = await tx.accounts.for_staff(account_id, actor, lock=True)
    await tx.accounts.require_staff(actor)
    if account.disabled:
        raise DisabledMeanwhile
    if account.proved:
        raise AlreadyProved
    await tx.budgets.charge([mail_to(account.email, REGISTRATION_MAILS)])
    await tx.links.forget(account.email)
    await send_proof(tx, registration_of(account), now=now)


async def mark_account(
    tx: Transaction,
    actor: Actor,
    account_id: UUID,
    *,
    is_staff: bool | None,
    disabled: bool | None,
    expected: int,
    now: datetime,
) -> Account:
    """Set the staff mark and the disabled mark; None leaves a mark as it is. Raises OwnAccount."""
    account = await tx.accounts.for_staff(account_id, actor, lock=True)
    check_version(expected, account.version)
    return await _set_marks(
        tx,
        account,
        is_staff=account.is_staff if is_staff is None else is_staff,
        disabled=account.disabled if disabled is None else disabled,
        author=staff_or("person", actor),
        now=now,
    )


async def ensure_first_staff(begin: Begin[Transaction], email: str | None) -> None:
    """Make sure that a staff account of this address exists; its owner proves the address.

    Without an address nothing is done.
    """
    if not email:
        return
    now = datetime.now(UTC)
    try:
        async with begin() as tx:
            await _add_first_staff(tx, email.lower(), now)
    except AddressTaken:
        async with begin() as tx:
            known = await tx.accounts.by_address(email.lower(), lock=True)
            if known is not None and not known.is_staff:
                await _set_marks(tx, known, is_staff=True, disabled=known.disabled, author=OPERATOR, now=now)


async def make_staff(begin: Begin[Transaction], email: str) -> bool:
    """The operator makes or enables a staff account. Return whether its owner gets a link to prove the address.

    An account whose address is not proved gets a new link; the one before works no more.
    """
    now = datetime.now(UTC)
    async with begin() as tx:
        known = await tx.accounts.by_address(email.lower(), lock=True)
        if known is None:
            await _add_first_staff(tx, email.lower(), now)
            return True
        if not known.is_staff or known.disabled:
            known = await _set_marks(tx, known, is_staff=True, disabled=False, author=OPERATOR, now=now)
        if not known.proved:
            await tx.links.forget(known.email)
            await send_proof(tx, registration_of(known), now=now)
        return not known.proved


async def _add_first_staff(tx: Transaction, email: str, now: datetime) -> None:
    account = Account(
        id=uuid4(),
        version=1,
        civility=None,
        first_name="Équipe",
        last_name="de l'agence",
        email=email,
        is_staff=True,
    )
    await record_account(tx, AccountMade(account), author=OPERATOR, now=now)
    await send_proof(tx, registration_of(account), now=now)
    log.info("first staff account made", account=str(account.id))


async def _set_marks(
    tx: Transaction, account: Account, *, is_staff: bool, disabled: bool, author: Author, now: datetime
) -> Account:
    fact = mark(account, is_staff=is_staff, disabled=disabled, by=author.account_id)
    if disabled:  # before the line of the history: a replayed token locks its session first, too
        await tx.sign_in_sessions.end_all(account.id, why="account disabled", now=now)
        await tx.links.forget(account.email)
        await tx.links.forget_changes(account.id)
    return await record_account(tx, fact, author=author, now=now)
