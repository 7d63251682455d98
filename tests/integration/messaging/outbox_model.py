"""A model of the outbox and its relays: any mix of transactions, faults of the transport, and ends of the process.

Whatever happens, what is rolled back is not published, what is committed is published in the order of its aggregate,
and nothing is lost.
"""

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from shared.contracts.catalogue import TrainingPublished, TrainingSnapshot
from shared.contracts.message import Message
from shared.database import Database
from shared.messaging import outbox
from shared.messaging import relay as relay_module
from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.metrics import Metrics
from shared.messaging.relay import Relay
from shared.messaging.shards import SHARD_SPACE
from shared.messaging.transport import Outcome
from tests.integration.messaging.inbox_model import SEED, Killed
from tests.integration.messaging.two_services import occupancy

AGGREGATES = 3
LARGEST_BATCH = 4
LAST_ROUNDS = 60
MOST_RELAYS = 6
NAMES = ("enrollment.session_occupancy_changed.v1", "catalogue.training_published.v1")
FAULTS = st.sampled_from([*[Outcome.CONFIRMED] * 3, Outcome.REFUSED, Outcome.TIMED_OUT, Outcome.LOST, None])
"""None: the process is killed after the transport has it, and before the relay knows."""
EXAMPLES = count(1)
Row = tuple[UUID, int, str]
"""The aggregate, the version, and the name of a message. No version is used twice."""
Answer = TypeVar("Answer")


class RolledBack(Exception):
    """Ends a transaction."""


class Faulty(InProcessTransport):
    """Answers what the test tells it to; remembers what arrived, which may be more than what it confirmed."""

    def __init__(self) -> None:
        super().__init__()
        self.outcomes: list[Outcome | None] = []
        self.unroutable: set[str] = set()
        self.arrived: list[str] = []
        self.confirmed: set[str] = set()

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> Sequence[Outcome]:
        return [self._publish(envelope) for envelope in envelopes]

    def _publish(self, envelope: Envelope) -> Outcome:
        assert envelope.message_id is not None
        if envelope.name in self.unroutable:
            return Outcome.UNROUTABLE
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome.CONFIRMED
        if outcome in {Outcome.CONFIRMED, Outcome.TIMED_OUT, None}:
            self.arrived.append(envelope.message_id)
        if outcome is None:
            raise Killed
        if outcome is Outcome.CONFIRMED:
            self.confirmed.add(envelope.message_id)
        return outcome


