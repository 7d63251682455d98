"""A person changes the address of their account: it is proved at the new one, and the old one is told.

No answer tells whether the new address belongs to another account.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from services.identity.domain.accounts import AddressTaken, change_address
from services.identity.domain.budgets import ADDRESS_CHANGE_MAILS, mail_to, of_address_change
from services.identity.domain.links import InvalidLink, Purpose
from services.identity.domain.sign_in_sessions import WrongCredentials
from services.identity.storage.access import Actor
from services.identity.storage.history import person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.announce import account_notice
from services.identity.use_cases.links import add_decoy, send_address_change
from services.identity.use_cases.record import record_account
from services.identity.use_cases.sign_in import SignIn
from shared.errors import WrongFields

log = structlog.get_logger()

SAME: Final = "C'est déjà l'adresse de votre compte."
WRONG_PASSWORD: Final = "Ce n'est pas votre mot de passe actuel."  # noqa: S105 - a sentence, not a password


async def ask_address_change(sign_in: SignIn, account_id: UUID, *, email: str, password: str, now: datetime) -> None:
    """Mail a link to the new address. Raises WrongFields, TooManyAttempts, TooSoon or TooBusy."""
    try:
        await sign_in.check_own_password(account_id, password, now=now)
    except WrongCredentials as error:
        raise WrongFields([("password", WRONG_PASSWORD)]) from error
    async with sign_in.begin() as tx:
        account = await tx.accounts.own(account_id, lock=True)
        if email == account.email:
            raise WrongFields([("email", SAME)])
        await tx.budgets.charge(of_address_change(account_id))
        await tx.links.forget_changes(account_id)
        owner = await tx.accounts.by_address(email)
        if not await tx.budgets.spend(mail_to(email, ADDRESS_CHANGE_MAILS)):
            await add_decoy(tx, email, now=now)
        elif owner is None:
            await send_address_change(tx, account, email, now=now)
        else:
            await add_decoy(tx, email, now=now)
            tx.emit(account_notice(owner, "already_registered", now=now))


async def confirm_address_change(tx: Transaction, actor: Actor, token: str, *, now: datetime) -> None:
    """The signed-in person followed the link to the new address. Raises InvalidLink.

    Only its owner, signed in, can use it: an address with a slip of the pen gives nothing to whoever reads the mail.
    """
    registration = await tx.links.take(Purpose.ADDRESS, token, now=now)
    if registration.account_id != actor.account_id:
        raise InvalidLink
    account = await tx.accounts.own(actor.account_id, lock=True)
    fact = change_address(account, registration.email)
    try:
        await record_account(tx, fact, author=person(account.id), now=now)
    except AddressTaken as error:
        raise InvalidLink from error
    await tx.links.forget(account.email)
    await tx.links.forget(registration.email)
    await tx.links.forget_changes(account.id)
    tx.emit(account_notice(account, "address_changed", now=now))
    log.info("address changed", account=str(account.id))
