"""Searching in columns `searched`: every word somewhere, whatever its accents and case."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, func, literal_column, true

MOST_WORDS: Final = 10
_ANYTHING: Final = literal_column("'%'", Text)


def escaped(word: str) -> str:
    """A word in which LIKE finds no wildcard."""
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def every_word(searched: ColumnElement[Any], query: str) -> ColumnElement[bool]:
    """Every word of the query is in the column."""
    words = query.split()[:MOST_WORDS]
    patterns = [_ANYTHING + func.plain(escaped(word), type_=Text) + _ANYTHING for word in words]
    return and_(true(), *(searched.like(pattern) for pattern in patterns))
