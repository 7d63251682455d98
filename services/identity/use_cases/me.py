"""What people do with their own account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.identity.domain.accounts import Account
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.links import notify
from services.identity.use_cases.passwords import Passwords, check_password
from services.identity.use_cases.sign_in import SignIn, WrongCredentials
from services.identity.use_cases.snapshots import of_account
from shared.contracts.identity import AccountUpdated
from shared.errors import WrongFields, check_version


async def rename(tx: Transaction, actor: Actor, changes: dict[str, Any], *, expected: int, now: datetime) -> Account:
    """Change civility or names, of the version that the person has seen."""
    before = await tx.accounts.own(actor.account_id, lock=True)
    check_version(expected, before.version)
    names = {name: changes.get(name, getattr(before, name)) for name in ("civility", "first_name", "last_name")}
    account = before.renamed(**names)
    await tx.accounts.save(account)
    await tx.trace.add("account renamed", account.id, at=now, who=account.id, fields=sorted(changes))
    tx.emit(AccountUpdated(occurred_at=now, account=of_account(account)))
    return account


async def change_password(
    sign_in: SignIn,
    passwords: Passwords,
    account_id: UUID,
    *,
    current: str,
    new: str,
    kept_token: str | None,
    now: datetime,
) -> None:
    """Replace the password; every other session ends. A wrong current password counts as at the sign-in."""
    async with sign_in.begin() as tx:
        account = await tx.accounts.own(account_id)
    try:
        await sign_in.prove(account.email, current, now=now)
    except WrongCredentials as error:
        raise WrongFields([("current_password", "Ce n'est pas votre mot de passe actuel.")]) from error
    check_password(new, account, field="new_password")
    password_hash = await passwords.hash(new)
    async with sign_in.begin() as tx:
        account = await tx.accounts.own(account_id, lock=True)
        await tx.accounts.set_password(account_id, password_hash)
        shown = await tx.families.shown(kept_token) if kept_token else None
        kept = shown[0] if shown is not None and shown[1] == account_id else None
        await tx.families.end_all(account_id, why="password changed", now=now, but=kept)
        await tx.trace.add("password changed", account_id, at=now, who=account_id)
        notify(tx, account, "password_changed", now=now)
