"""A visitor registers, and proves the address.

An unverified registration stays with its link: it never creates or changes an account.
"""

from datetime import datetime
from uuid import UUID

from services.identity.domain import accounts as domain
from services.identity.domain.accounts import AddressProved, AddressTaken
from services.identity.domain.budgets import (
    REGISTRATION_MAILS,
    Client,
    filled_by_new_password,
    mail_to,
    of_registration,
)
from services.identity.domain.links import InvalidLink, Purpose, Registration, registration_of
from services.identity.storage.history import person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.announce import account_notice
from services.identity.use_cases.attach import attach, require_structure
from services.identity.use_cases.links import add_decoy, send_proof
from services.identity.use_cases.new_password import NewPasswords
from services.identity.use_cases.record import record_account
from shared.transactions import Begin


async def register(tx: Transaction, registration: Registration, *, client: Client, now: datetime) -> None:
    """Mail the link that proves the address, or a notice if it has an account. The caller cannot know which.

    Raises TooSoon when this client has asked too often.
    """
    email, structure_id = registration.email, registration.structure_id
    if structure_id is not None:
        await require_structure(tx, structure_id)
    await tx.budgets.charge(of_registration(email, client))
    account = await tx.accounts.by_address(email)
    if not await tx.budgets.spend(mail_to(email, REGISTRATION_MAILS)):
        await add_decoy(tx, email, now=now)
    elif account is None:
        await send_proof(tx, registration, now=now)
    elif not account.proved:
        # staff made the account: its names stay, whatever a stranger registers
        await send_proof(tx, registration_of(account, structure_id), now=now)
    else:
        await add_decoy(tx, email, now=now)
        tx.emit(account_notice(account, "already_registered", now=now))


async def prove_address(
    begin: Begin[Transaction], token: str, password: str, *, client: Client, passwords: NewPasswords, now: datetime
) -> None:
    """The person followed the link and sets a password: register the account and request the attachment.

    The link is looked at before the password is hashed, and taken after it: nothing is locked meanwhile.
    """
    async with begin() as tx:
        registration = await tx.links.find(Purpose.PROOF, token, now=now)
        account = (await _fact_of(tx, registration)).account
        structures = await tx.structures.words_of(account.id, registration.structure_id)
    password_hash = await passwords.of_proof(password, account, structures=structures)
    async with begin() as tx:
        registration = await tx.links.take(Purpose.PROOF, token, now=now)
        fact = await _fact_of(tx, registration, lock=True)
        try:
            await record_proof(tx, fact, password_hash, client=client, now=now)
        except AddressTaken as error:
            # staff made an account of this address at the same moment
            raise InvalidLink from error
        if registration.structure_id is not None and await _still_open(tx, registration.structure_id):
            await attach(tx, account_id=fact.account.id, structure_id=registration.structure_id, now=now)


async def _still_open(tx: Transaction, structure_id: UUID) -> bool:
    """The structure may have been closed since the registration: then the account has none, and chooses another."""
    return not (await tx.structures.load(structure_id, lock=True)).closed


async def _fact_of(tx: Transaction, registration: Registration, *, lock: bool = False) -> AddressProved:
    known = await tx.accounts.by_address(registration.email, lock=lock)
    if known is not None and (known.proved or known.disabled):
        raise InvalidLink
    return registration.prove() if known is None else domain.prove(known)


async def record_proof(
    tx: Transaction, fact: AddressProved, password_hash: str, *, client: Client, now: datetime
) -> None:
    """Record the proved address with its first password. Raises AddressTaken for a new account."""
    account = await record_account(tx, fact, author=person(fact.account.id), now=now)
    await tx.accounts.set_password(account.id, password_hash)
    await tx.links.forget(account.email)
    await tx.budgets.fill(filled_by_new_password(account.email, client))
