"""What must be true of the catalogue and of its copies; `audit` checks it on live data."""

from typing import Final

from shared.invariants import ERASED_NAMES, MESSAGES_IN_ORDER, SEATS_ARE_COUNTED, Invariants

_CATALOGUE: Final[Invariants] = {
    "a training has no axis": """
        SELECT t.id AS training_id, t.axis_id FROM trainings t
        WHERE NOT EXISTS (SELECT FROM axes a WHERE a.id = t.axis_id)
    """,
    "a session has no training": """
        SELECT s.id AS session_id, s.training_id FROM sessions s
        WHERE NOT EXISTS (SELECT FROM trainings t WHERE t.id = s.training_id)
    """,
    "a training that is a draft has a session": """
        SELECT t.id AS training_id, s.id AS session_id FROM trainings t JOIN sessions s ON s.training_id = t.id
        WHERE t.state = 'draft'
    """,
}
_HISTORY: Final[Invariants] = {
    "a version has no line in the history": """
        WITH aggregates AS (
            SELECT id, version FROM axes UNION ALL SELECT id, version FROM trainings
            UNION ALL SELECT id, version FROM sessions
        )
        SELECT id, each AS version FROM aggregates CROSS JOIN generate_series(1, version) AS each
        EXCEPT SELECT aggregate_id, version FROM catalogue_history
    """,
    "the history has a line of a version that does not exist": """
        SELECT aggregate_id AS id, version FROM catalogue_history
        EXCEPT SELECT id, each FROM (
            SELECT id, version FROM axes UNION ALL SELECT id, version FROM trainings
            UNION ALL SELECT id, version FROM sessions
            UNION ALL SELECT aggregate_id, version FROM catalogue_history WHERE act IN ('AxisRemoved', 'Removed')
        ) AS aggregates, generate_series(1, version) AS each
    """,
    "an axis or a training was removed and is still there": """
        SELECT aggregate_id AS id FROM catalogue_history WHERE act IN ('AxisRemoved', 'Removed')
        INTERSECT (SELECT id FROM axes UNION ALL SELECT id FROM trainings)
    """,
}

INVARIANTS: Final[Invariants] = {
    **_CATALOGUE,
    **_HISTORY,
    **MESSAGES_IN_ORDER,
    **ERASED_NAMES,
    **SEATS_ARE_COUNTED,
}
