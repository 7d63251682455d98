"""Looks for words in whatever a database keeps, also in bytes and in escaped JSON."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_BYTES: Final = re.compile(r"\\x((?:[0-9a-f]{2})+)")
"""Bytes as PostgreSQL writes them, in a row that is cast to text and in a dump."""
_ESCAPED: Final = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
TABLES: Final = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""
"""A partitioned table stands for its partitions: a running role may not read those that begin while a test runs."""


def readable(rows: str) -> str:
    """Rows or a dump with the text of their bytes, and with the letters that JSON escapes."""
    decoded = (bytes.fromhex(found).decode(errors="replace") for found in _BYTES.findall(rows))
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "\n".join((rows, *decoded)))


def words_in(rows: str, words: Iterable[str]) -> list[str]:
    """Those of the words that stand there, in any case."""
    said = readable(rows).lower()
    return [word for word in words if word.lower() in said]


async def traces(connection: AsyncConnection, words: Collection[str]) -> set[tuple[str, str]]:
    """The tables that have a row with one of the words, and the word."""
    return {
        (table, word)
        for table in (await connection.scalars(text(TABLES))).all()
        for row in (await connection.scalars(text(f"SELECT t::text FROM {table} t"))).all()
        for word in words_in(row, words)
    }
