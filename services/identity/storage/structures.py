"""Structures: everybody reads them, staff change them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, any_, bindparam, exists, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identity.domain.structures import SiretTaken, Structure
from services.identity.storage.access import Actor
from services.identity.storage.search import TYPING_ERRORS, every_word, similar_words
from services.identity.storage.tables import attachments, structures
from shared.errors import NotFound

SHORTEST_SIRET_PREFIX: Final = 3
IS_OPEN: Final = structures.c.closed_at.is_(None)
_COLUMNS: Final = [structures.c[field.name] for field in fields(Structure)]
_BY_ID = select(*_COLUMNS).where(structures.c.id == bindparam("id"))
_BY_SIRET = select(*_COLUMNS).where(structures.c.siret == bindparam("siret"))
_BY_ID_LOCKED = _BY_ID.with_for_update(key_share=True)
_IS_REFERENT = select(
    exists().where(
        attachments.c.account_id == bindparam("account_id"),
        attachments.c.structure_id == bindparam("structure_id"),
        literal("referent") == any_(attachments.c.statuses),
    )
)
_ADD = (
    insert(structures)
    .values({column.name: bindparam(column.name) for column in _COLUMNS})
    .on_conflict_do_nothing(index_elements=[structures.c.siret])
    .returning(structures.c.id)
)
_SAVE = (
    update(structures)
    .where(structures.c.id == bindparam("structure_id"))
    .values({column.name: bindparam(column.name) for column in _COLUMNS if column.name != "id"})
)
_WORDS = select(structures.c.name, structures.c.town).where(
    or_(
        structures.c.id == bindparam("structure_id"),
        structures.c.id.in_(
            select(attachments.c.structure_id).where(
                attachments.c.account_id == bindparam("account_id"), attachments.c.state != "ended"
            )
        ),
    )
)
_TOLERANCE = select(func.set_config("pg_trgm.word_similarity_threshold", str(TYPING_ERRORS), literal(value=True)))
_IS_TAKEN = select(
    exists().where(structures.c.siret == bindparam("siret"), structures.c.id != bindparam("structure_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStructure:
    """A structure in a list, with the key that the list is sorted by."""

    structure: Structure
    sort_key: str


class Structures:
    """The structures of the territory."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def load(self, structure_id: UUID, *, lock: bool = False) -> Structure:
        """Raises NotFound."""
        structure = await self.find(structure_id, lock=lock)
        if structure is None:
            raise NotFound
        return structure

    async def find(self, structure_id: UUID, *, lock: bool = False) -> Structure | None:
        """A structure, if it exists. Everything that changes attachments of a structure takes this lock first."""
        statement = _BY_ID_LOCKED if lock else _BY_ID
        row = (await self._connection.execute(statement, {"id": structure_id})).one_or_none()
        return None if row is None else structure_of(row)

    async def with_siret(self, siret: str) -> Structure | None:
        row = (await self._connection.execute(_BY_SIRET, {"siret": siret})).one_or_none()
        return None if row is None else structure_of(row)

    async def for_staff(self, structure_id: UUID, actor: Actor) -> Structure:
        """A structure to be changed, locked, for staff; NotFound for others."""
        actor.must_be_staff()
        return await self.load(structure_id, lock=True)

    async def for_referent(self, structure_id: UUID, actor: Actor) -> Structure:
        """A structure, locked, for its referents; NotFound for others."""
        structure = await self.load(structure_id, lock=True)
        values = {"account_id": actor.account_id, "structure_id": structure_id}
        if not await self._connection.scalar(_IS_REFERENT, values):
            raise NotFound
        return structure

    async def add(self, structure: Structure) -> None:
        """Raises SiretTaken."""
        if await self._connection.scalar(_ADD, asdict(structure)) is None:
            raise SiretTaken

    async def save(self, structure: Structure) -> None:
        """Store a new version; the caller has locked the row. Raises SiretTaken."""
        values = {"siret": structure.siret, "structure_id": structure.id}
        if await self._connection.scalar(_IS_TAKEN, values):
            raise SiretTaken
        values = asdict(structure)
        await self._connection.execute(_SAVE, {**values, "structure_id": values.pop("id")})

    async def words_of(self, account_id: UUID, structure_id: UUID | None = None) -> list[str]:
        """The names and towns of the person's structures, and of the one that the person asks to belong to."""
        values = {"account_id": account_id, "structure_id": structure_id}
        return [text for row in await self._connection.execute(_WORDS, values) for text in row]

    async def page(self, query: str, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[ListedStructure]:
        """The open structures by name; one more than `limit` when there are more."""
        statement = select(*_COLUMNS, structures.c.sort_key).where(IS_OPEN, with_words(query))
        if after is not None:
            statement = statement.where(tuple_(structures.c.sort_key, structures.c.id) > after)
        statement = statement.order_by(structures.c.sort_key, structures.c.id).limit(limit + 1)
        rows = await self._connection.execute(statement)
        return [ListedStructure(structure=structure_of(row), sort_key=row.sort_key) for row in rows]

    async def similar(self, query: str, *, limit: int) -> Sequence[Structure]:
        """The open structures whose name or town has words like those of the query, the most similar first."""
        await self._connection.execute(_TOLERANCE)
        likeness, condition = similar_words(structures.c.searched, query)
        statement = (
            select(*_COLUMNS).where(IS_OPEN, condition).order_by(likeness.desc(), structures.c.sort_key).limit(limit)
        )
        return [structure_of(row) for row in await self._connection.execute(statement)]


def with_words(query: str) -> ColumnElement[bool]:
    """Every word of the query is in the name or the town, or its digits are the beginning of the SIRET."""
    condition = every_word(structures.c.searched, query)
    digits = "".join(query.split())
    if digits.isascii() and digits.isdigit() and len(digits) >= SHORTEST_SIRET_PREFIX:
        return or_(condition, structures.c.siret.like(digits + "%"))
    return condition


def structure_of(row: Row[*tuple[Any, ...]]) -> Structure:
    return Structure(
        id=row.id,
        version=row.version,
        name=row.name,
        siret=row.siret,
        town=row.town,
        is_member=row.is_member,
        closed_at=row.closed_at,
        merged_into=row.merged_into,
    )
