"""A table of copies that is rebuilt: how its rows are compared with a page of states, and put right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.message import Snapshot
from shared.contracts.states import KINDS, ErasedState, StateListed, kind_of
from shared.database import UnitOfWork
from shared.messaging.copies import Copy
from shared.messaging.subscriptions import Kept, Tx


class StillNeeded(Exception):
    """Other rows name the row that is to be removed."""


@dataclass(frozen=True, slots=True)
class Page:
    """The states of an answer by their ids, up to one of them."""

    until: UUID
    states: Mapping[UUID, Any]
    erased: Mapping[UUID, ErasedState]

    def version_of(self, key: UUID) -> int:
        """The version that the owner names; -1 if it does not name the row."""
        named = self.states.get(key) or self.erased.get(key)
        return -1 if named is None else int(named.version)


class CopiedTable(Generic[Tx]):
    """One table of copies, whose rows are compared with a page of its owner."""

    def __init__(self, kept: Kept[Tx]) -> None:
        self.kind = kind_of(kept.snapshot)
        self.copy = Copy(KINDS[self.kind], kept.table, only_new=kept.only_new) if kept.put is None else None
        self._put = kept.put
        [key] = kept.table.primary_key
        self._key = key.name
        self._has_tombstones = "erased" in kept.table.c
        columns = [key, kept.table.c.version, *([kept.table.c.erased] if self._has_tombstones else [])]
        self._read = select(*columns).where(key > bindparam("after"), key <= bindparam("until"))
        self._find = select(*columns).where(key == bindparam("key"))
        self._need = None if kept.needed_by is None else select(key).where(key == bindparam("key"), kept.needed_by)
        self._remove = delete(kept.table).where(key == bindparam("wanted"), kept.table.c.version <= bindparam("most"))

    def page(self, listed: StateListed, until: UUID) -> Page:
        states = {getattr(state, self._key): state for state in getattr(listed.states, self.kind)}
        return Page(
            until=until,
            states={key: state for key, state in states.items() if key <= until},
            erased={state.id: state for state in listed.erased if state.id <= until},
        )

    async def put(self, work: UnitOfWork, state: Snapshot, most: int, transaction: Callable[[UnitOfWork], Tx]) -> int:
        if self._put is not None:
            return int(await self._put(state, most, transaction(work)))
        return await self.copy.put_back(work.connection, state, most)  # type: ignore[union-attr]

    async def is_buried(self, connection: AsyncConnection, state: ErasedState) -> bool:
        row = (await connection.execute(self._find, {"key": state.id})).one_or_none()
        return row is not None and row.erased and row.version >= state.version  # untraced

    async def remove(self, connection: AsyncConnection, key: UUID, version: int) -> int:
        """Remove a row of a version up to this one; return how many were removed.

        Raises StillNeeded if rows of this service would be left without it.
        """
        if self._need is not None and (await connection.execute(self._need.limit(1), {"key": key})).first():  # untraced
            raise StillNeeded
        try:
            return (await connection.execute(self._remove, {"wanted": key, "most": version})).rowcount
        except IntegrityError as error:
            raise StillNeeded from error

    async def doubts(self, connection: AsyncConnection, page: Page, after: UUID) -> tuple[dict[UUID, int], list[UUID]]:
        """The rows that the owner does not name or names with an older version; and tombstones that live there."""
        doubts: dict[UUID, int] = {}
        revived = []
        for row in await connection.execute(self._read, {"after": after, "until": page.until}):
            key = getattr(row, self._key)
            if self._has_tombstones and row.erased:
                revived += [key] if key in page.states else []  # untraced
            elif row.version > page.version_of(key):
                doubts[key] = row.version
        return doubts, revived
