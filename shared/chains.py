"""Chains of hashes over rows that never change, and the audit that finds a row that was changed or removed.

A chain is all rows of one table about one object. A trigger gives each new row its position in its chain, and the
SHA-256 hash of the hash before it and of its own content. The table `chain_ends` has the length and the last hash of
each chain, so a row that is missing at the end is found too. Only the trigger writes that table, and its row is the
lock of its chain: transactions about different objects do not wait for each other.

A later migration may add columns to such a table only without a default, because the hash is that of all values that
are not NULL. Rows that the code writes with ON CONFLICT DO NOTHING must be rolled back after a conflict: their chain
has already grown.
"""

from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    Select,
    TableClause,
    Text,
    bindparam,
    cast,
    column,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.tables import CHAIN_COLUMNS, chain_ends

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
    async for row in await connection.stream(_rows(rows, named_by)):
        if row.chain != chain:
            chain, position, last_hash = row.chain, 0, b""
        if row.position != position + 1:
            yield f"{chain}: the rows between {position} and {row.position} are missing"
        elif sha256(last_hash + row.content.encode()).digest() != row.hash:
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
