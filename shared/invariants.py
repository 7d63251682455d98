"""What must be true of the rows of a service, checked on live data by `python -m services.<name> audit`.

Each service has its list in `storage/invariants.py`: a sentence that says what is wrong, and a statement that selects
the rows that are. The statements are SQL as text and use the stored rows only, and none of the code that wrote them, so
they also find states that this code considers impossible. They show ids, states and numbers, nothing about a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Invariants = Mapping[str, str]
"""Statements that select the rows that are wrong, by a sentence that says what is wrong."""

MESSAGES_IN_ORDER: Final[Invariants] = {
    "messages of one object are not in the order of its versions": """
        SELECT aggregate_id, aggregate_version FROM (
            SELECT aggregate_id, aggregate_version, max(aggregate_version) OVER before AS latest FROM outbox
            WINDOW before AS (PARTITION BY aggregate_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ) AS emitted WHERE aggregate_version <= latest
    """,
}
"""Of a service with one message for each version."""

ERASED_NAMES: Final[Invariants] = {
    "the copy of an erased account still tells who it was": """
        SELECT id, version FROM accounts WHERE erased AND (first_name, last_name) <> ('Compte', 'supprimé')
    """,
}
"""Of a service that has copies of accounts."""

SEATS_ARE_COUNTED: Final[Invariants] = {
    "the copy of the seats of a session counts less than none": """
        SELECT session_id, version, held, queued FROM occupancy WHERE held < 0 OR queued < 0
    """,
}
"""Of a service that has copies of the seats of sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What is wrong, the first rows that are, and how many `more` there are."""

    sentence: str
    rows: Sequence[Mapping[str, Any]]
    more: int

    @property
    def lines(self) -> list[str]:
        """One line for each row that is shown, and one that counts the others."""
        shown = [f"{self.sentence}: {', '.join(f'{name} {value}' for name, value in row.items())}" for row in self.rows]
        return [*shown, f"{self.sentence}: {self.more} more"] if self.more else shown


async def violations(connection: AsyncConnection, invariants: Invariants, *, most: int) -> list[Violation]:
    """The invariants that do not hold, each with the first `most` of its rows; empty if all hold.

    For one moment of all tables, call it in a transaction that is REPEATABLE READ.
    """
    found = []
    for sentence, statement in invariants.items():
        rows: list[Mapping[str, Any]] = []
        more = 0
        # as text: see the module; the rows of a damaged table may be more than fit into the memory
        async with connection.stream(text(statement)) as result:
            async for row in result.mappings():
                if len(rows) < most:
                    rows.append(dict(row))
                else:
                    more += 1
        if rows:
            found.append(Violation(sentence=sentence, rows=rows, more=more))
    return found
