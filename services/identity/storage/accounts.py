"""Accounts and their password hashes."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.accounts import Account
from services.identity.storage.access import Actor
from services.identity.storage.search import every_word
from shared.errors import NotFound

_COLUMNS = "id, version, civility, first_name, last_name, email, is_staff, disabled, proved"
_ADD = text(f"""
    INSERT INTO accounts ({_COLUMNS}) VALUES (:id, :version, :civility, :first_name, :last_name, :email, :is_staff, :disabled, :proved)
    ON CONFLICT (email) DO NOTHING RETURNING id
""")  # noqa: S608 - made of constants
_SAVE = text("""
    UPDATE accounts SET version = :version, civility = :civility, first_name = :first_name, last_name = :last_name,
        is_staff = :is_staff, disabled = :disabled, proved = :proved WHERE id = :id
""")


def account_of(row: Row[Any]) -> Account:
    """The domain's object of a row."""
    return Account(**{name: getattr(row, name) for name in Account.__dataclass_fields__})


class Accounts:
    """The people who can sign in."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def actor(self, account_id: UUID) -> Actor | None:
        """The signed-in person, None for somebody who may not sign in (any more)."""
        statement = text("SELECT is_staff FROM accounts WHERE id = :id AND proved AND NOT disabled")
        is_staff = await self._connection.scalar(statement, {"id": account_id})
        return None if is_staff is None else Actor(account_id, is_staff)

    async def add(self, account: Account) -> bool:
        """Add an account; False when the address has one."""
        return await self._connection.scalar(_ADD, asdict(account)) is not None

    async def save(self, account: Account) -> None:
        """Store a new version; the row is locked."""
        await self._connection.execute(_SAVE, asdict(account))

    async def by_address(self, email: str, *, lock: bool = False) -> Account | None:
        """The account of an address."""
        statement = text(f"SELECT {_COLUMNS} FROM accounts WHERE email = :email{' FOR NO KEY UPDATE' if lock else ''}")  # noqa: S608 - made of constants
        row = (await self._connection.execute(statement, {"email": email})).one_or_none()
        return None if row is None else account_of(row)

    async def own(self, account_id: UUID, *, lock: bool = False) -> Account:
        """The person's own account; NotFound when it is gone or disabled."""
        account = await self._by_id(account_id, lock=lock)
        if account is None or account.disabled:
            raise NotFound
        return account

    async def for_staff(self, account_id: UUID, actor: Actor, *, lock: bool = False) -> Account:
        """Any account, for the desk alone; NotFound otherwise."""
        actor.must_be_staff()
        account = await self._by_id(account_id, lock=lock)
        if account is None:
            raise NotFound
        return account

    async def page(
        self, actor: Actor, query: str, *, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[tuple[Account, str]]:
        """Accounts that match every word by name, for the desk alone, each with its sort key; one more than `limit` if there are more."""
        actor.must_be_staff()
        condition, values = every_word(query)
        if after is not None:
            condition += " AND (sort_key, id) > (:key, :last)"
            values |= {"key": after[0], "last": after[1]}
        statement = text(
            f"SELECT {_COLUMNS}, sort_key FROM accounts WHERE {condition} ORDER BY sort_key, id LIMIT :most"  # noqa: S608
        )
        return [
            (account_of(row), row.sort_key)
            for row in await self._connection.execute(statement, {**values, "most": limit + 1})
        ]

    async def password_hash(self, account_id: UUID, *, lock: bool = False) -> str | None:
        """The hash of the password, None while there is none."""
        statement = text(f"SELECT password_hash FROM accounts WHERE id = :id{' FOR NO KEY UPDATE' if lock else ''}")  # noqa: S608 - made of constants
        found: str | None = await self._connection.scalar(statement, {"id": account_id})
        return found

    async def set_password(self, account_id: UUID, password_hash: str) -> None:
        """Replace the hash."""
        statement = text("UPDATE accounts SET password_hash = :hash WHERE id = :id")
        await self._connection.execute(statement, {"id": account_id, "hash": password_hash})

    async def _by_id(self, account_id: UUID, *, lock: bool) -> Account | None:
        statement = text(f"SELECT {_COLUMNS} FROM accounts WHERE id = :id{' FOR NO KEY UPDATE' if lock else ''}")  # noqa: S608 - made of constants
        row = (await self._connection.execute(statement, {"id": account_id})).one_or_none()
        return None if row is None else account_of(row)
