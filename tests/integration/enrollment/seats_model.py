"""A model of the seats: any mix of requests, decisions and events, with commits that fail, and with repeated events.

Everything goes through HTTP and messages. After each step the invariants of `storage/invariants.py` must hold,
and a step that failed must have changed nothing.
"""

import asyncio
import os
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from uuid import uuid4

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text
from structlog.testing import capture_logs

from shared.contracts import Message
from shared.contracts.catalogue import SessionCapacityChanged
from shared.database import Database
from shared.messaging import outbox
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.messaging.two_services import HANDED, delivery

SEED = "PARCOURSPRO_TEST_SEED"
PEOPLE, SESSIONS, CAPACITY = 4, 2, 1
STATE = """
    SELECT (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.id), '[]') FROM enrollments e) AS requests,
        (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.id), '[]') FROM sessions s) AS sessions,
        (SELECT count(*) FROM enrollment_history) AS lines, (SELECT count(*) FROM outbox) AS messages
"""
RARELY = st.sampled_from([False, False, False, True])
BY_EMPLOYER = ("acceptance", "refusal")
BY_TRAINER = ("validation", "decline")
Answer = TypeVar("Answer")


class CommitFails(Exception):
    """The last statement of a transaction has worked, and its commit does not."""


class SeatsMachine(RuleBasedStateMachine):
    """Two sessions of one seat each, and four people; `begin` makes the service anew, as a restart does."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, begin: Callable[[], EnrollmentService], commits: "Commits"
    ) -> None:
        super().__init__()
        self._loop = loop
        self._begin = begin
        self._commits = commits
        commits.fail = False
        self.service = begin()
        self._do(self.service.opens())
        self.people = self._do(self.service.people(PEOPLE))
        self.sessions = [self._do(self.service.session(CAPACITY)) for _ in range(SESSIONS)]
        self.requests: list[tuple[int, Any]] = []
        self.events: list[tuple[str, Message]] = []
        for person in range(PEOPLE):
            self.a_person_asks(person, person % SESSIONS, fails=False)

    # ---- what happens

    @rule(person=st.integers(0, PEOPLE - 1), session=st.integers(0, SESSIONS - 1), fails=RARELY)
    def a_person_asks(self, person: int, session: int, fails: bool) -> None:
        answer = self._call(lambda: self.service.asks(self.people[person], self.sessions[session]), fails=fails)
        if answer.status_code == 201:
            self.requests.append((person, answer.json()["requests"][0]["id"]))

    @rule(
        chosen=st.integers(0, 30), act=st.sampled_from(["acceptance"] * 3 + [*BY_EMPLOYER, *BY_TRAINER]), fails=RARELY
    )
    def somebody_decides(self, chosen: int, act: str, fails: bool) -> None:
        if self.requests:
            _, request = self.requests[chosen % len(self.requests)]
            who = self.service.employer if act in BY_EMPLOYER else self.service.trainer
            reason = {"reason": "Effectif insuffisant."} if act in {"refusal", "decline"} else {}
            self._call(lambda: self.service.decides(who, request, act, **reason), fails=fails)

    @rule(chosen=st.integers(0, 30), fails=RARELY)
    def a_person_withdraws(self, chosen: int, fails: bool) -> None:
        if self.requests:
            person, request = self.requests[chosen % len(self.requests)]
            self._call(lambda: self.service.withdraws(self.people[person], request), fails=fails)

    @rule(session=st.integers(0, SESSIONS - 1), capacity=st.integers(0, 3), fails=RARELY)
    def the_capacity_changes(self, session: int, capacity: int, fails: bool) -> None:
        before = self.service.sessions[self.sessions[session]].capacity
        after = self.service.next_of(self.sessions[session], capacity=max(1, capacity))
        event = SessionCapacityChanged(occurred_at=self.service.now, session=after, before=before)
        self.events.append((str(uuid4()), event))
        self._deliver(*self.events[-1], fails=fails)

    @rule(chosen=st.integers(0, 30))
    def an_event_comes_again(self, chosen: int) -> None:
        if self.events:
            self._deliver(*self.events[chosen % len(self.events)], fails=False)

    @rule()
    def the_service_is_started_again(self) -> None:
        """The people and sessions are the same; what was deferred is due."""
        before = self.service
        self.service = self._begin()
        for name in ("employer", "staff", "trainer", "sessions", "now"):
            setattr(self.service, name, getattr(before, name))
        self._retry()

    # ---- what must be true

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        assert self._do(self.service.audit()) == []

    def teardown(self) -> None:
        """Once faults end, the sessions have the capacity of their last event."""
        self._commits.fail = False
        self._retry()
        assert self._do(self.service.rows("SELECT name, last_error FROM undelivered")) == []
        for session in self.sessions:
            [row] = self._do(self.service.rows("SELECT capacity FROM sessions WHERE id = :id", id=session))
            assert row.capacity == self.service.sessions[session].capacity
        self.the_audit_finds_nothing()

    # ---- how

    def _call(self, call: Callable[[], Coroutine[Any, Any, Any]], *, fails: bool) -> Any:
        """If its commit fails, the answer is an error and nothing has changed."""
        before = self._state() if fails else None
        self._commits.fail = fails
        answer = self._do(call())
        self._commits.fail = False
        if fails:
            assert answer.status_code >= 400, answer.text
            assert self._state() == before, "a transaction whose commit failed has changed something"
        else:
            assert answer.status_code < 500, answer.text
        return answer

    def _deliver(self, message_id: str, event: Message, *, fails: bool) -> None:
        self._commits.fail = fails
        handed = delivery(event, message_id=message_id)
        self._do(self.service.worker.inbox.handle([handed], HANDED))
        self._commits.fail = False

    def _retry(self) -> None:
        self._do(self._execute("UPDATE undelivered SET next_at = now(), parked_at = NULL"))
        self._do(self.service.worker.inbox.retry_due())

    def _state(self) -> Any:
        [row] = self._do(self.service.rows(STATE))
        return tuple(row)

    async def _execute(self, statement: str) -> None:
        async with self.service.database.transaction() as work:
            await work.connection.execute(text(statement))

    def _do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(work)


class Commits:
    """Takes the place of `outbox.write`, the last step before a commit, and lets it fail after its work."""

    def __init__(self) -> None:
        self.fail = False
        self._write = outbox.write

    async def write(self, connection: Any, emitted: Any) -> None:
        await self._write(connection, emitted)
        if self.fail and emitted:
            raise CommitFails


def run_the_model(
    url: str, make: Callable[[Database], EnrollmentService], monkeypatch: Any, *, examples: int, steps: int
) -> None:
    """Run random examples. PARCOURSPRO_TEST_SEED repeats a run."""
    seed = int(os.environ.get(SEED) or random.randrange(2**32))  # noqa: S311 - for a test
    print(f"repeat with {SEED}={seed}")  # noqa: T201 - pytest shows it if the test fails
    loop = asyncio.new_event_loop()
    database = Database(url, application="model")
    commits = Commits()
    monkeypatch.setattr(outbox, "write", commits.write)
    try:
        machine: Any = hypothesis.seed(seed)(lambda: SeatsMachine(loop, lambda: make(database), commits))
        # each failed commit is logged with its traceback, which takes longer to print than all the rest
        with capture_logs():
            run_state_machine_as_test(
                machine,
                settings=hypothesis.settings(
                    max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=False
                ),
            )
    finally:
        loop.run_until_complete(database.close())
        loop.close()