class OutboxMachine(RuleBasedStateMachine):
    """One service whose relays are run by hand, each for one round."""

    def __init__(self, loop: asyncio.AbstractEventLoop, database: Database) -> None:
        super().__init__()
        self._loop = loop
        self._database = database
        # the shard of a message follows from its aggregate: the same ones in each run of an example
        first = next(EXAMPLES) * 1000 * SHARD_SPACE
        self.aggregates = [UUID(int=first + number) for number in range(AGGREGATES)]
        self.versions = count(1)
        self.committed: dict[UUID, list[str]] = defaultdict(list)
        self.rows: dict[str, Row] = {}
        self.transport = Faulty()
        self.clock = 0.0
        self.shards = 1
        self.relays = self._start()
        self._do(self._execute("DELETE FROM outbox"))

    # ---- what happens

    @rule(chosen=st.lists(st.tuples(st.integers(0, AGGREGATES - 1), st.integers(0, 1)), min_size=2, max_size=6))
    def a_transaction_commits(self, chosen: list[tuple[int, int]]) -> None:
        self._do(self._write(chosen, commits=True))

    @rule(chosen=st.lists(st.tuples(st.integers(0, AGGREGATES - 1), st.integers(0, 1)), min_size=2, max_size=6))
    def a_transaction_is_rolled_back(self, chosen: list[tuple[int, int]]) -> None:
        self._do(self._write(chosen, commits=False))

    @rule(kinds=st.tuples(st.integers(0, 1), st.integers(0, 1)), relay=st.integers(0, MOST_RELAYS - 1))
    def one_commits_while_another_is_open_and_a_relay_works(self, kinds: tuple[int, int], relay: int) -> None:
        """The one that began first has the smaller numbers in the outbox; they can be seen later."""
        self.transport.outcomes, self.transport.unroutable = [], set()
        self._do(self._overlap(kinds))
        self.a_relay_works(relay, [], set(), 1)

    @rule(
        relay=st.integers(0, MOST_RELAYS - 1),
        outcomes=st.lists(FAULTS, min_size=1, max_size=6),
        missing=st.sampled_from([*[set[str]()] * 2, *({name} for name in NAMES)]),
        rounds=st.integers(1, 3),
    )
    def a_relay_works(self, relay: int, outcomes: list[Outcome | None], missing: set[str], rounds: int) -> None:
        """`missing`: the names for which there is no queue meanwhile."""
        self.transport.outcomes, self.transport.unroutable = outcomes, missing
        try:
            for _ in range(rounds):
                self._do(self._go_round(self.relays[relay % len(self.relays)]))
        except Killed:
            self.relays = self._start()

    @rule(seconds=st.sampled_from([0.1, 0.6, 3.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock += seconds

    @rule(shards=st.integers(1, 3))
    def the_workers_are_started_again(self, shards: int) -> None:
        self.shards = shards
        self.relays = self._start()

    @rule(shards=st.integers(1, 3))
    def workers_with_another_number_of_shards_are_started_beside_them(self, shards: int) -> None:
        self.shards = shards
        self.relays = [*self._start(), *self.relays][:MOST_RELAYS]

    # ---- what must be true

    @invariant()
    def what_arrives_was_committed_and_is_in_order(self) -> None:
        first_arrivals: dict[UUID, list[str]] = defaultdict(list)
        for message in dict.fromkeys(self.transport.arrived):
            assert message in self.rows, "a message that was rolled back was published"
            first_arrivals[self.rows[message][0]].append(message)
        for aggregate, arrived in first_arrivals.items():
            committed = self.committed[aggregate]
            shown = [self.rows[message] for message in arrived]
            assert arrived == committed[: len(arrived)], f"not in the order of the commits: {shown}"

    @invariant()
    def what_is_committed_waits_or_is_confirmed(self) -> None:
        waiting, logged = self._do(self._stored())
        known = set(self.rows)
        assert waiting | logged == known, f"lost: {[self.rows[message] for message in known - waiting - logged]}"
        assert not waiting & logged, "a message is in the outbox and in the event log"
        assert logged <= self.transport.confirmed, "a message counts as published that nobody confirmed"

    def teardown(self) -> None:
        """Once faults end, everything is published."""
        for _ in range(LAST_ROUNDS):
            if not self._do(self._stored())[0]:
                break
            self.clock += 20.0
            for shard in range(self.shards):
                self.a_relay_works(shard, [], set(), 1)
        self.what_arrives_was_committed_and_is_in_order()
        assert set(self.transport.arrived) == set(self.rows), "not everything was published at last"
        assert self._do(self._stored()) == (set(), set(self.rows))

    # ---- how

    def _start(self) -> list[Relay]:
        """The relays of new processes; they hold no names yet."""
        return [
            Relay(self._database, self.transport, Metrics(), source="test", shard=shard, shards=self.shards)
            for shard in range(self.shards)
        ]

    async def _go_round(self, relay: Relay) -> None:
        relay._held._clock = lambda: self.clock
        async with self._database.engine.connect() as connection:
            await relay._go_round(await connection.execution_options(isolation_level="AUTOCOMMIT"))

    async def _write(self, chosen: list[tuple[int, int]], *, commits: bool) -> None:
        with suppress(RolledBack):
            async with self._database.transaction() as work:
                for aggregate, kind in chosen:
                    work.emit(self._message(self.aggregates[aggregate], kind))
                if not commits:
                    await outbox.write(work.connection, work.outgoing)
                    raise RolledBack
            self._remember(work.outgoing)

    async def _overlap(self, kinds: tuple[int, int]) -> None:
        """A service locks an aggregate before it emits a message about it, so the two are about different ones."""
        async with self._database.transaction() as work:
            work.emit(self._message(self.aggregates[0], kinds[0]))
            await outbox.write(work.connection, work.outgoing)
            open_until_now, work.outgoing = work.outgoing, []
            await self._write([(1, kinds[1])], commits=True)
            for relay in self.relays:
                await self._go_round(relay)
        self._remember(open_until_now)

    def _message(self, aggregate: UUID, kind: int) -> Message:
        version = next(self.versions)
        if kind == 0:
            return occupancy(aggregate, version)
        training = TrainingSnapshot(
            id=aggregate,
            version=version,
            title="VAE",
            axis_id=aggregate,
            kind="training",
            members_only=False,
            state="published",
        )
        return TrainingPublished(occurred_at=datetime.now(UTC), training=training)

    def _remember(self, emitted: Sequence[outbox.Outgoing]) -> None:
        for each in emitted:
            message = str(each.event_id)
            self.rows[message] = each.message.aggregate_id, each.message.aggregate_version, each.message.wire_name
            self.committed[each.message.aggregate_id].append(message)

    async def _stored(self) -> tuple[set[str], set[str]]:
        """The messages of this example in the outbox, and those in the event log."""
        found = []
        async with self._database.engine.connect() as connection:
            for table in ("outbox", "event_log"):
                rows = text(f"SELECT event_id FROM {table} WHERE aggregate_id = ANY(:own)")
                found.append({str(row.event_id) for row in await connection.execute(rows, {"own": self.aggregates})})
        return found[0], found[1]

    async def _execute(self, statement: str) -> None:
        async with self._database.transaction() as work:
            await work.connection.execute(text(statement))

    def _do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(work)


def run_the_model(url: str, monkeypatch: Any, *, examples: int, steps: int) -> None:
    """Run random examples. PARCOURSPRO_TEST_SEED repeats a run."""
    monkeypatch.setattr(relay_module, "BATCH", LARGEST_BATCH)
    seed = int(os.environ.get(SEED) or random.randrange(2**32))  # noqa: S311 - for a test
    print(f"repeat with {SEED}={seed}")  # noqa: T201 - pytest shows it if the test fails
    loop = asyncio.new_event_loop()
    database = Database(url, application="model")
    try:
        machine: Any = hypothesis.seed(seed)(lambda: OutboxMachine(loop, database))
        run_state_machine_as_test(
            machine,
            settings=hypothesis.settings(
                max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=False
            ),
        )
    finally:
        loop.run_until_complete(database.close())
        loop.close()
