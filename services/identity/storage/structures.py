"""Structures: public to read, the desk's to change."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.structures import Structure
from services.identity.storage.access import Actor
from services.identity.storage.search import every_word
from shared.errors import NotFound

_COLUMNS = "id, version, name, siret, town, is_member"
_ADD = text(f"""
    INSERT INTO structures ({_COLUMNS}) VALUES (:id, :version, :name, :siret, :town, :is_member)
    ON CONFLICT (siret) DO NOTHING RETURNING id
""")  # noqa: S608 - made of constants
_SAVE = text("""
    UPDATE structures SET version = :version, name = :name, siret = :siret, town = :town, is_member = :is_member WHERE id = :id
""")
_OTHER = text("SELECT EXISTS (SELECT FROM structures WHERE siret = :siret AND id <> :id)")
SHORTEST_SIRET_PREFIX = 3


class SiretTaken(Exception):
    """A structure with this SIRET is listed."""

    sentence = "Une structure portant ce numéro SIRET est déjà répertoriée."


def structure_of(row: Row[Any]) -> Structure:
    """The domain's object of a row."""
    return Structure(**{name: getattr(row, name) for name in Structure.__dataclass_fields__})


class Structures:
    """The structures of the territory."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, structure_id: UUID, *, lock: bool = False) -> Structure:
        """A structure; NotFound when there is none. The lock is what attachments of the structure wait for."""
        found = await self.find(structure_id, lock=lock)
        if found is None:
            raise NotFound
        return found

    async def find(self, structure_id: UUID, *, lock: bool = False) -> Structure | None:
        """A structure, None when there is none."""
        statement = text(f"SELECT {_COLUMNS} FROM structures WHERE id = :id{' FOR NO KEY UPDATE' if lock else ''}")  # noqa: S608 - made of constants
        row = (await self._connection.execute(statement, {"id": structure_id})).one_or_none()
        return None if row is None else structure_of(row)

    async def for_staff(self, structure_id: UUID, actor: Actor) -> Structure:
        """A structure to be changed, locked, for the desk alone; NotFound otherwise."""
        actor.must_be_staff()
        return await self.load(structure_id, lock=True)

    async def for_referent(self, structure_id: UUID, actor: Actor) -> Structure:
        """A structure of which the person is a referent, locked; NotFound otherwise."""
        structure = await self.load(structure_id, lock=True)
        statement = text("""
            SELECT EXISTS (SELECT FROM attachments WHERE account_id = :me AND structure_id = :id AND 'referent' = ANY(statuses))
        """)
        if not await self._connection.scalar(statement, {"me": actor.account_id, "id": structure_id}):
            raise NotFound
        return structure

    async def add(self, structure: Structure) -> None:
        """Add a structure; raises SiretTaken."""
        if await self._connection.scalar(_ADD, asdict(structure)) is None:
            raise SiretTaken

    async def save(self, structure: Structure) -> None:
        """Store a new version of a locked structure; raises SiretTaken."""
        if await self._connection.scalar(_OTHER, {"siret": structure.siret, "id": structure.id}):
            raise SiretTaken
        await self._connection.execute(_SAVE, asdict(structure))

    async def page(self, query: str, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[tuple[Structure, str]]:
        """Structures by name, each with its sort key: every word in name or town, or the digits begin the SIRET; one more if there are."""
        condition, values = every_word(query)
        digits = "".join(query.split())
        if digits.isascii() and digits.isdigit() and len(digits) >= SHORTEST_SIRET_PREFIX:
            condition = f"(({condition}) OR siret LIKE :prefix)"
            values["prefix"] = digits + "%"
        if after is not None:
            condition += " AND (sort_key, id) > (:key, :last)"
            values |= {"key": after[0], "last": after[1]}
        statement = text(
            f"SELECT {_COLUMNS}, sort_key FROM structures WHERE {condition} ORDER BY sort_key, id LIMIT :most"  # noqa: S608
        )
        return [
            (structure_of(row), row.sort_key)
            for row in await self._connection.execute(statement, {**values, "most": limit + 1})
        ]
