"""Searching in columns `searched`: every word somewhere, whatever its accents and case."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Float, Text, and_, func, literal, literal_column, true

MOST_WORDS: Final = 10
TYPING_ERRORS: Final = 0.45
"""How similar a word must be: two letters of seven may have changed their places."""
_ANYTHING: Final = literal_column("'%'", Text)


def escaped(word: str) -> str:
    """A word in which LIKE finds no wildcard."""
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def every_word(searched: ColumnElement[Any], query: str) -> ColumnElement[bool]:
    """Every word of the query is in the column."""
    words = query.split()[:MOST_WORDS]
    patterns = [_ANYTHING + func.plain(escaped(word), type_=Text) + _ANYTHING for word in words]
    return and_(true(), *(searched.like(pattern) for pattern in patterns))


def similar_words(searched: ColumnElement[Any], query: str) -> tuple[ColumnElement[float], ColumnElement[bool]]:
    """How similar the column is to the words of the query, and whether it has a similar word for each of them.

    The operator uses the trigram index, with the threshold `pg_trgm.word_similarity_threshold` of the transaction.
    """
    words = [func.plain(word, type_=Text) for word in query.split()[:MOST_WORDS]]
    likeness: ColumnElement[float] = literal(0.0)
    for word in words:
        likeness = likeness + func.word_similarity(word, searched, type_=Float)
    return likeness, and_(true(), *(word.bool_op("<%")(searched) for word in words))
