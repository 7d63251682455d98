"""Parts of places, more text of trainings and search in it, copies of closed sheets, changed fields in the history."""

from shared.migrations import run_sql

revision = "0007"
down_revision = "0006"

# the expression of a generated column cannot be changed: the column is made anew
TRAININGS = """
ALTER TABLE trainings
    ADD COLUMN duration text NOT NULL DEFAULT '',
    ADD COLUMN contact text NOT NULL DEFAULT '',
    ADD COLUMN accessibility text NOT NULL DEFAULT '',
    DROP COLUMN searched;
ALTER TABLE trainings ADD COLUMN searched text NOT NULL
    GENERATED ALWAYS AS (plain(title || ' ' || summary || ' ' || objectives || ' ' || content)) STORED;
CREATE INDEX trainings_searched ON trainings USING gin (searched gin_trgm_ops);
"""
SESSIONS = """
ALTER TABLE sessions
    ADD COLUMN town text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN access text NOT NULL DEFAULT '',
    ADD COLUMN distance boolean NOT NULL DEFAULT false,
    ADD COLUMN link text NOT NULL DEFAULT '';
ALTER TABLE sessions
    ADD COLUMN searched_place text NOT NULL GENERATED ALWAYS AS (plain(place || ' ' || town || ' ' || address)) STORED,
    ADD CONSTRAINT links_are_https CHECK (link = '' OR link LIKE 'https://%');
CREATE INDEX sessions_searched_place ON sessions USING gin (searched_place gin_trgm_ops);
CREATE INDEX sessions_of_town ON sessions (plain(town), starts_at, id);
CREATE INDEX sessions_without_trainer ON sessions (starts_at, id) WHERE cardinality(trainer_ids) = 0;
"""
SHEETS = """
CREATE TABLE sheets (id uuid PRIMARY KEY, version bigint NOT NULL, closed boolean NOT NULL);
"""
HISTORY = "ALTER TABLE catalogue_history ADD COLUMN changed text[];"


def upgrade() -> None:
    run_sql(TRAININGS)
    run_sql(SESSIONS)
    run_sql(SHEETS)
    run_sql(HISTORY)
