"""The sessions of a list whose training has some words, found in a time that does not grow with the catalogue."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from services.catalogue.storage.tables import occupancy, sessions, trainings

LOOKED_THROUGH: Final[ColumnElement[int]] = literal_column("1500")
"""So many sessions of a list are looked through for words."""


def is_of_words(name: str) -> bool:
    """Whether a parameter of `SessionFilter.given` is a word to search in the training."""
    return name.startswith("word_")


def ids_with_words(
    words: Sequence[str], conditions: Sequence[ColumnElement[bool]], *, newest_first: bool, most: str
) -> CompoundSelect[Any]:
    """Select the `id` of the first sessions with these conditions and words; `words` and `most` name parameters.

    The first sessions of the list are looked through. If they are not enough, and not all, those of each training that
    has the words are read. A frequent word is found at once; a rare one, which would be looked for in all sessions, is
    in few trainings.
    """
    keys = (sessions.c.starts_at, sessions.c.id)
    listed = (
        select(*keys, sessions.c.training_id)
        .join_from(sessions, trainings)
        .outerjoin(occupancy, occupancy.c.session_id == sessions.c.id)
        .where(*conditions)
        .order_by(*(key.desc() if newest_first else key for key in keys))
    )
    limit = bindparam(most, type_=Integer)
    first = listed.limit(LOOKED_THROUGH).cte("looked_through")
    of_first = trainings.alias("of_first")
    order = (first.c.starts_at, first.c.id)
    found = (
        select(first.c.id)
        .join(of_first, of_first.c.id == first.c.training_id)
        .where(_has(words, of_first))
        .order_by(*(key.desc() if newest_first else key for key in order))
        .limit(limit)
        .cte("found")
    )
    is_enough = or_(
        select(func.count()).select_from(found).scalar_subquery() >= limit,
        select(func.count()).select_from(first).scalar_subquery() < LOOKED_THROUGH,
    )
    with_words = trainings.alias("with_words")
    # as an array, so that PostgreSQL begins with these trainings
    ids = func.array(select(with_words.c.id).where(_has(words, with_words)).scalar_subquery())
    of_trainings = listed.where(sessions.c.training_id == any_(ids)).limit(limit).subquery("of_trainings")
    return union_all(select(found.c.id).where(is_enough), select(of_trainings.c.id).where(~is_enough))


def _has(words: Sequence[str], texts: Any) -> ColumnElement[bool]:  # noqa: ANN401 - an alias of `trainings`
    return and_(*(texts.c.searched.like(func.anywhere(bindparam(word, type_=Text))) for word in words))
