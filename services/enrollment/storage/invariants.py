"""What must be true of requests, seats and queues; `audit` checks it on live data."""

from typing import Final

from shared.invariants import ERASED_NAMES, Invariants

_SEATS: Final[Invariants] = {
    "more seats are held than there are": """
        SELECT id AS session_id, held, capacity, overbooked_to FROM sessions
        WHERE held > greatest(capacity, overbooked_to)
    """,
    "more seats are held than there are and the session is not marked as overbooked": """
        SELECT id AS session_id, held, capacity, overbooked_to FROM sessions
        WHERE held > capacity AND overbooked_to IS DISTINCT FROM held
    """,
    "the counter of held seats is wrong": """
        SELECT s.id AS session_id, s.held, count(e.id) AS counted
        FROM sessions s LEFT JOIN enrollments e ON e.session_id = s.id AND e.seat = 'held'
        GROUP BY s.id, s.held HAVING s.held <> count(e.id)
    """,
    "a closed request still has a seat or a place in the queue": """
        SELECT id AS enrollment_id, approval, seat FROM enrollments
        WHERE seat <> 'none'
            AND approval NOT IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated')
    """,
    "one person has two open requests for one training": """
        SELECT account_id, training_id, count(*) AS requests FROM enrollments
        WHERE attendance IS NULL
            AND approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated')
        GROUP BY account_id, training_id HAVING count(*) > 1
    """,
}
_QUEUES: Final[Invariants] = {
    # The rules in force are as `storage/rules.py` reads them; without a setting a structure has two seats in a
    # training, and seats are given until the session begins. The job that gives what remains when requests close, and
    # what a structure may have because a session is over, has ten minutes.
    "a seat is free while a request that may have it is queued": """
        WITH in_force AS (
            SELECT DISTINCT ON (name) name, enabled, value FROM rules
            WHERE effective_from <= greatest(now(), set_at) ORDER BY name, version DESC
        ), allowed AS (
            SELECT coalesce((SELECT CASE WHEN enabled THEN CAST(value ->> 'people' AS integer) ELSE 1000000 END
                    FROM in_force WHERE name = 'structure_cap'), 2) AS seats,
                make_interval(hours => coalesce((SELECT CAST(value ->> 'hours' AS integer)
                    FROM in_force WHERE name = 'promotion_freeze' AND enabled), 0)) AS freeze
        )
        SELECT e.id AS enrollment_id, s.id AS session_id, e.queue_number, s.held, s.capacity
        FROM enrollments e JOIN sessions s ON s.id = e.session_id CROSS JOIN allowed
        WHERE e.seat = 'queued' AND s.held < s.capacity AND s.state = 'scheduled' AND s.attendance_closed_at IS NULL
            AND s.starts_at - allowed.freeze > now()
            AND (s.closes_at <= now() - interval '10 minutes' OR allowed.seats > (
                SELECT count(*) FROM enrollments o JOIN sessions os ON os.id = o.session_id
                WHERE os.ends_at > now() - interval '10 minutes' AND o.training_id = e.training_id
                    AND o.structure_id = e.structure_id AND o.seat = 'held'
            ))
    """,
    "a seat or a place in the queue has no number": """
        SELECT id AS enrollment_id, session_id, seat FROM enrollments WHERE seat <> 'none' AND queue_number IS NULL
    """,
    "one number of the queue is given to two requests": """
        SELECT session_id, queue_number, count(*) AS requests FROM enrollments WHERE queue_number IS NOT NULL
        GROUP BY session_id, queue_number HAVING count(*) > 1
    """,
    "a request has a number that its session has not given yet": """
        SELECT e.id AS enrollment_id, e.session_id, e.queue_number, s.last_queue_number
        FROM enrollments e JOIN sessions s ON s.id = e.session_id WHERE e.queue_number > s.last_queue_number
    """,
}
_HISTORY: Final[Invariants] = {
    "a request is not as the line of its version in the history says": """
        SELECT e.id AS enrollment_id, e.version, e.approval, e.seat, h.to_approval, h.to_seat
        FROM enrollments e JOIN enrollment_history h ON h.aggregate_id = e.id AND h.version = e.version
        WHERE (e.approval, e.seat) <> (h.to_approval, h.to_seat)
    """,
    "a decided request has no line of history": """
        SELECT e.id AS enrollment_id, e.approval FROM enrollments e
        WHERE e.approval <> 'awaiting_employer'
            AND NOT EXISTS (SELECT FROM enrollment_history h WHERE h.aggregate_id = e.id)
    """,
    "the version of a request is not that of the last line of its history": """
        SELECT e.id AS enrollment_id, e.version, h.version AS last_line
        FROM enrollments e LEFT JOIN (
            SELECT aggregate_id, max(version) AS version FROM enrollment_history GROUP BY aggregate_id
        ) h ON h.aggregate_id = e.id
        WHERE e.version <> coalesce(h.version, 1)
    """,
    "a line of history does not begin where the one before it ended": """
        SELECT aggregate_id AS enrollment_id, version, from_approval, from_seat, approval_before, seat_before FROM (
            SELECT aggregate_id, version, from_approval, from_seat,
                lag(to_approval) OVER line AS approval_before, lag(to_seat) OVER line AS seat_before
            FROM enrollment_history WINDOW line AS (PARTITION BY aggregate_id ORDER BY version)
        ) h WHERE approval_before IS NOT NULL
            AND (from_approval, from_seat) IS DISTINCT FROM (approval_before, seat_before)
    """,
}

INVARIANTS: Final[Invariants] = {**_SEATS, **_QUEUES, **_HISTORY, **ERASED_NAMES}
