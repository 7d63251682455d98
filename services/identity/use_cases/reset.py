"""A person forgot the password. Failed sign-ins and the registrations of strangers never delay this."""

from datetime import datetime
from uuid import uuid4

import structlog

from services.identity.domain import accounts as domain
from services.identity.domain.accounts import Account, PasswordReset
from services.identity.domain.budgets import RESET_MAILS, Client, filled_by_new_password, mail_to, of_reset
from services.identity.domain.links import InvalidLink, Purpose, Registration
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.attempts import Visitor
from services.identity.use_cases.links import add_decoy, send_proof, send_reset
from services.identity.use_cases.new_password import NewPasswords
from services.identity.use_cases.record import end_sessions_of_old_password, record_password
from services.identity.use_cases.register import record_proof
from shared.errors import NotFound
from shared.transactions import Begin

log = structlog.get_logger()


async def ask_reset(tx: Transaction, email: str, *, visitor: Visitor, now: datetime) -> None:
    """Mail a link to an account, or the proof again for an unverified registration. The caller cannot know which.

    Raises TooSoon when this client has asked too often.
    """
    device = await tx.devices.of(email, visitor.device_token)
    await tx.budgets.charge(of_reset(email, visitor.client, device))
    account = await tx.accounts.by_address(email)
    pending = await tx.links.pending(email, now=now)
    if not await tx.budgets.spend(mail_to(email, RESET_MAILS)):
        await add_decoy(tx, email, now=now)
    elif account is not None and not account.disabled:
        await send_reset(tx, account, now=now)
    elif account is None and pending is not None:
        await send_proof(tx, pending.again(uuid4()), now=now)
    else:
        await add_decoy(tx, email, now=now)


async def confirm_reset(
    begin: Begin[Transaction], token: str, password: str, *, client: Client, passwords: NewPasswords, now: datetime
) -> None:
    """Set the password and end every sign-in session.

    The link also proves the address of an account that staff made. It is looked at before the password is hashed, and
    taken after it: nothing is locked meanwhile.
    """
    async with begin() as tx:
        account = await _account_of(tx, await tx.links.find(Purpose.RESET, token, now=now))
        structures = await tx.structures.words_of(account.id)
        stored = await tx.accounts.password_hash(account.id)
    password_hash = await passwords.of_reset(password, account, structures=structures, stored=stored)
    async with begin() as tx:
        registration = await tx.links.take(Purpose.RESET, token, now=now)
        account = await _account_of(tx, registration, lock=True)
        if not account.proved:
            await record_proof(tx, domain.prove(account), password_hash, client=client, now=now)
            return
        await record_password(tx, PasswordReset(account), password_hash, now=now)
        await tx.links.forget(account.email)
        await tx.budgets.fill(filled_by_new_password(account.email, client))
        await end_sessions_of_old_password(tx, account.id, why="password reset", now=now)
    log.info("password reset", account=str(account.id))


async def _account_of(tx: Transaction, registration: Registration, *, lock: bool = False) -> Account:
    try:
        return await tx.accounts.own(registration.account_id, lock=lock)
    except NotFound as error:
        raise InvalidLink from error
