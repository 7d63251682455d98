"""Chains of hashes over rows that never change, and the audit that finds a row that was changed or removed.

A chain is all rows of one table about one object. A trigger gives each new row its position in its chain, and the
SHA-256 hash of the hash before it and of its own content. The table `chain_ends` has the length and the last hash of
each chain, so a row that is missing at the end is found too. Only the trigger writes that table, and its row is the
lock of its chain: transactions about different objects do not wait for each other.

The texts of a person whose account is erased are taken out of such rows by `erase_chained`, a function of the owner.
The hash of the row stays, so that the chain holds, and `chain_erasures` has a hash of what is left of the row.

A later migration may add columns to such a table only without a default, because the hash is that of all values that
are not NULL. Rows that the code writes with ON CONFLICT DO NOTHING must be rolled back after a conflict: their chain
has already grown.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    Select,
    Table,
    TableClause,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.tables import CHAIN_COLUMNS, chain_ends, chain_erasures

CHAINS = """
CREATE TABLE chain_ends (
    table_name text COLLATE "C" NOT NULL, chain text COLLATE "C" NOT NULL, length bigint NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (chain, table_name)
) WITH (fillfactor = 70);
CREATE FUNCTION add_to_chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    content jsonb := jsonb_strip_nulls(to_jsonb(NEW) - ARRAY['chain_position', 'chain_hash']);
    written bytea := convert_to(content::text, 'UTF8');
BEGIN
    INSERT INTO chain_ends AS last (table_name, chain, length, hash)
        VALUES (TG_TABLE_NAME, content ->> TG_ARGV[0], 1, sha256(written))
        ON CONFLICT (chain, table_name) DO UPDATE SET length = last.length + 1, hash = sha256(last.hash || written)
        RETURNING length, hash INTO NEW.chain_position, NEW.chain_hash;
    RETURN NEW;
END
$$;
CREATE PROCEDURE chain_rows(chained regclass, named_by text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN chain_position bigint, ADD COLUMN chain_hash bytea', chained);
    EXECUTE format('CREATE TRIGGER in_chain BEFORE INSERT OR UPDATE ON %s FOR EACH ROW '
        'EXECUTE FUNCTION add_to_chain(%L)', chained, named_by);
    -- the rows that exist get their places in the order in which they are stored
    EXECUTE format('UPDATE %s SET chain_position = 0', chained);
    EXECUTE format('DROP TRIGGER in_chain ON %s', chained);
    EXECUTE format('CREATE TRIGGER in_chain BEFORE INSERT ON %s FOR EACH ROW '
        'EXECUTE FUNCTION add_to_chain(%L)', chained, named_by);
    EXECUTE format('ALTER TABLE %s ALTER COLUMN chain_position SET NOT NULL, '
        'ALTER COLUMN chain_hash SET NOT NULL', chained);
END
$$;
"""
"""Of a migration of each service: never changed."""

ERASURES = """
CREATE TABLE chain_erasures (
    table_name text COLLATE "C" NOT NULL, chain text COLLATE "C" NOT NULL, position bigint NOT NULL,
    columns text[] NOT NULL, hash bytea NOT NULL, erased_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (table_name, chain, position)
);
CREATE FUNCTION erase_chained(chained text, chains text[], positions bigint[], erased text[], instead text)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    named_by text;
    changes text;
BEGIN
    IF length(instead) > 100 THEN
        RAISE EXCEPTION 'only a short text can stand instead of what is erased';
    END IF;
    -- the first argument of the trigger is the column that names the chain; a NUL ends it
    SELECT convert_from(substr(tgargs, 1, length(tgargs) - 1), 'UTF8') INTO STRICT named_by
        FROM pg_trigger WHERE tgrelid = chained::regclass AND tgname = 'in_chain';
    SELECT string_agg(format(CASE
            WHEN NOT attnotnull THEN '%1$I = NULL'
            WHEN atttypid = 'jsonb'::regtype THEN
                '%1$I = CASE jsonb_typeof(t.%1$I) WHEN ''array'' THEN ''[]''::jsonb ELSE ''{}''::jsonb END'
            ELSE '%1$I = $4' END, attname), ', ') INTO STRICT changes
        FROM pg_attribute WHERE attrelid = chained::regclass AND attname = ANY(erased)
            AND atttypid IN ('text'::regtype, 'jsonb'::regtype);
    PERFORM set_config('parcourspro.erasing', 'on', true);  -- triggers that refuse changes look at it, and at the role
    EXECUTE format('WITH changed AS (
            UPDATE %1$I AS t SET %2$s FROM unnest($1, $2) AS wanted (chain, position)
            WHERE t.%3$I::text = wanted.chain AND t.chain_position = wanted.position RETURNING t.*
        )
        INSERT INTO chain_erasures AS known (table_name, chain, position, columns, hash)
        SELECT %1$L, changed.%3$I::text, chain_position, $3, sha256(chain_hash || convert_to(
            jsonb_strip_nulls(to_jsonb(changed) - ARRAY[''chain_position'', ''chain_hash''])::text, ''UTF8''))
        FROM changed
        ON CONFLICT (table_name, chain, position) DO UPDATE SET hash = excluded.hash, erased_at = now(),
            columns = ARRAY(SELECT DISTINCT unnest(known.columns || excluded.columns) ORDER BY 1)',
        chained, changes, named_by) USING chains, positions, erased, instead;
    PERFORM set_config('parcourspro.erasing', 'off', true);
