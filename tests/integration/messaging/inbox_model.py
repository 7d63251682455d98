"""A model of the inbox and its copies: any mix of deliveries, duplicates, failures, ends of the process and replays.

Whatever happens, each effect is had at most once, copies are as new as what was handled, and nothing is lost.
"""

import asyncio
import os
import random
from collections.abc import Coroutine
from typing import Any, TypeVar
from uuid import UUID, uuid4

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import BigInteger, Column, MetaData, Table, Uuid, text

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.database import Database, UnitOfWork
from shared.messaging import inbox as inbox_module
from shared.messaging import tries
from shared.messaging.inbox import Inbox
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.repairs import Author, replay_many
from shared.messaging.selection import Selection
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.worker import Worker
from tests.integration.messaging.two_services import HandedDelivery, delivery, occupancy

SEED = "PARCOURSPRO_TEST_SEED"
METADATA = MetaData()
occupancies = Table(
    "occupancies",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
EFFECT = text("INSERT INTO effects (event, version) VALUES (:event, :version)")
Answer = TypeVar("Answer")
Row = tuple[UUID, int]


class Killed(BaseException):
    """Ends the process, as SIGKILL does."""


class Subscription:
    """The broker's side of one process: what is acknowledged leaves the queue."""

    def __init__(self, machine: "InboxMachine", *, dies: bool) -> None:
        self._machine = machine
        self._dies = dies

    async def acknowledge(self, deliveries: Any) -> None:
        if self._dies:
            raise Killed
        for each in deliveries:
            self._machine.queue.remove(each)


class InboxMachine(RuleBasedStateMachine):
    """One service with any number of processes, one after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop, database: Database) -> None:
        super().__init__()
        self._loop = loop
        self._database = database
        self.sessions = [UUID(int=number) for number in (1, 2, 3)]
        self.published: dict[Row, HandedDelivery] = {}
        self.queue: list[HandedDelivery] = []
        self.faults: list[str | None] = []
        self._inbox = self._start()
        for table in ("effects", "inbox", "undelivered", "tries", "occupancies"):
            self._do(self._execute(f"DELETE FROM {table}"))

    # ---- what happens

    @rule(session=st.integers(0, 2))
    def an_event_is_published(self, session: int) -> None:
        row = (self.sessions[session], 1 + sum(known == self.sessions[session] for known, _ in self.published))
        self.published[row] = HandedDelivery(delivery(occupancy(*row), message_id=str(uuid4())).envelope)
        self.queue.append(self.published[row])

    @rule(chosen=st.randoms(use_true_random=False))
    def one_comes_again(self, chosen: random.Random) -> None:
        if self.published:
            again = chosen.choice(list(self.published.values()))
            self.queue.insert(chosen.randint(0, len(self.queue)), HandedDelivery(again.envelope))

    @rule(chosen=st.randoms(use_true_random=False))
    def the_order_changes(self, chosen: random.Random) -> None:
        chosen.shuffle(self.queue)

    @rule(faults=st.lists(st.sampled_from([None, None, "fails", "conflicts"]), max_size=4))
    def handlers_fail(self, faults: list[str | None]) -> None:
        self.faults = faults

    @rule(most=st.integers(1, 6), at=st.integers(0, 3))
    def the_process_is_killed_before_its_commit(self, most: int, at: int) -> None:
        self.faults = [None] * at + ["dies"]
        self._deliver(most)

    @rule(most=st.integers(1, 6))
    def the_process_is_killed_between_commit_and_acknowledgement(self, most: int) -> None:
        self._deliver(most, dies=True)

    @rule(most=st.integers(1, 6))
    def deliveries_are_handled(self, most: int) -> None:
        self._deliver(most)

    @rule(faults=st.lists(st.sampled_from([None, "fails", "conflicts", "dies"]), max_size=3))
    def what_failed_is_retried(self, faults: list[str | None]) -> None:
        self.faults = faults
        self._do(self._execute("UPDATE undelivered SET next_at = now() WHERE parked_at IS NULL"))
        self._live(self._inbox.retry_due())

    @rule()
    def an_operator_replays_all(self) -> None:
        self._do(self._replay_all())

    async def _replay_all(self) -> None:
        async with self._database.transaction() as work:
            author = Author(acted_by=None, reason="A model replays.")
            await replay_many(work.connection, Selection(), author, per_second=None)

    # ---- what must be true

    @invariant()
    def no_effect_is_had_twice_and_nothing_is_lost(self) -> None:
        effects = [(row.event, row.version) for row in self._rows("SELECT event, version FROM effects")]
        assert len(effects) == len(set(effects)), "an effect was had twice"
        waiting = {each.envelope.message_id for each in self.queue}
        waiting |= {row.message_id for row in self._rows("SELECT message_id FROM undelivered")}
        for row, published in self.published.items():
            assert row in effects or published.envelope.message_id in waiting, f"{row} is lost"

    @invariant()
    def copies_are_as_new_as_what_was_handled(self) -> None:
        claims = {row.message_id for row in self._rows("SELECT message_id FROM inbox WHERE handler LIKE 'keep%'")}
        newest: dict[UUID, int] = {}
        for (session, version), published in self.published.items():
            if published.envelope.message_id in claims:
                newest[session] = max(version, newest.get(session, 0))
        assert {row.session_id: row.version for row in self._rows("SELECT * FROM occupancies")} == newest

    def teardown(self) -> None:
        """Once faults end, everything is handled."""
        self.faults = []
        while self.queue:
            self._deliver(6)
        for _ in range(2):
            self._do(self._replay_all())
            self._do(self._inbox.retry_due())
        effects = [(row.event, row.version) for row in self._rows("SELECT event, version FROM effects")]
        assert sorted(effects) == sorted(self.published)
        assert self._rows("SELECT * FROM undelivered") == []
        assert self._rows("SELECT * FROM tries") == []
        self.copies_are_as_new_as_what_was_handled()

    # ---- how

    def _start(self) -> Inbox[Any]:
        """Another process."""
        subscriptions: Subscriptions[UnitOfWork] = Subscriptions()
        subscriptions.keep(SessionOccupancyChanged, into=occupancies)

        @subscriptions.on(SessionOccupancyChanged)
        async def when_the_occupancy_changes(message: SessionOccupancyChanged, work: UnitOfWork) -> None:
            fault = self.faults.pop(0) if self.faults else None
            if fault == "conflicts":
                await work.connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))
            values = {"event": message.session_id, "version": message.version}
            await work.connection.execute(
                text("INSERT INTO effects (event, version) VALUES (:event, :version)"), values
            )
            if fault == "fails":
                raise ZeroDivisionError
            if fault == "dies":
                raise Killed

        return Worker(
            self._database,
            InProcessTransport(),
            service="test",
            subscriptions=[subscriptions],
            transaction=lambda work: work,
        ).inbox

    def _deliver(self, most: int, *, dies: bool = False) -> None:
        if self.queue:
            self._live(self._inbox.handle(self.queue[:most], Subscription(self, dies=dies)))  # type: ignore[arg-type]

    def _live(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do it. If the process is killed, the broker counts one delivery more for all that it had."""
        try:
            self._do(work)
        except Killed:
            self.faults = []
            self._inbox = self._start()
            for each in self.queue:
                each.earlier_deliveries += 1

    def _do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(work)

    async def _execute(self, statement: str) -> None:
        async with self._database.transaction() as work:
            await work.connection.execute(text(statement))

    def _rows(self, statement: str) -> list[Any]:
        async def read() -> list[Any]:
            async with self._database.engine.connect() as connection:
                return list((await connection.execute(text(statement))).all())

        return self._do(read())


def run_the_model(url: str, owner_url: str, monkeypatch: Any, *, examples: int, steps: int) -> None:
    """Run random examples on an empty database. PARCOURSPRO_TEST_SEED repeats a run."""
    monkeypatch.setattr(tries, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(inbox_module, "CONFLICT_SECONDS", 0.0)
    seed = int(os.environ.get(SEED) or random.randrange(2**32))  # noqa: S311 - for a test
    print(f"repeat with {SEED}={seed}")  # noqa: T201 - pytest shows it if the test fails
    loop = asyncio.new_event_loop()
    database, owner = Database(url, application="model"), Database(owner_url, application="owner")

    async def create() -> None:
        async with owner.engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
            await connection.execute(text("GRANT ALL ON occupancies TO mechanisms"))

    try:
        loop.run_until_complete(create())
        machine: Any = hypothesis.seed(seed)(lambda: InboxMachine(loop, database))
        run_state_machine_as_test(
            machine,
            settings=hypothesis.settings(
                max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=False
            ),
        )
    finally:
        loop.run_until_complete(database.close())
        loop.run_until_complete(owner.close())
        loop.close()
