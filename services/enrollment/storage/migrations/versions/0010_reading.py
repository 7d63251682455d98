"""Search by name and title, indexes for the filters of the lists, the axis of a training, drafts of motivations."""

from shared.migrations import run_sql

revision = "0010"
down_revision = "0009"

# unaccent itself is only STABLE because its dictionary could be replaced, which nobody does
SEARCH = """
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE FUNCTION plain(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, words)) $$;
ALTER TABLE accounts
    ADD COLUMN searched text NOT NULL GENERATED ALWAYS AS (plain(first_name || ' ' || last_name)) STORED;
ALTER TABLE structures ADD COLUMN searched text NOT NULL GENERATED ALWAYS AS (plain(name)) STORED;
ALTER TABLE trainings
    ADD COLUMN searched text NOT NULL GENERATED ALWAYS AS (plain(title)) STORED,
    ADD COLUMN axis_id uuid, ADD COLUMN axis_name text;
CREATE INDEX accounts_by_words ON accounts USING gin (searched gin_trgm_ops);
CREATE INDEX structures_by_words ON structures USING gin (searched gin_trgm_ops);
CREATE INDEX trainings_by_words ON trainings USING gin (searched gin_trgm_ops);
"""

# the first one also serves what enrollments_awaiting_by_structure served
LISTS = """
CREATE INDEX enrollments_of_structure_by_approval ON enrollments (structure_id, approval, requested_at, id);
DROP INDEX enrollments_awaiting_by_structure;
CREATE INDEX enrollments_by_approval ON enrollments (approval, requested_at, id);
CREATE INDEX enrollments_of_training ON enrollments (training_id, requested_at, id);
CREATE INDEX enrollments_of_session ON enrollments (session_id, requested_at, id);
CREATE INDEX enrollments_with_seat ON enrollments (seat, requested_at, id) WHERE seat <> 'none';
CREATE INDEX attachments_ever_of_account ON attachments (account_id);
CREATE INDEX enrollments_late ON enrollments (requested_at, id) WHERE late;
"""

DECISIONS = """
CREATE TABLE employer_decisions (
    enrollment_id uuid NOT NULL, version bigint NOT NULL, structure_id uuid NOT NULL, at timestamptz NOT NULL,
    waited interval,
    PRIMARY KEY (enrollment_id, version), FOREIGN KEY (enrollment_id, version) REFERENCES enrollment_history
);
CREATE INDEX decisions_by_time ON employer_decisions (at) INCLUDE (waited);
CREATE INDEX sessions_to_close ON sessions (ends_at) WHERE attendance_closed_at IS NULL AND state = 'scheduled';
CREATE INDEX decisions_of_structure ON employer_decisions (structure_id, at, enrollment_id, version);
INSERT INTO employer_decisions
    SELECT h.aggregate_id, h.version, e.structure_id, h.at,
        CASE WHEN h.act IN ('accept', 'refuse') THEN h.at - e.requested_at END
    FROM enrollment_history h JOIN enrollments e ON e.id = h.aggregate_id
    WHERE h.acting_as = 'employer' OR (h.acting_as = 'staff' AND h.act IN ('accept', 'refuse', 'cancel'));
"""

CART = "ALTER TABLE carts ADD COLUMN motivation text;"


def upgrade() -> None:
    run_sql(SEARCH + LISTS + DECISIONS + CART)