END
$$;
"""
"""Of a migration of each service: never changed."""

ERASES_BY_INDEX = """
CREATE OR REPLACE FUNCTION erase_chained(chained text, chains text[], positions bigint[], erased text[], instead text)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    named_by text;
    its_type text;
    changes text;
BEGIN
    IF length(instead) > 100 THEN
        RAISE EXCEPTION 'only a short text can stand instead of what is erased';
    END IF;
    -- the first argument of the trigger is the column that names the chain; a NUL ends it
    SELECT attname, format_type(atttypid, atttypmod) INTO STRICT named_by, its_type
        FROM pg_trigger JOIN pg_attribute ON attrelid = tgrelid
            AND attname = convert_from(substr(tgargs, 1, length(tgargs) - 1), 'UTF8')
        WHERE tgrelid = chained::regclass AND tgname = 'in_chain';
    SELECT string_agg(format(CASE
            WHEN NOT attnotnull THEN '%1$I = NULL'
            WHEN atttypid = 'jsonb'::regtype THEN
                '%1$I = CASE jsonb_typeof(t.%1$I) WHEN ''array'' THEN ''[]''::jsonb ELSE ''{}''::jsonb END'
            ELSE '%1$I = $4' END, attname), ', ') INTO STRICT changes
        FROM pg_attribute WHERE attrelid = chained::regclass AND attname = ANY(erased)
            AND atttypid IN ('text'::regtype, 'jsonb'::regtype);
    PERFORM set_config('parcourspro.erasing', 'on', true);  -- triggers that refuse changes look at it, and at the role
    EXECUTE format('WITH emptied_row AS (
            UPDATE %1$I AS t SET %2$s FROM unnest($1::%4$s[], $2) AS wanted (chain, position)
            WHERE t.%3$I = wanted.chain AND t.chain_position = wanted.position RETURNING t.*
        )
        INSERT INTO chain_erasures AS known (table_name, chain, position, columns, hash)
        SELECT %1$L, emptied_row.%3$I::text, chain_position, $3, sha256(chain_hash || convert_to(
            jsonb_strip_nulls(to_jsonb(emptied_row) - ARRAY[''chain_position'', ''chain_hash''])::text, ''UTF8''))
        FROM emptied_row
        ON CONFLICT (table_name, chain, position) DO UPDATE SET hash = excluded.hash, erased_at = now(),
            columns = ARRAY(SELECT DISTINCT unnest(known.columns || excluded.columns) ORDER BY 1)',
        chained, changes, named_by, its_type) USING chains, positions, erased, instead;
    PERFORM set_config('parcourspro.erasing', 'off', true);
