"""What people do with their own account."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.identity.domain import accounts as domain
from services.identity.domain.accounts import Account, PasswordChanged
from services.identity.domain.sign_in_sessions import WrongCredentials
from services.identity.storage.access import Actor
from services.identity.storage.history import person
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.new_password import NewPasswords
from services.identity.use_cases.record import end_sessions_of_old_password, record_account, record_password
from services.identity.use_cases.sign_in import SignIn
from shared.errors import WrongFields, check_version


async def rename(
    tx: Transaction, actor: Actor, names: Mapping[str, str | None], *, expected: int, now: datetime
) -> Account:
    """Change civility, first name or last name. `names`: those to change; only the civility can be None."""
    account = await tx.accounts.own(actor.account_id, lock=True)
    check_version(expected, account.version)
    fact = domain.rename(
        account,
        civility=names.get("civility", account.civility),
        first_name=names.get("first_name") or account.first_name,
        last_name=names.get("last_name") or account.last_name,
        fields=names,
    )
    return await record_account(tx, fact, author=person(account.id), now=now)


async def change_password(
    sign_in: SignIn,
    passwords: NewPasswords,
    account_id: UUID,
    *,
    current: str,
    new: str,
    kept_token: str | None,
    now: datetime,
) -> None:
    """Replace the password and end all sign-in sessions, except the one of `kept_token`.

    Wrong current passwords are counted. Raises TooManyAttempts, TooBusy or WrongFields.
    """
    try:
        await sign_in.check_own_password(account_id, current, now=now)
    except WrongCredentials as error:
        raise WrongFields([("current_password", "Ce n'est pas votre mot de passe actuel.")]) from error
    async with sign_in.begin() as tx:
        account = await tx.accounts.own(account_id)
        structures = await tx.structures.words_of(account_id)
        stored = await tx.accounts.password_hash(account_id)
    password_hash = await passwords.of_reset(new, account, structures=structures, stored=stored, field="new_password")
    async with sign_in.begin() as tx:
        account = await tx.accounts.own(account_id, lock=True)
        await record_password(tx, PasswordChanged(account), password_hash, now=now)
        presented = await tx.sign_in_sessions.presented(kept_token) if kept_token else None
        kept = presented.family_id if presented is not None and presented.account_id == account_id else None
        await end_sessions_of_old_password(tx, account_id, why="password changed", now=now, but=kept)
