"""Axes, trainings, sessions with who changed them; copies of accounts and of the seats that are taken."""

from shared.migrations import create_mechanisms, run_sql

revision = "0001"
down_revision = None

# trusted extensions: the owner of the database may create them. `plain` is what text is searched and sorted by: without case and
# accents; unaccent itself is only STABLE because its dictionary could be replaced, which nobody does
SEARCH = r"""
CREATE EXTENSION unaccent;
CREATE EXTENSION pg_trgm;
CREATE FUNCTION plain(given text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, given)) COLLATE "C";
CREATE FUNCTION anywhere(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN '%' || regexp_replace(plain(word), '([\\%_])', '\\\1', 'g') || '%';
CREATE FUNCTION slots_in_order(starts timestamptz[], ends timestamptz[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT coalesce(bool_and(coalesce(slot.starts < slot.ends AND slot.before <= slot.starts, false)), false)
        FROM (
            SELECT one.starts, one.ends, lag(one.ends, 1, '-infinity') OVER (ORDER BY one.place) AS before
            FROM unnest(starts, ends) WITH ORDINALITY AS one(starts, ends, place)
        ) AS slot
    );
CREATE FUNCTION all_different(ids uuid[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT count(DISTINCT each) = count(*) FROM unnest(ids) AS each);
"""

CATALOGUE = """
CREATE TABLE axes (
    id uuid PRIMARY KEY, version bigint NOT NULL CHECK (version >= 1), name text NOT NULL CHECK (name <> ''),
    description text NOT NULL, position int NOT NULL
);
CREATE UNIQUE INDEX axes_are_told_apart ON axes (plain(name));
CREATE TABLE trainings (
    id uuid PRIMARY KEY, version bigint NOT NULL CHECK (version >= 1), axis_id uuid NOT NULL REFERENCES axes,
    title text NOT NULL CHECK (title <> ''), kind text NOT NULL CHECK (kind IN ('training', 'other_action')),
    members_only boolean NOT NULL, summary text NOT NULL, objectives text NOT NULL, content text NOT NULL, audience text NOT NULL,
    prerequisites text NOT NULL, state text NOT NULL CHECK (state IN ('draft', 'published', 'archived')),
    sort_title text COLLATE "C" NOT NULL GENERATED ALWAYS AS (plain(title)) STORED,
    searched text NOT NULL GENERATED ALWAYS AS (plain(title || ' ' || summary || ' ' || objectives)) STORED
);
CREATE INDEX trainings_in_order ON trainings (state, sort_title, id);
CREATE INDEX trainings_of_axis ON trainings (axis_id);
CREATE INDEX trainings_searched ON trainings USING gin (searched gin_trgm_ops);
CREATE TABLE sessions (
    id uuid PRIMARY KEY, version bigint NOT NULL CHECK (version >= 1), training_id uuid NOT NULL REFERENCES trainings,
    capacity int NOT NULL, place text NOT NULL CHECK (place <> ''), opens_at timestamptz NOT NULL, closes_at timestamptz NOT NULL,
    slot_ids uuid[] NOT NULL, slot_starts timestamptz[] NOT NULL, slot_ends timestamptz[] NOT NULL, trainer_ids uuid[] NOT NULL,
    state text NOT NULL CHECK (state IN ('scheduled', 'cancelled')),
    starts_at timestamptz NOT NULL GENERATED ALWAYS AS (slot_starts[1]) STORED,
    ends_at timestamptz NOT NULL GENERATED ALWAYS AS (slot_ends[cardinality(slot_ends)]) STORED,
    CONSTRAINT capacity_is_bounded CHECK (capacity BETWEEN 1 AND 1000),
    CONSTRAINT requests_open_then_close_before_the_session CHECK (opens_at < closes_at AND closes_at <= slot_starts[1]),
    CONSTRAINT every_slot_is_whole CHECK (
        cardinality(slot_ids) = cardinality(slot_starts) AND cardinality(slot_ids) = cardinality(slot_ends) AND all_different(slot_ids)),
    CONSTRAINT every_trainer_is_another CHECK (all_different(trainer_ids)),
    CONSTRAINT slots_follow_one_another CHECK (slots_in_order(slot_starts, slot_ends))
);
CREATE INDEX sessions_in_order ON sessions (starts_at, id);
CREATE INDEX sessions_of_training ON sessions (training_id, starts_at);
CREATE INDEX sessions_of_trainer ON sessions USING gin (trainer_ids);
CREATE TABLE catalogue_history (
    aggregate_id uuid NOT NULL, version bigint NOT NULL, fact text NOT NULL, acted_by uuid NOT NULL, at timestamptz NOT NULL, note text,
    PRIMARY KEY (aggregate_id, version)
);
"""

COPIES = """
CREATE TABLE accounts (
    id uuid PRIMARY KEY, version bigint NOT NULL, first_name text NOT NULL, last_name text NOT NULL,
    is_staff boolean NOT NULL, disabled boolean NOT NULL, erased boolean NOT NULL DEFAULT false
);
CREATE TABLE occupancy (session_id uuid PRIMARY KEY, version bigint NOT NULL, held int NOT NULL, queued int NOT NULL);
"""


def upgrade() -> None:
    """Create everything."""
    create_mechanisms()
    run_sql(SEARCH)
    run_sql(CATALOGUE)
    run_sql(COPIES)