END
$$;
"""
"""The same, but the rows are found by the index of the column that names the chain: its values are compared as they
are, and not as texts. And no column may be taken for the row: `catalogue_history` has one that is called `changed`.
Of a migration of each service: never changed.
"""


async def erase_texts(
    connection: AsyncConnection,
    chained: Table,
    rows: ColumnElement[bool],
    *,
    named_by: str,
    columns: Collection[str],
    instead: str = "",
) -> None:
    """Take the texts of some columns out of rows of a chained table.

    A column that must have a value gets `instead`, or an empty JSON value.
    """
    found = (
        await connection.execute(
            select(cast(chained.c[named_by], Text).label("chain"), chained.c.chain_position.label("position")).where(
                rows, chained.c.chain_position.is_not(None)
            )
        )
    ).all()
    if not found:
        return
    await connection.execute(
        select(
            func.erase_chained(
                chained.name,
                literal([row.chain for row in found], ARRAY(Text)),
                literal([row.position for row in found], ARRAY(BigInteger)),
                literal(sorted(columns), ARRAY(Text)),
                instead,
            )
        )
    )


async def broken_chains(connection: AsyncConnection, chains: Mapping[str, str]) -> list[str]:
    """One sentence for each place of the chained tables where a row was changed, added or removed.

    `chains`: for each chained table the column whose value names the chain.
    """
    in_utc = select(func.set_config("TimeZone", "UTC", True))  # noqa: FBT003 - the third argument: until the commit
    await connection.execute(in_utc)
    return [
        f"{name}: {named_by} {problem}"
        for name, named_by in chains.items()
        async for problem in _problems(connection, name, named_by)
    ]


async def _problems(connection: AsyncConnection, name: str, named_by: str) -> AsyncIterator[str]:
    rows = table(name, column(named_by), column("chain_position", BigInteger), column("chain_hash", LargeBinary))
    chain, position, last_hash = None, 0, b""
    async for row in await connection.stream(_rows(rows, named_by), {"table_name": name}):
        if row.chain != chain:
            chain, position, last_hash = row.chain, 0, b""
        if row.position != position + 1:
            yield f"{chain}: the rows between {position} and {row.position} are missing"
        elif row.erased is not None and sha256(row.hash + row.content.encode()).digest() != row.erased:
            yield f"{chain}: row {row.position} is not as an erasure left it"
        elif row.erased is None and sha256(last_hash + row.content.encode()).digest() != row.hash:
            yield f"{chain}: row {row.position} is not as it was written"
        position, last_hash = row.position, row.hash
    for row in await connection.execute(_wrong_ends(rows, named_by), {"table_name": name}):
        yield f"{row.chain}: the last row is {row.position or 'missing'}, but {row.length or 'none'} was written"


def _rows(rows: TableClause, named_by: str) -> Select[Any]:
    """The rows of all chains, each with what is hashed, as the trigger makes it."""
    whole = func.to_jsonb(rows.table_valued(), type_=JSONB)
    content = func.jsonb_strip_nulls(whole.op("-", return_type=JSONB())(cast(CHAIN_COLUMNS, ARRAY(Text))))
    return (
        select(
            cast(rows.c[named_by], Text).label("chain"),
            rows.c.chain_position.label("position"),
            rows.c.chain_hash.label("hash"),
            cast(content, Text).label("content"),
            chain_erasures.c.hash.label("erased"),
        )
        .outerjoin(
            chain_erasures,
            and_(
                chain_erasures.c.table_name == bindparam("table_name"),
                chain_erasures.c.chain == cast(rows.c[named_by], Text),
                chain_erasures.c.position == rows.c.chain_position,
            ),
        )
        .where(rows.c.chain_position.is_not(None))
        .order_by(cast(rows.c[named_by], Text), rows.c.chain_position)
    )


def _wrong_ends(rows: TableClause, named_by: str) -> Select[Any]:
    """The chains whose last row is not the one that `chain_ends` has."""
    chain = cast(rows.c[named_by], Text).label("chain")
    last = (
        select(chain, rows.c.chain_position, rows.c.chain_hash)
        .ext(distinct_on(chain))
        .where(rows.c.chain_position.is_not(None))
        .order_by(chain, rows.c.chain_position.desc())
        .subquery("last")
    )
    ends = select(chain_ends).where(chain_ends.c.table_name == bindparam("table_name")).subquery("ends")
    return (
        select(
            func.coalesce(last.c.chain, ends.c.chain).label("chain"),
            last.c.chain_position.label("position"),
            ends.c.length,
        )
        .select_from(last.join(ends, ends.c.chain == last.c.chain, full=True))
        .where(
            or_(last.c.chain_position.is_distinct_from(ends.c.length), last.c.chain_hash.is_distinct_from(ends.c.hash))
        )
        .order_by("chain")
    )
