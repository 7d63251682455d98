"""A person forgot the password. Failed sign-ins never delay this."""

from datetime import datetime
from uuid import uuid4

import structlog

from services.identity.domain import accounts as domain
from services.identity.domain.accounts import PasswordReset
from services.identity.domain.links import InvalidLink, Purpose
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.links import add_decoy, has_too_many_links, send_proof, send_reset
from services.identity.use_cases.passwords import Passwords, check_password
from services.identity.use_cases.record import record_password
from services.identity.use_cases.register import record_proof
from shared.errors import NotFound

log = structlog.get_logger()


async def ask_reset(tx: Transaction, email: str, *, now: datetime) -> None:
    """Mail a link to an account, or the proof again for an unverified registration. The caller cannot know which."""
    account = await tx.accounts.by_address(email)
    pending = await tx.links.pending(email, now=now)
    if await has_too_many_links(tx, email, now=now):
        await add_decoy(tx, email, now=now)
    elif account is not None and not account.disabled:
        await send_reset(tx, account, now=now)
    elif account is None and pending is not None:
        await send_proof(tx, pending.again(uuid4()), now=now)
    else:
        await add_decoy(tx, email, now=now)


async def confirm_reset(tx: Transaction, token: str, password: str, *, passwords: Passwords, now: datetime) -> None:
    """Set the password and end every sign-in session.

    The link also proves the address of an account that staff made.
    """
    registration = await tx.links.take(Purpose.RESET, token, now=now)
    try:
        account = await tx.accounts.own(registration.account_id, lock=True)
    except NotFound as error:
        raise InvalidLink from error
    check_password(password, account, field="password")
    password_hash = await passwords.hash(password)
    if not account.proved:
        await record_proof(tx, domain.prove(account), password_hash, now=now)
        return
    await record_password(tx, PasswordReset(account), password_hash, now=now)
    await tx.links.forget(account.email)
    await tx.sign_in_attempts.forget(account.email)
    await tx.sign_in_sessions.end_all(account.id, why="password reset", now=now)
    log.info("password reset", account=str(account.id))
