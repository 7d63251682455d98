"""Searching in columns `searched`: every word somewhere, whatever its accents and case."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, func, literal_column, or_, select, true, union_all

from services.enrollment.storage.tables import accounts, enrollments, structures, trainings

MOST_WORDS: Final = 5
MOST_NAMES: Final = 200
"""If more names have the words of a query, they are frequent."""
_ONE_MORE: Final[ColumnElement[int]] = literal_column(str(MOST_NAMES + 1))
_ANYTHING: Final = literal_column("'%'", Text)


def words_of(query: str) -> Sequence[str]:
    """The words of a query, in which LIKE finds no wildcard."""
    return [word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") for word in query.split()[:MOST_WORDS]]


def words_as_parameters(words: Sequence[str]) -> dict[str, str]:
    """The parameters of `matching` and `matches`."""
    return {f"word_{index}": word for index, word in enumerate(words)}


def has_every_word(searched: ColumnElement[Any], count: int) -> ColumnElement[bool]:
    """Whether a column `searched` has `count` words of a query."""
    patterns = [
        _ANYTHING + func.plain(bindparam(f"word_{index}", type_=Text()), type_=Text()) + _ANYTHING
        for index in range(count)
    ]
    return and_(true(), *(searched.like(pattern) for pattern in patterns))


_NAMED: Final = (
    (enrollments.c.account_id, accounts),
    (enrollments.c.structure_id, structures),
    (enrollments.c.training_id, trainings),
)
"""The columns of a request that name something."""


def matching(count: int) -> Sequence[tuple[ColumnElement[Any], Select[Any]]]:
    """The columns of a request that name something, and the ids of what has `count` words of a query in its name."""
    return [(column, select(table.c.id).where(has_every_word(table.c.searched, count))) for column, table in _NAMED]


def matches(count: int) -> ColumnElement[bool]:
    """Whether the person, the structure or the training of a request has `count` words of a query in its name.

    The names are read for one request after the other: with `IN`, PostgreSQL first looks for everybody in the agency
    who has these words.
    """
    names = (
        select(table.c.searched).where(table.c.id == column).correlate(enrollments).scalar_subquery()
        for column, table in _NAMED
    )
    return or_(*(has_every_word(name, count) for name in names))


def are_few(count: int) -> ColumnElement[bool]:
    """Whether at most MOST_NAMES people, structures and trainings together have `count` words in their name."""
    found = union_all(*(select(ids.limit(_ONE_MORE).subquery()) for _, ids in matching(count))).limit(_ONE_MORE)
    number = select(func.count()).select_from(found.subquery()).scalar_subquery()
    return number <= literal_column(str(MOST_NAMES))
