"""The SQL that creates the tables of the mechanisms, for the services' migrations; `shared/tables.py` declares them."""

MECHANISMS = """
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard smallint NOT NULL,
    event_id uuid NOT NULL UNIQUE,
    aggregate_id uuid NOT NULL,
    aggregate_version bigint NOT NULL,
    name text NOT NULL,
    recipient text,
    payload text NOT NULL,
    headers jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE event_log (
    event_id uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version bigint NOT NULL,
    name text NOT NULL,
    payload text NOT NULL,
    headers jsonb NOT NULL,
    created_at timestamptz NOT NULL
) PARTITION BY RANGE (created_at);
CREATE TABLE event_log_default PARTITION OF event_log DEFAULT;
CREATE INDEX event_log_by_aggregate ON event_log (aggregate_id, aggregate_version);
CREATE FUNCTION ensure_event_log_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamptz;
BEGIN
    FOR ahead IN 0..2 LOOP
        month := date_trunc('month', now(), 'UTC') + make_interval(months => ahead);
        BEGIN
            EXECUTE format(
                'CREATE TABLE IF NOT EXISTS %I PARTITION OF event_log FOR VALUES FROM (%L) TO (%L)',
                'event_log_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'), month, month + interval '1 month');
        EXCEPTION WHEN check_violation THEN
            -- rows of that month already went to the default partition: they stay there
            NULL;
        END;
    END LOOP;
END
$$;
SELECT ensure_event_log_partitions();
CREATE TABLE inbox (
    message_id text NOT NULL,
    handler text NOT NULL,
    done_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, handler)
);
CREATE INDEX inbox_by_age ON inbox (done_at);
CREATE TABLE undelivered (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id text,
    handler text,
    name text NOT NULL,
    body bytea NOT NULL,
    headers jsonb NOT NULL,
    attempts int NOT NULL,
    next_at timestamptz,
    last_error text NOT NULL,
    parked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((next_at IS NULL) = (parked_at IS NOT NULL))
);
CREATE UNIQUE INDEX undelivered_once ON undelivered (message_id, handler)
    NULLS NOT DISTINCT WHERE message_id IS NOT NULL;
CREATE INDEX undelivered_due ON undelivered (next_at) WHERE parked_at IS NULL;
CREATE TABLE idempotency_keys (
    actor text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status int,
    body jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);
CREATE TABLE verification_keys (
    kid text PRIMARY KEY,
    jwk jsonb NOT NULL
);
"""
"""Of the first migration: never changed."""

EVENT_LOG_BY_DAY = """
DROP FUNCTION ensure_event_log_partitions();
ALTER TABLE event_log RENAME TO event_log_by_month;
ALTER INDEX event_log_by_aggregate RENAME TO event_log_by_month_by_aggregate;
CREATE TABLE event_log (
    event_id uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version bigint NOT NULL,
    name text NOT NULL,
    payload text NOT NULL,
    headers jsonb NOT NULL,
    created_at timestamptz NOT NULL
) PARTITION BY RANGE (created_at);
CREATE INDEX event_log_by_aggregate ON event_log (aggregate_id, aggregate_version);
CREATE TABLE event_log_other_days PARTITION OF event_log DEFAULT;
CREATE FUNCTION maintain_event_log() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day date;
    partition_name text;
BEGIN
    -- two workers may do this at the same time: the second one waits and then finds everything done
    PERFORM pg_advisory_xact_lock(7267002);
    FOR day IN SELECT today + ahead FROM generate_series(0, 7) AS ahead LOOP
        partition_name := 'event_log_' || to_char(day, 'YYYY_MM_DD');
        CONTINUE WHEN to_regclass(partition_name) IS NOT NULL;
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF event_log FOR VALUES FROM (%L) TO (%L)', partition_name,
                day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        EXCEPTION WHEN check_violation THEN
            -- rows of that day are already in the default partition: they stay there
            NULL;
        END;
    END LOOP;
    FOR partition_name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'event_log'::regclass AND relname ~ '^event_log_[0-9]{4}_[0-9]{2}_[0-9]{2}$'
            AND to_date(right(relname, 10), 'YYYY_MM_DD') < today - 30
    LOOP
        EXECUTE format('DROP TABLE %I', partition_name);
    END LOOP;
    DELETE FROM event_log_other_days WHERE created_at < now() - interval '30 days';
END
$$;
SELECT maintain_event_log();
INSERT INTO event_log (event_id, aggregate_id, aggregate_version, name, payload, headers, created_at)
    SELECT event_id, aggregate_id, aggregate_version, name, payload, headers, created_at
    FROM event_log_by_month WHERE created_at >= now() - interval '30 days';
DROP TABLE event_log_by_month;
"""
"""Rows are kept for 30 days. A row that comes so late that its day has no partition goes to the default partition."""

TRIES = """
CREATE TABLE tries (
    message_id text NOT NULL,
    handler text NOT NULL,
    process uuid NOT NULL,
    processes int NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (message_id, handler)
);
"""

EVENT_LOG_READER = """
-- the rows that exist are older: they count as published now, so they are compared once
ALTER TABLE event_log ADD COLUMN published_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX event_log_by_publication ON event_log (published_at, event_id);
CREATE TABLE catch_up (
    publisher text PRIMARY KEY,
    names text[] NOT NULL,
    published_at timestamptz NOT NULL DEFAULT 'epoch',
    event_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    next_at timestamptz NOT NULL DEFAULT now()
);
"""
"""Subscribers find out what they have missed: the log in the order of publication, and how far each publisher's log
has been compared.
"""

ERASED_FROM_THE_LOG = """
CREATE FUNCTION erase_from_event_log(aggregates uuid[], events uuid[], paths text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN SELECT * FROM unnest(aggregates, events, paths) AS each (aggregate, event, path) LOOP
        UPDATE event_log SET payload = jsonb_set(payload::jsonb, string_to_array(wanted.path, '.'), '""')::text
            WHERE aggregate_id = wanted.aggregate AND event_id = wanted.event
                AND jsonb_typeof(payload::jsonb #> string_to_array(wanted.path, '.')) = 'string';
    END LOOP;
END
$$;
"""
"""The running role cannot change the log: this function of the owner empties texts in it, each named by its path."""

REBUILDS = """
CREATE TABLE rebuilds (
    kind text PRIMARY KEY,
    owner text NOT NULL,
    round uuid NOT NULL DEFAULT gen_random_uuid(),
    after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    until uuid,
    doubts jsonb NOT NULL DEFAULT '{}',
    next_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    received bigint NOT NULL DEFAULT 0,
    repaired bigint NOT NULL DEFAULT 0,
    removed bigint NOT NULL DEFAULT 0,
    problems text[] NOT NULL DEFAULT '{}'
);
"""

BY_AGE = """
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX undelivered_parked ON undelivered (parked_at) WHERE parked_at IS NOT NULL;
"""
"""What the retention of these tables reads."""

REPAIRS = """
CREATE TABLE repairs (
    id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), act text NOT NULL CHECK (act IN ('replay', 'drop')),
    acted_by uuid, reason text NOT NULL, deliveries int NOT NULL, number bigint, name text, handler text
);
CREATE INDEX repairs_by_age ON repairs (at, id);
"""
