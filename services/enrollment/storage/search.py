"""Searching in columns `searched`: every word somewhere, whatever its accents and case."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, func, literal_column, or_, select, true

from services.enrollment.storage.tables import accounts, enrollments, structures, trainings

MOST_WORDS: Final = 5
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
    return or_(
        *(
            select(has_every_word(table.c.searched, count))
            .where(table.c.id == column)
            .correlate(enrollments)
            .scalar_subquery()
            for column, table in _NAMED
        )
    )
