"""A visitor registers, and proves the address.

An unverified registration stays with its link: it never creates or changes an account.
"""

from datetime import datetime

from services.identity.domain import accounts as domain
from services.identity.domain.accounts import AddressProved, AddressTaken
from services.identity.domain.links import InvalidLink, Purpose, Registration, registration_of
from services.identity.storage.history import person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.announce import account_notice
from services.identity.use_cases.attach import attach, require_structure
from services.identity.use_cases.links import add_decoy, has_too_many_links, send_proof
from services.identity.use_cases.passwords import Passwords, check_password
from services.identity.use_cases.record import record_account


async def register(tx: Transaction, registration: Registration, *, now: datetime) -> None:
    """Mail the link that proves the address, or a notice if it has an account. The caller cannot know which."""
    email, structure_id = registration.email, registration.structure_id
    if structure_id is not None:
        await require_structure(tx, structure_id)
    account = await tx.accounts.by_address(email)
    if await has_too_many_links(tx, email, now=now):
        await add_decoy(tx, email, now=now)
    elif account is None:
        await send_proof(tx, registration, now=now)
    elif not account.proved:
        # staff made the account: its names stay, whatever a stranger registers
        await send_proof(tx, registration_of(account, structure_id), now=now)
    else:
        await add_decoy(tx, email, now=now)
        tx.emit(account_notice(account, "already_registered", now=now))


async def prove_address(tx: Transaction, token: str, password: str, *, passwords: Passwords, now: datetime) -> None:
    """The person followed the link and sets a password: register the account and request the attachment."""
    registration = await tx.links.take(Purpose.PROOF, token, now=now)
    known = await tx.accounts.by_address(registration.email, lock=True)
    if known is not None and (known.proved or known.disabled):
        raise InvalidLink
    fact = registration.prove() if known is None else domain.prove(known)
    check_password(password, fact.account, field="password")
    password_hash = await passwords.hash(password)
    try:
        await record_proof(tx, fact, password_hash, now=now)
    except AddressTaken as error:
        # another link to this address was followed at the same moment
        raise InvalidLink from error
    if registration.structure_id is not None:
        await attach(tx, account_id=fact.account.id, structure_id=registration.structure_id, now=now)


async def record_proof(tx: Transaction, fact: AddressProved, password_hash: str, *, now: datetime) -> None:
    """Record the proved address with its first password. Raises AddressTaken for a new account."""
    account = await record_account(tx, fact, author=person(fact.account.id), now=now)
    await tx.accounts.set_password(account.id, password_hash)
    await tx.links.forget(account.email)
    await tx.sign_in_attempts.forget(account.email)
