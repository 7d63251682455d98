"""The first sessions of a list whose training has some words, found in a time that does not grow with the catalogue."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Text, Uuid, and_, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import Role
from services.catalogue.storage.session_filter import OF_OCCUPANCY, listed, order
from services.catalogue.storage.tables import occupancy, sessions, trainings

LOOKED_THROUGH: Final = 500
"""So many sessions of a list are looked through for words."""
MOST_TRAININGS: Final = 500
"""If more trainings than that have the words, their sessions are not read one training after the other."""
_INDEXED: Final = re.compile(r"[^\W_]{3}")
"""The index of the texts has groups of three letters: it does not help to find a shorter word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsWithWords:
    """The ids of the first sessions with the words.

    `stopped_after` is the key of the last session that was looked at: the list goes on there. It is None if there are
    no more sessions with the words, or more than were wanted.
    """

    ids: Sequence[UUID]
    stopped_after: tuple[datetime, UUID] | None = None


class SessionWords:
    """Finds sessions by the words of their training.

    The first sessions of the list are looked through: a frequent word fills the page at once. If they are not enough,
    and not all, those of each training that has the words are read: a rare word is in few trainings. A word that many
    trainings have, but few of the first sessions, is left to the next page.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def first(
        self,
        role: Role,
        values: Mapping[str, Any],
        filters: frozenset[str],
        *,
        most: int,
        is_first: bool = True,
        newest_first: bool = False,
        is_bounded: bool = True,
    ) -> SessionsWithWords:
        """Up to `most` sessions. `filters` are names in `values`; if it is not bounded, the whole list is read."""
        looks_through = LOOKED_THROUGH if is_bounded else None
        values = {**values, "most": most, "looked_through": looks_through}
        statement = _looked_through(role, filters, is_first=is_first, newest_first=newest_first)
        rows = (await self._connection.execute(statement, values)).all()
        found = [row.id for row in rows if row.has_words]
        if len(found) == most or not rows or rows[-1].place != looks_through:
            return SessionsWithWords(ids=found)
        indexed = frozenset(name for name in filters if is_of_words(name) and _INDEXED.search(values[name]))
        ids = (await self._connection.scalars(_trainings(indexed), values)).all() if indexed else None
        if ids is None or len(ids) > MOST_TRAININGS:
            return SessionsWithWords(ids=found, stopped_after=(rows[-1].starts_at, rows[-1].id))
        statement = _of_trainings(role, filters, is_first=is_first, newest_first=newest_first)
        return SessionsWithWords(ids=(await self._connection.scalars(statement, {**values, "training_ids": ids})).all())


def is_of_words(name: str) -> bool:
    """Whether a parameter of `SessionFilter.given` is a word to search in the training."""
    return name.startswith("word_")


@lru_cache(maxsize=500)  # filters can be combined in many ways
def _looked_through(role: Role, filters: frozenset[str], *, is_first: bool, newest_first: bool) -> Select[Any]:
    """The sessions with the words among the first ones of the list, and the last one that was looked at."""
    words, keys = _words(filters), order(newest_first=newest_first)
    first = (
        _listed(role, filters, is_first=is_first, newest_first=newest_first)
        .add_columns(_has(words).label("has_words"), func.row_number().over(order_by=keys).label("place"))
        .limit(bindparam("looked_through", type_=Integer))
        .subquery("looked_through")
    )
    is_last = first.c.place == bindparam("looked_through", type_=Integer)
    return select(first).where(first.c.has_words | is_last).order_by(first.c.place).limit(_MOST)


@lru_cache(maxsize=100)
def _trainings(words: frozenset[str]) -> Select[Any]:
    return select(trainings.c.id).where(_has(sorted(words))).limit(literal_column(str(MOST_TRAININGS + 1)))


@lru_cache(maxsize=500)
def _of_trainings(role: Role, filters: frozenset[str], *, is_first: bool, newest_first: bool) -> Select[Any]:
    of_any = sessions.c.training_id == any_(bindparam("training_ids", type_=ARRAY(Uuid)))
    found = _listed(role, filters, is_first=is_first, newest_first=newest_first)
    return found.where(of_any, _has(_words(filters))).limit(_MOST)


def _listed(role: Role, filters: frozenset[str], *, is_first: bool, newest_first: bool) -> Select[Any]:
    chosen = select(sessions.c.id, sessions.c.starts_at).join_from(sessions, trainings)
    if filters & OF_OCCUPANCY:
        chosen = chosen.outerjoin(occupancy, occupancy.c.session_id == sessions.c.id)
    conditions = listed(role, filters.difference(_words(filters)), is_first=is_first, newest_first=newest_first)
    return chosen.where(*conditions).order_by(*order(newest_first=newest_first))


_MOST: Final = bindparam("most", type_=Integer)


def _words(filters: Collection[str]) -> list[str]:
    return sorted(filter(is_of_words, filters))


def _has(words: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(trainings.c.searched.like(func.anywhere(bindparam(word, type_=Text))) for word in words))
