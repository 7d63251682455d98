"""Accounts and their password hashes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.accounts import Account, AddressTaken
from services.identity.storage.access import Actor
from services.identity.storage.search import every_word
from services.identity.storage.tables import accounts
from shared.errors import NotFound

_COLUMNS: Final = [accounts.c[field.name] for field in fields(Account)]
_BY_ID = select(*_COLUMNS).where(accounts.c.id == bindparam("id"))
# nothing about an erased account changes any more
_BY_ID_LOCKED = _BY_ID.where(accounts.c.erased_at.is_(None)).with_for_update(key_share=True)
_BY_ADDRESS = select(*_COLUMNS).where(accounts.c.email == bindparam("email"))
_BY_ADDRESS_LOCKED = _BY_ADDRESS.with_for_update(key_share=True)
_IS_STAFF = select(accounts.c.is_staff).where(accounts.c.id == bindparam("id"), accounts.c.proved, ~accounts.c.disabled)
_IS_DISABLED = select(exists().where(accounts.c.id == bindparam("id"), accounts.c.disabled))
_ADD = (
    insert(accounts)
    .values({column.name: bindparam(column.name) for column in _COLUMNS})
    .on_conflict_do_nothing(index_elements=[accounts.c.email])
    .returning(accounts.c.id)
)
_SAVE = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values({column.name: bindparam(column.name) for column in _COLUMNS if column.name not in {"id", "email"}})
)
_CHANGE_ADDRESS = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(version=bindparam("version"), email=bindparam("email"))
)
_PASSWORD_HASH = select(accounts.c.password_hash).where(accounts.c.id == bindparam("id"))
_PASSWORD_HASH_LOCKED = _PASSWORD_HASH.with_for_update(key_share=True)
_SET_PASSWORD = (
    update(accounts).where(accounts.c.id == bindparam("account_id")).values(password_hash=bindparam("password_hash"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccount:
    """An account in a list, with the key that the list is sorted by."""

    account: Account
    sort_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilters:
    """Which accounts to list; None leaves a filter out. Every word is in the name or the address."""

    words: str = ""
    is_staff: bool | None = None
    disabled: bool | None = None
    proved: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        conditions = [every_word(accounts.c.searched, self.words), accounts.c.erased_at.is_(None)]
        for column, wanted in (
            (accounts.c.is_staff, self.is_staff),
            (accounts.c.disabled, self.disabled),
            (accounts.c.proved, self.proved),
        ):
            if wanted is not None:
                conditions.append(column == wanted)
        return conditions


class Accounts:
    """The people who can sign in, or will after they prove their address."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def actor(self, account_id: UUID) -> Actor | None:
        """The acting person; None if the account may not sign in (any more)."""
        is_staff = await self._connection.scalar(_IS_STAFF, {"id": account_id})
        return None if is_staff is None else Actor(account_id, is_staff)

    async def is_disabled(self, account_id: UUID) -> bool:
        return bool(await self._connection.scalar(_IS_DISABLED, {"id": account_id}))

    async def require_staff(self, actor: Actor) -> None:
        """Raise NotFound if the person is not staff any more. Call it when no lock is waited for any more."""
        now = await self.actor(actor.account_id)
        if now is None or not now.is_staff:
            raise NotFound

    async def add(self, account: Account) -> None:
        """Raises AddressTaken."""
        if await self._connection.scalar(_ADD, asdict(account)) is None:
            raise AddressTaken

    async def save(self, account: Account) -> None:
        """Store a new version; the caller has locked the row. It does not change the address."""
        values = asdict(account)
        await self._connection.execute(_SAVE, {**values, "account_id": values.pop("id")})

    async def change_address(self, account: Account) -> None:
        """Store a new version with another address; the caller has locked the row. Raises AddressTaken."""
        values = {"account_id": account.id, "version": account.version, "email": account.email}
        try:
            async with self._connection.begin_nested():
                await self._connection.execute(_CHANGE_ADDRESS, values)
        except IntegrityError as error:
            raise AddressTaken from error

    async def by_address(self, email: str, *, lock: bool = False) -> Account | None:
        statement = _BY_ADDRESS_LOCKED if lock else _BY_ADDRESS
        row = (await self._connection.execute(statement, {"email": email})).one_or_none()
        return None if row is None else _account(row)

    async def own(self, account_id: UUID, *, lock: bool = False) -> Account:
        """The person's own account; NotFound when it is gone or disabled."""
        account = await self._by_id(account_id, lock=lock)
        if account is None or account.disabled:
            raise NotFound
        return account

    async def for_staff(self, account_id: UUID, actor: Actor, *, lock: bool = False) -> Account:
        """Any account, for staff; NotFound for others."""
        actor.must_be_staff()
        account = await self._by_id(account_id, lock=lock)
        if account is None:
            raise NotFound
        return account

    async def to_erase(self, account_id: UUID) -> Account:
        """The account, locked; NotFound when it was erased already."""
        account = await self._by_id(account_id, lock=True)
        if account is None:
            raise NotFound
        return account

    async def page(
        self, actor: Actor, filters: AccountFilters, *, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[ListedAccount]:
        """Accounts sorted by name, for staff; one more than `limit` when there are more."""
        actor.must_be_staff()
        statement = select(*_COLUMNS, accounts.c.sort_key).where(*filters.conditions())
        if after is not None:
            statement = statement.where(tuple_(accounts.c.sort_key, accounts.c.id) > after)
        statement = statement.order_by(accounts.c.sort_key, accounts.c.id).limit(limit + 1)
        rows = await self._connection.execute(statement)
        return [ListedAccount(account=_account(row), sort_key=row.sort_key) for row in rows]

    async def count(self, actor: Actor, filters: AccountFilters) -> int:
        actor.must_be_staff()
        statement = select(func.count()).select_from(accounts).where(*filters.conditions())
        return int(await self._connection.scalar(statement) or 0)

    async def password_hash(self, account_id: UUID, *, lock: bool = False) -> str | None:
        """None while the account has no password, and for an account that does not exist."""
        statement = _PASSWORD_HASH_LOCKED if lock else _PASSWORD_HASH
        password_hash: str | None = await self._connection.scalar(statement, {"id": account_id})
        return password_hash

    async def set_password(self, account_id: UUID, password_hash: str) -> None:
        values = {"account_id": account_id, "password_hash": password_hash}
        await self._connection.execute(_SET_PASSWORD, values)

    async def _by_id(self, account_id: UUID, *, lock: bool) -> Account | None:
        statement = _BY_ID_LOCKED if lock else _BY_ID
        row = (await self._connection.execute(statement, {"id": account_id})).one_or_none()
        return None if row is None else _account(row)


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        id=row.id,
        version=row.version,
        civility=row.civility,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        is_staff=row.is_staff,
        disabled=row.disabled,
        proved=row.proved,
    )
