"""Keep between which sessions a request was moved: the history of the request names them.

Of earlier moves, only those to which the person consented are known here.
"""

from shared.migrations import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    run_sql(
        """
CREATE TABLE transfers (
    enrollment_id uuid NOT NULL, version bigint NOT NULL,
    from_session_id uuid NOT NULL REFERENCES sessions, session_id uuid NOT NULL REFERENCES sessions,
    PRIMARY KEY (enrollment_id, version),
    FOREIGN KEY (enrollment_id, version) REFERENCES enrollment_history (aggregate_id, version)
);
INSERT INTO transfers (enrollment_id, version, from_session_id, session_id)
    SELECT h.aggregate_id, h.version, p.from_session_id, p.session_id
    FROM enrollment_history h JOIN proposals p ON p.enrollment_id = h.aggregate_id AND p.answered_at = h.at
    WHERE h.act = 'transfer' AND p.state = 'consented' AND p.from_session_id IS NOT NULL;
"""
    )
