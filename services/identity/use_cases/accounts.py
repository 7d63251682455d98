"""Accounts that the desk makes and marks, and the first of all."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog

from services.identity.domain.accounts import Account
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Begin, Transaction
from services.identity.use_cases.links import holder_of, send_proof
from services.identity.use_cases.snapshots import of_account
from shared.contracts.identity import AccountUpdated
from shared.errors import check_version

log = structlog.get_logger()


class AddressTaken(Exception):
    """An account has this address."""

    sentence = "Un compte existe déjà à cette adresse."


async def add_account(tx: Transaction, actor: Actor, fields: dict[str, Any], *, now: datetime) -> Account:
    """The desk makes an account without a structure (a trainer's, a colleague's); its owner proves the address. Raises AddressTaken."""
    actor.must_be_staff()
    account = Account(id=uuid4(), version=1, **fields)
    if not await tx.accounts.add(account):
        raise AddressTaken
    await tx.trace.add(
        "account made", account.id, at=now, who=actor.account_id, acting_as="staff", is_staff=account.is_staff
    )
    await send_proof(tx, holder_of(account), now=now)
    return account


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
    """The desk gives or takes the staff mark, disables or enables; None leaves as it is. Raises OwnAccount."""
    before = await tx.accounts.for_staff(account_id, actor, lock=True)
    check_version(expected, before.version)
    marks = {
        "is_staff": before.is_staff if is_staff is None else is_staff,
        "disabled": before.disabled if disabled is None else disabled,
    }
    account = before.marked(**marks, by=actor.account_id)
    await _settle(tx, account, actor.account_id, now)
    return account


async def ensure_first_staff(begin: Begin, email: str) -> None:
    """Make sure that somebody can do the desk's work: a staff account of this address, which its owner proves."""
    now = datetime.now(UTC)
    async with begin() as tx:
        account = Account(uuid4(), 1, None, "Équipe", "de l'agence", email.lower(), is_staff=True)
        if await tx.accounts.add(account):
            await tx.trace.add("account made", account.id, at=now, who=None, acting_as="operator", is_staff=True)
            await send_proof(tx, holder_of(account), now=now)
            log.info("first staff account made", account=str(account.id))
            return
        known = await tx.accounts.by_address(email.lower(), lock=True)
        if known is not None and not known.is_staff:
            await _settle(tx, known.marked(is_staff=True, disabled=known.disabled, by=None), None, now)


async def _settle(tx: Transaction, account: Account, by: UUID | None, now: datetime) -> None:
    await tx.accounts.save(account)
    if account.disabled:
        await tx.families.end_all(account.id, why="account disabled", now=now)
        await tx.links.forget(account.email)
    marks = {"is_staff": account.is_staff, "disabled": account.disabled}
    await tx.trace.add("account marked", account.id, at=now, who=by, acting_as="staff" if by else "operator", **marks)
    # nobody has heard yet of an account whose address is not proved
    if account.proved:
        tx.emit(AccountUpdated(occurred_at=now, account=of_account(account)))
