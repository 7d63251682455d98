"""Rebuilds the copies of a service from the present state of their owners, while events go on to arrive.

An operator notes in the table `rebuilds` what is to be rebuilt. Page by page, a worker asks the owner, and makes its
rows equal to states of the same or a newer version, so that an old answer never replaces a newer event.

A row that the owner does not name, or names with an older version, may come from an event that is younger than the
answer. So the page is asked for again. What is still so in the second answer is wrong, because the owner read its
tables after the row was here.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Interval, Text, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.erasures import AccountErased
from shared.contracts.message import Snapshot
from shared.contracts.states import STATE_MESSAGES, StateListed, StateRequested, event_of, kind_of, owner_of
from shared.database import Database, UnitOfWork
from shared.messaging.copied_table import CopiedTable, Page, StillNeeded
from shared.messaging.states import OwnStates
from shared.messaging.subscriptions import Directory, Tx
from shared.messaging.technical import read_technical, technical_envelope
from shared.messaging.transport import Delivery, Transport
from shared.tables import rebuilds

log = structlog.get_logger()

ASK_AGAIN = timedelta(seconds=30)
"""If no answer has arrived: the request or the answer was lost, or waits in a long queue."""
LOOK_EVERY = 2.0
"""How often a worker looks whether a rebuilding is noted, in seconds."""
MOST_RECEIVED: Final = 100
MOST_PROBLEMS: Final = 100
_NAMES: Final = frozenset(message.wire_name for message in STATE_MESSAGES)
_LAST: Final = UUID(int=2**128 - 1)
_PAUSE: Final = func.now() + bindparam("pause", type_=Interval)

_OF_KINDS: Final = rebuilds.c.kind == any_(bindparam("kinds", type_=ARRAY(Text)))
_NEW: Final = insert(rebuilds).values(kind=bindparam("kind"), owner=bindparam("owner"))
_START: Final = _NEW.on_conflict_do_update(
    index_elements=[rebuilds.c.kind],
    set_={name: _NEW.excluded[name] for name in rebuilds.c.keys() if name != "kind"},  # noqa: SIM118 - columns
)
_FIRST_OF_OWNER: Final = (
    select(func.min(rebuilds.c.kind)).where(rebuilds.c.ended_at.is_(None), _OF_KINDS).group_by(rebuilds.c.owner)
)
_CLAIM_DUE: Final = (
    update(rebuilds)
    .where(rebuilds.c.kind.in_(_FIRST_OF_OWNER), rebuilds.c.next_at <= func.now())
    .values(next_at=_PAUSE)
    .returning(rebuilds)
)
_READ: Final = select(rebuilds).where(rebuilds.c.kind == bindparam("of"))
_LOCK: Final = _READ.with_for_update()
_MOVE: Final = (
    update(rebuilds)
    .where(rebuilds.c.kind == bindparam("of"))
    .values(
        round=bindparam("next_round"),
        after=bindparam("reached"),
        until=bindparam("judged_until"),
        doubts=bindparam("doubtful"),
        ended_at=bindparam("ended"),
        next_at=_PAUSE,
        received=rebuilds.c.received + bindparam("more"),
        repaired=rebuilds.c.repaired + bindparam("put_right"),
        removed=rebuilds.c.removed + bindparam("gone"),
        problems=bindparam("told"),
    )
)
_PROGRESS: Final = select(rebuilds).where(_OF_KINDS).order_by(rebuilds.c.owner, rebuilds.c.kind)


async def start_rebuild(connection: AsyncConnection, kinds: Collection[str]) -> None:
    """Note that the copies of these kinds are to be rebuilt, from the beginning."""
    await connection.execute(_START, [{"kind": kind, "owner": owner_of(kind)} for kind in sorted(kinds)])


async def read_progress(connection: AsyncConnection, kinds: Collection[str]) -> Sequence[Any]:
    """The rows of `rebuilds`, in the order of owners and kinds."""
    return (await connection.execute(_PROGRESS, {"kinds": list(kinds)})).all()


@dataclass(slots=True)
class _Result:
    """What one answer led to."""

    repaired: int = 0
    removed: int = 0
    problems: list[str] = field(default_factory=list)


class Rebuild(Generic[Tx]):
    """Both sides of one service: it rebuilds its copies, and answers the services that rebuild theirs."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        directory: Directory[Tx],
        transaction: Callable[[UnitOfWork], Tx],
        *,
        service: str,
        states: OwnStates | None,
    ) -> None:
        """`states`: what the service owns; None if no other service keeps copies of it.

        Raises ValueError for a copy of what its owner cannot be asked for.
        """
        self._database = database
        self._transport = transport
        self._transaction = transaction
        self._service = service
        self._states = states
        self._tables = {kind_of(kept.snapshot): CopiedTable(kept) for kept in directory.kept}
        self._erasing = directory.listening_to(AccountErased.wire_name)
        self._received: deque[Any] = deque(maxlen=MOST_RECEIVED)
        self._look_at = 0.0

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of states that this service keeps copies of."""
        return self._tables.keys()

    @property
    def owned(self) -> Collection[str]:
        """The kinds of states that this service answers for."""
        return set() if self._states is None else self._states.kinds

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Keep its messages among handled deliveries for the next `run_once`."""
        self._received += [each.envelope for each in deliveries if each.envelope.name in _NAMES]

    async def run_once(self) -> None:
        """Apply the states that arrived, answer requests, and ask when it is time."""
        requests: dict[tuple[str, str], StateRequested] = {}
        while self._received:
            sender, message = read_technical(self._received.popleft(), STATE_MESSAGES)
            if isinstance(message, StateListed):
                await self._receive(message)
            elif isinstance(message, StateRequested):
                # after an outage many requests of one subscriber may wait: the last one has what it needs now
                requests[sender, message.kind] = message
        for (subscriber, _), request in requests.items():
            await self._answer(subscriber, request)
        now = asyncio.get_running_loop().time()
        if self._tables and now >= self._look_at:
            await self._ask_when_due()
            self._look_at = now + LOOK_EVERY  # after it: until it succeeds, no round does

    async def _answer(self, subscriber: str, request: StateRequested) -> None:
        """What cannot be published is not waited for: the subscriber asks again."""
        listed = None if self._states is None else await self._states.page(self._database, request)
        if listed is not None:
            envelope = technical_envelope(listed, source=self._service, routed_as=event_of(listed.kind))
            await self._transport.publish([envelope], to=subscriber)

    async def _ask_when_due(self) -> None:
        async with self._database.transaction() as work:
            parameters = {"pause": ASK_AGAIN, "kinds": list(self._tables)}
            due = (await work.connection.execute(_CLAIM_DUE, parameters)).all()
        for row in due:
            await self._ask(row.owner, StateRequested(kind=row.kind, round=row.round, after=row.after))

    async def _ask(self, owner: str, request: StateRequested) -> None:
        await self._transport.publish([technical_envelope(request, source=self._service)], to=owner)

    async def _receive(self, listed: StateListed) -> None:
        table = self._tables.get(listed.kind)
        async with self._database.engine.connect() as connection:
            row: Any = (await connection.execute(_READ, {"of": listed.kind})).one_or_none()
        if table is None or not _is_answer(listed, row):
            return
        until = listed.until or _LAST
        # only what the earlier answer was compared with is judged, not what may be beyond it
        page = table.page(listed, until if row.until is None else min(until, row.until))
        result = _Result()
        await self._put(table, page, result)
        await self._bury(table, page, result)
        await self._judge(table, page, {UUID(key): version for key, version in row.doubts.items()}, result)
        await self._move_on(table, page, listed, result)

    async def _put(self, table: CopiedTable[Tx], page: Page, result: _Result) -> None:
        if table.copy is not None:
            async with self._database.transaction() as work:
                result.repaired += await table.copy.repair(work.connection, list(page.states.values()))
            return
        for state in page.states.values():
            await self._put_one(table, state, state.version, result)

    async def _put_one(self, table: CopiedTable[Tx], state: Snapshot, most: int, result: _Result) -> None:
        async with self._database.transaction() as work:
            result.repaired += await table.put(work, state, most, self._transaction)

    async def _bury(self, table: CopiedTable[Tx], page: Page, result: _Result) -> None:
        """Erase again the people of whom something is still here, as their event does."""
        for state in page.erased.values() if self._erasing else ():
            async with self._database.transaction() as work:
                if await table.is_buried(work.connection, state):  # untraced
                    continue
                event = AccountErased(occurred_at=datetime.now(UTC), account_id=state.id, version=state.version)
                for handler in self._erasing:
                    await handler.perform(event, work, self._transaction(work))
            result.repaired += 1

    async def _judge(self, table: CopiedTable[Tx], page: Page, doubts: Mapping[UUID, int], result: _Result) -> None:
        """Put right the rows that were doubtful before this answer was asked for, and still are."""
        for key, version in doubts.items():
            if key in page.states and page.version_of(key) < version:
                await self._put_one(table, page.states[key], version, result)
            elif page.version_of(key) < 0 and key <= page.until:
                await self._remove(table, key, version, result)

    async def _remove(self, table: CopiedTable[Tx], key: UUID, version: int, result: _Result) -> None:
        try:
            async with self._database.transaction() as work:
                result.removed += await table.remove(work.connection, key, version)
        except StillNeeded:
            result.problems.append(f"{table.kind} {key}: its owner does not have it, and other rows here need it")

    async def _move_on(self, table: CopiedTable[Tx], page: Page, listed: StateListed, result: _Result) -> None:
        """Ask for the next page, or for the same one again if rows are doubtful for the first time."""
        async with self._database.transaction() as work:
            row: Any = (await work.connection.execute(_LOCK, {"of": listed.kind})).one_or_none()
            if not _is_answer(listed, row):
                return  # another worker has used it
            doubts, revived = await table.doubts(work.connection, page, listed.after)
            again = bool(doubts) and row.until is None
            result.problems += [f"{table.kind} {key}: erased here, but not at its owner" for key in revived]
            ended = not again and page.until == _LAST
            request = StateRequested(kind=row.kind, round=uuid4(), after=listed.after if again else page.until)
            await work.connection.execute(
                _MOVE,
                {
                    "of": listed.kind,
                    "next_round": request.round,
                    "reached": request.after,
                    "judged_until": page.until if again else None,
                    "doubtful": {str(key): version for key, version in doubts.items()} if again else {},
                    "ended": datetime.now(UTC) if ended else None,
                    "pause": ASK_AGAIN,
                    "more": 0 if again else len(page.states) + len(page.erased),
                    "put_right": result.repaired,
                    "gone": result.removed,
                    "told": row.problems if again else [*row.problems, *result.problems][:MOST_PROBLEMS],
                },
            )
        if ended:
            log.info("copies are rebuilt", kind=row.kind, owner=row.owner)
            self._look_at = 0.0  # the next kind of the owner
        else:
            await self._ask(row.owner, request)


def _is_answer(listed: StateListed, row: Any) -> bool:  # noqa: ANN401 - a row of the table
    return row is not None and row.ended_at is None and row.round == listed.round
