"""An account is asked for; its address is proved.

What was registered and never proved stays with its link: it makes no account, and changes none.
"""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from services.identity.domain.accounts import Account
from services.identity.domain.links import InvalidLink, Purpose
from services.identity.storage.links import Holder
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.attach import attach, require_structure
from services.identity.use_cases.links import add_decoy, had_enough, holder_of, notify, send_proof
from services.identity.use_cases.passwords import Passwords, check_password
from services.identity.use_cases.snapshots import of_account
from shared.contracts.identity import AccountRegistered


async def register(tx: Transaction, asking: Holder, *, now: datetime) -> None:
    """Send the link that proves the address; whoever has an account there is told so instead. The caller cannot know which."""
    if asking.structure_id is not None:
        await require_structure(tx, asking.structure_id)
    account = await tx.accounts.by_address(asking.email)
    if await had_enough(tx, asking.email, now=now):
        await add_decoy(tx, asking.email, now=now)
    elif account is None:
        await send_proof(tx, asking, now=now)
    elif not account.proved:
        # made by staff: its names are theirs to say
        await send_proof(tx, holder_of(account, asking.structure_id), now=now)
    else:
        await add_decoy(tx, asking.email, now=now)
        notify(tx, account, "already_registered", now=now)


async def prove_address(tx: Transaction, token: str, password: str, *, passwords: Passwords, now: datetime) -> None:
    """The link was followed by its owner, who sets a password: the account is registered, the attachment asked for."""
    holder = await tx.links.take(Purpose.PROOF, token, now=now)
    known = await tx.accounts.by_address(holder.email, lock=True)
    if known is not None and (known.proved or known.disabled):
        raise InvalidLink
    account = known.proven() if known else _first_seen(holder)
    check_password(password, account, field="password")
    password_hash = await passwords.hash(password)
    if known is not None:
        await tx.accounts.save(account)
    elif not await tx.accounts.add(account):
        raise InvalidLink  # another link to this address was followed at the same moment
    await registered(tx, account, password_hash, now=now)
    if holder.structure_id is not None:
        await attach(tx, account.id, holder.structure_id, now=now)


async def registered(tx: Transaction, account: Account, password_hash: str, *, now: datetime) -> None:
    """Write what a proved address brings, and say it; the account's row is written."""
    await tx.accounts.set_password(account.id, password_hash)
    await tx.links.forget(account.email)
    await tx.sign_in_attempts.forget(account.email)
    await tx.trace.add("address proved", account.id, at=now, who=account.id)
    tx.emit(AccountRegistered(occurred_at=now, account=of_account(account)))


def _first_seen(holder: Holder) -> Account:
    return Account(
        holder.account_id, 1, holder.civility, holder.first_name, holder.last_name, holder.email, proved=True
    )


def asking_again(pending: Holder) -> Holder:
    """The same registration, for a new link."""
    return replace(pending, account_id=uuid4())
