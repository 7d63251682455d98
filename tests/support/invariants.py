"""The invariants of requests and seats, checked with SQL in enrollment's database.

The numbers group the checks by invariant. The audit uses the stored rows only and none of the code that wrote them, so
it also finds states that this code considers impossible.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

OPEN: Final = "('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated')"

AUDIT: Final[Mapping[str, str]] = {
    "1. more seats are held than there are": """
        SELECT s.id, s.held, s.capacity FROM sessions s
        WHERE s.held > greatest(s.capacity, s.overbooked_to)
    """,
    "1. the counter of held seats is wrong": """
        SELECT s.id, s.held, count(e.id) AS counted
        FROM sessions s LEFT JOIN enrollments e ON e.session_id = s.id AND e.seat = 'held'
        GROUP BY s.id, s.held HAVING s.held <> count(e.id)
    """,
    "2. two open requests of one person for one training": f"""
        SELECT account_id, training_id, count(*) FROM enrollments
        WHERE approval IN {OPEN} AND attendance IS NULL
        GROUP BY account_id, training_id HAVING count(*) > 1
    """,
    "3. a seat is free while an eligible request is queued": """
        SELECT s.id AS session_id, e.id, e.queue_number, s.held, s.capacity
        FROM enrollments e JOIN sessions s ON s.id = e.session_id
        WHERE e.seat = 'queued' AND s.held < s.capacity
            AND s.starts_at > CAST(:now AS timestamptz) + make_interval(hours => CAST(:freeze AS integer)) AND (
            CAST(:cap AS integer) IS NULL OR s.closes_at <= :now OR :cap > (
                SELECT count(*) FROM enrollments o JOIN sessions os ON os.id = o.session_id
                WHERE o.training_id = e.training_id AND o.structure_id = e.structure_id
                    AND o.seat = 'held' AND os.ends_at > :now
            )
        )
    """,
    "4. a seat or a place in the queue without a number": """
        SELECT id, seat FROM enrollments WHERE seat <> 'none' AND queue_number IS NULL
    """,
    "4. one queue number given to two requests": """
        SELECT session_id, queue_number, count(*) FROM enrollments WHERE queue_number IS NOT NULL
        GROUP BY session_id, queue_number HAVING count(*) > 1
    """,
    "5. a closed request still has a seat or a place in the queue": f"""
        SELECT id, approval, seat FROM enrollments WHERE approval NOT IN {OPEN} AND seat <> 'none'
    """,
    "5. a request differs from the last line of its history": """
        SELECT e.id, e.approval, e.seat, h.to_approval, h.to_seat
        FROM enrollments e JOIN LATERAL (
            SELECT * FROM enrollment_history h WHERE h.aggregate_id = e.id ORDER BY h.version DESC LIMIT 1
        ) h ON true
        WHERE (e.approval, e.seat) <> (h.to_approval, h.to_seat)
    """,
    "5. a decided request has no line of history": """
        SELECT e.id, e.approval FROM enrollments e
        WHERE e.approval <> 'awaiting_employer'
            AND NOT EXISTS (SELECT FROM enrollment_history h WHERE h.aggregate_id = e.id)
    """,
    "5. a request changed without a line of history": """
        SELECT e.id, e.version FROM enrollments e
        WHERE e.version <> (SELECT coalesce(max(h.version), 1) FROM enrollment_history h WHERE h.aggregate_id = e.id)
    """,
    "5. a line of history does not begin where the one before it ended": """
        SELECT * FROM (
            SELECT aggregate_id, version, from_approval, from_seat,
                lag(to_approval) OVER line AS approval_before, lag(to_seat) OVER line AS seat_before
            FROM enrollment_history WINDOW line AS (PARTITION BY aggregate_id ORDER BY version)
        ) h WHERE approval_before IS NOT NULL
            AND (from_approval, from_seat) IS DISTINCT FROM (approval_before, seat_before)
    """,
    "6. more seats are held than there are and the session is not marked as overbooked": """
        SELECT id, held, capacity, overbooked_to FROM sessions
        WHERE held > capacity AND overbooked_to IS DISTINCT FROM held
    """,
}


async def violations(connection: AsyncConnection, *, now: datetime, cap: int | None = 2, freeze: int = 0) -> list[str]:
    """The broken invariants, each with the rows that break it; empty if all hold.

    `freeze` is the number of hours before a session in which its free seats are not given to the queue.
    """
    found = []
    for invariant, question in AUDIT.items():
        statement = text(question)
        values = {"now": now, "cap": cap, "freeze": freeze} if ":now" in question else {}
        rows = (await connection.execute(statement, values)).mappings().all()
        found += [f"{invariant}: {dict(row)}" for row in rows]
    return found
