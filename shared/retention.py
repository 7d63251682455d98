"""How long each kind of data is kept: declared by each service in `storage/retention.py`, applied by its worker.

Every table is declared, so that nothing stays for ever because nobody thought of it. Rows are deleted or lose their
texts in small transactions. Rows of chained tables lose their texts as in an erasure, so that `audit` finds nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Interval,
    MetaData,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.exc import SQLAlchemyError

from shared.database import Database
from shared.settings import ServiceSettings
from shared.tables import (
    MECHANISMS,
    catch_up,
    chain_ends,
    chain_erasures,
    event_log,
    idempotency_keys,
    inbox,
    outbox,
    rebuilds,
    repairs,
    tries,
    undelivered,
    verification_keys,
)

log = structlog.get_logger()

BATCH: Final = 500
"""The most rows of one transaction."""
_TRY_LOCK: Final = select(func.pg_try_advisory_xact_lock(literal(7_267_005)))
"""One worker of a service at a time; the others leave the work to it."""

Instead = str | ColumnElement[str] | None
"""What stands in the place of a text; None for no value, or for an empty JSON value where there must be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A table whose rows no clock takes away, but for those that another declaration names."""

    table: Table
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limited:
    """Rows that are deleted when their time is over or, with `empties`, lose these texts."""

    kind: str
    since: Column[datetime]
    """When the time begins. The rows of the table are found by an index of this column."""
    age: str | timedelta
    """The name of the setting, or a time that is always the same."""
    rows: ColumnElement[bool] | None = None
    """Which rows of the table; those whose texts are empty already must not be among them."""
    empties: Mapping[str, Instead] | None = None
    chain: str | None = None
    """The column that names the chain, if the rows are chained."""
    because: str

    @property
    def table(self) -> Table:
        return self.since.table


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedByOwner:
    """Rows that the running role may not delete: a function of the owner does, after a time that it knows."""

    kind: str
    table: Table
    function: str
    age: timedelta
    because: str


Declaration = Kept | Limited | LimitedByOwner


@dataclass(frozen=True, slots=True)
class Limit:
    """A declaration with the period of an installation."""

    of: Limited | LimitedByOwner
    age: timedelta


class Retention:
    """What is declared for some tables. A table without a declaration, or a kind with two, is refused at the import."""

    def __init__(self, tables: MetaData, declarations: Sequence[Declaration]) -> None:
        missing = tables.tables.keys() - {each.table.name for each in declarations}
        if missing:
            text = f"declare how long the rows of these tables are kept: {', '.join(sorted(missing))}"
            raise ValueError(text)
        kinds = [each.kind for each in declarations if not isinstance(each, Kept)]
        if len(kinds) != len(set(kinds)):
            text = f"each kind is declared once: {', '.join(sorted(kinds))}"
            raise ValueError(text)
        self.declarations = declarations

    def limits(self, settings: ServiceSettings) -> Sequence[Limit]:
        """What the job of an installation applies, that of the mechanisms too."""
        declared = [*OF_MECHANISMS.declarations, *(self.declarations if self is not OF_MECHANISMS else ())]
        return [
            Limit(each, getattr(settings, each.age) if isinstance(each.age, str) else each.age)
            for each in declared
            if not isinstance(each, Kept)
        ]


OF_MECHANISMS: Final = Retention(
    MECHANISMS,
    [
        Kept(table=outbox, because="a message is deleted when it is published"),
        LimitedByOwner(
            kind="event log",
            table=event_log,
            function="maintain_event_log",
            age=timedelta(days=30),
            because="a service that was away asks for what it has missed",
        ),
        Limited(
            kind="handled messages",
            since=inbox.c.done_at,
            age="keep_handled",
            because="a message that comes again has no second effect; without personal data",
        ),
        Limited(
            kind="parked messages",
            since=undelivered.c.parked_at,
            age="keep_parked",
            because="staff can still replay them; afterwards their effect comes too late",
        ),
        Limited(
            kind="tries",
            since=tries.c.noted_at,
            age="keep_handled",
            because="they tell which message ends its process; without personal data",
        ),
        Limited(
            kind="kept answers",
            since=idempotency_keys.c.created_at,
            age="keep_answers",
            because="who repeats a request gets the same answer",
        ),
        Kept(table=catch_up, because="one row for each publisher, without personal data"),
        Kept(table=rebuilds, because="one row for each kind of copies, without personal data"),
        Kept(table=verification_keys, because="public keys"),
        Kept(table=repairs, because="who replayed or dropped what, and why; numbers, and words that must name nobody"),
        Kept(table=chain_ends, because="hashes, without which `audit` finds no row that is missing"),
        Kept(table=chain_erasures, because="hashes of what is left of emptied rows"),
    ],
)


class RetentionJob:
    """Takes away what is over. Any number of workers may have it: each row is counted by one of them."""

    def __init__(self, database: Database, limits: Sequence[Limit], count: Callable[[str, int], None]) -> None:
        """`count` is told how many rows of a kind were taken away."""
        self._database = database
        self.limits = limits
        self._count = count

    async def run(self) -> None:
        """Apply every limit. One that fails does not keep the others from being applied."""
        failures: list[SQLAlchemyError] = []
        for limit in self.limits:
            try:
                await self._apply(limit)
            except SQLAlchemyError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    async def _apply(self, limit: Limit) -> None:
        if isinstance(limit.of, LimitedByOwner):
            async with self._database.transaction() as work:
                await work.connection.execute(select(getattr(func, limit.of.function)()))
            return
        gone, batch = 0, BATCH
        while batch == BATCH:
            batch = await self._apply_once(limit.of, limit.age)
            gone += batch
        if gone:
            self._count(limit.of.kind, gone)
            log.info("data is not kept any longer", kind=limit.of.kind, rows=gone, age=str(limit.age))

    async def _apply_once(self, limited: Limited, age: timedelta) -> int:
        """How many rows were taken away; none if another worker does it now."""
        async with self._database.transaction() as work:
            if not await work.connection.scalar(_TRY_LOCK):
                return 0
            done = await work.connection.execute(statement(limited), {"age": age})
            return len(done.all()) if limited.chain else done.rowcount


def statement(limited: Limited) -> Select[Any] | Update | Delete:
    """What takes one batch away."""
    if limited.chain is not None:
        return _empty_chained(limited, limited.chain)
    key = limited.table.primary_key.columns
    chosen = tuple_(*key).in_(rows_over(limited, *key).with_for_update(skip_locked=True, of=limited.table))
    if limited.empties is None:
        return delete(limited.table).where(chosen)
    texts: Mapping[str, Any] = {
        name: null() if instead is None else case((limited.table.c[name].is_not(None), instead))
        for name, instead in limited.empties.items()
    }
    return update(limited.table).where(chosen).values(texts)


def rows_over(limited: Limited, *columns: ColumnElement[Any]) -> Select[Any]:
    """The rows of one batch, the oldest first; `:age` is the period."""
    is_over = limited.since < func.now() - bindparam("age", type_=Interval)
    rows = limited.rows if limited.rows is not None else true()
    return select(*columns).where(is_over, rows).order_by(limited.since).limit(BATCH)


def _empty_chained(limited: Limited, chain: str) -> Select[Any]:
    table, empties = limited.table, limited.empties or {}
    instead = [each for each in empties.values() if each is not None]
    chosen = rows_over(
        limited,
        cast(table.c[chain], Text).label("chain"),
        table.c.chain_position.label("position"),
        cast(instead[0] if instead else literal_column("''"), Text).label("instead"),
    ).subquery("chosen")
    return select(
        func.erase_chained(
            table.name,
            array([chosen.c.chain]),
            array([chosen.c.position]),
            literal(sorted(empties), ARRAY(Text)),
            chosen.c.instead,
        )
    )
