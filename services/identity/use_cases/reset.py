"""A forgotten password. Nothing that happened at the sign-in stands in its way."""

from datetime import datetime

import structlog

from services.identity.domain.links import InvalidLink, Purpose
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.links import add_decoy, had_enough, notify, send_proof, send_reset
from services.identity.use_cases.passwords import Passwords, check_password
from services.identity.use_cases.register import asking_again, registered
from shared.errors import NotFound

log = structlog.get_logger()


async def ask_reset(tx: Transaction, email: str, *, now: datetime) -> None:
    """Send the link, if there is an account; a registration that was never proved is sent its proof again. Nobody can tell which."""
    account = await tx.accounts.by_address(email)
    pending = await tx.links.pending(email, now=now)
    if await had_enough(tx, email, now=now):
        await add_decoy(tx, email, now=now)
    elif account is not None and not account.disabled:
        await send_reset(tx, account, now=now)
    elif account is None and pending is not None:
        await send_proof(tx, asking_again(pending), now=now)
    else:
        await add_decoy(tx, email, now=now)


async def confirm_reset(tx: Transaction, token: str, password: str, *, passwords: Passwords, now: datetime) -> None:
    """Set the password; every session ends. The link also proves the address of an account that staff made."""
    holder = await tx.links.take(Purpose.RESET, token, now=now)
    try:
        account = await tx.accounts.own(holder.account_id, lock=True)
    except NotFound as error:
        raise InvalidLink from error
    check_password(password, account, field="password")
    password_hash = await passwords.hash(password)
    if not account.proved:
        await tx.accounts.save(account.proven())
        await registered(tx, account.proven(), password_hash, now=now)
        return
    await tx.accounts.set_password(account.id, password_hash)
    await tx.links.forget(account.email)
    await tx.sign_in_attempts.forget(account.email)
    await tx.families.end_all(account.id, why="password reset", now=now)
    await tx.trace.add("password reset", account.id, at=now, who=account.id)
    log.info("password reset", account=str(account.id))
    notify(tx, account, "password_changed", now=now)
