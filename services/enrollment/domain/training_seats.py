"""The seats of all sessions of one training: who gets one, whatever made it free.

The structure's cap counts over the whole training, so no session can be looked at alone. The sessions are locked while
a `TrainingSeats` lives; its methods take decisions, change the seats and queues accordingly, and return the facts in
the order in which they are announced.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.enrollment.domain import decisions, facts, queue
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import SessionPlan, SessionSeats
from services.enrollment.domain.states import Seat

SessionAndStructure = tuple[UUID, UUID]


class QueuesNotLoaded(Exception):
    """A decision needs the queues, and they were not loaded: a mistake in the program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """The queued requests of each session, and the seats that each structure holds in each session not yet over."""

    queued: Mapping[UUID, Sequence[Enrollment]]
    held: Mapping[SessionAndStructure, int]

    def rank_of(self, enrollment: Enrollment, *, cap: int | None) -> Rank | None:
        """The place in the waiting list, for a reader."""
        held = Counter[UUID]()
        for (_, structure_id), seats in self.held.items():
            held[structure_id] += seats
        waiting = self.queued.get(enrollment.session_id, [])
        return queue.rank(enrollment.id, waiting, held_by_structure=held, cap=cap)


class TrainingSeats:
    """The sessions of one training at one moment, with their queues; `cap` is None where the rule is off.

    `queues` is None for a decision that changes no seat and needs no rank.
    """

    def __init__(
        self, *, now: datetime, cap: int | None, sessions: Iterable[SessionSeats], queues: Queues | None
    ) -> None:
        self._now = now
        self._cap = cap
        self._sessions = {session.id: session for session in sessions}
        self._queues = None if queues is None else {id_: list(queued) for id_, queued in queues.queued.items()}
        self._held = Counter[SessionAndStructure]() if queues is None else Counter(queues.held)
        self._changed: set[UUID] = set()

    def session(self, session_id: UUID) -> SessionSeats:
        return self._sessions[session_id]

    def rank_of(self, enrollment: Enrollment) -> Rank | None:
        """The place in the waiting list; None for a request that is not queued."""
        if enrollment.seat is not Seat.QUEUED:
            return None
        waiting = self._queue(enrollment.session_id)
        return queue.rank(enrollment.id, waiting, held_by_structure=self._held_by_structure(), cap=self._cap)

    def accept(
        self, enrollment: Enrollment, *, by: UUID, acting_as: decisions.ByEmployer = "employer", note: str | None = None
    ) -> list[facts.Fact]:
        """The employer agrees: the request enters the queue, and holds a seat at once if one is free for it."""
        session = self._sessions[enrollment.session_id]
        number = session.last_queue_number + 1
        accepted_request, line = decisions.enter(
            enrollment,
            queue_number=number,
            by=by,
            at=self._now,
            session_ends=session.plan.ends_at,
            acting_as=acting_as,
            note=note,
        )
        self._change(replace(session, last_queue_number=number))
        self._queue(session.id).append(accepted_request)
        promotions = self._promotions()
        own = next((fact for fact in promotions if fact.enrollment.id == accepted_request.id), None)
        after, lines = (accepted_request, (line,)) if own is None else (own.enrollment, (line, *own.lines))
        accepted = facts.Accepted(enrollment=after, lines=lines, rank=self.rank_of(after), accepted_by=by)
        return [*(fact for fact in promotions if fact is not own), *self._occupancies(), accepted]

    def release(self, *ended: facts.Ended) -> list[facts.Fact]:
        """Requests have ended: their seats and their places in the queues go to the next ones."""
        for fact in ended:
            self._leave(fact.enrollment, fact.seat_before)
        return [*ended, *self.allocate()] if self._changed else list(ended)

    def promote_early(self, enrollment: Enrollment, *, by: UUID, reason: str) -> list[facts.Fact]:
        """Staff give a free seat to a request over the structure's cap; raises NoSeatFree."""
        session = self._sessions[enrollment.session_id]
        promoted = decisions.promote_early(
            enrollment, by=by, at=self._now, reason=reason, session_ends=session.plan.ends_at
        )
        self._hold(enrollment)
        return [promoted, *self.allocate()]

    def plan(self, session_id: UUID, plan: SessionPlan) -> list[facts.Fact]:
        """The catalogue changed a session: more seats are given at once, fewer evict nobody."""
        self._change(self._sessions[session_id].planned(plan))
        return self.allocate()

    def close_attendance(self, session_id: UUID, ended: Sequence[facts.Ended]) -> list[facts.Fact]:
        """The attendance of a session was closed: nobody gets a seat in it any more, and what was open has ended."""
        self._sessions[session_id] = replace(self._sessions[session_id], attendance_closed_at=self._now)
        return self.release(*ended)

    def allocate(self) -> list[facts.Fact]:
        """Give every seat that is free to the requests that the rules let have it."""
        return [*self._promotions(), *self._occupancies()]

    def _promotions(self) -> list[facts.Promoted]:
        """One pass over the sessions, by their start: a seat given in one never lets somebody pass in another."""
        promoted: list[facts.Promoted] = []
        for session in sorted(self._sessions.values(), key=lambda each: (each.plan.starts_at, each.id)):
            free = session.to_give(self._now)
            chosen = queue.allocate(
                free,
                self._queue(session.id) if free else [],
                held_by_structure=self._held_by_structure() if free else {},
                cap=self._cap,
                closed=session.plan.closes_at <= self._now,
            )
            for enrollment in chosen:
                self._hold(enrollment)
                promoted.append(decisions.promote(enrollment, at=self._now))
        return promoted

    def _hold(self, enrollment: Enrollment) -> None:
        session = self._sessions[enrollment.session_id].given()
        self._change(session)
        self._unqueue(enrollment)
        self._held[session.id, enrollment.structure_id] += 1

    def _leave(self, enrollment: Enrollment, seat_before: Seat) -> None:
        session = self._sessions[enrollment.session_id]
        if seat_before is Seat.HELD:
            self._held[session.id, enrollment.structure_id] -= 1
            self._change(session.returned())
        elif seat_before is Seat.QUEUED:
            self._unqueue(enrollment)
            self._change(session)

    def _unqueue(self, enrollment: Enrollment) -> None:
        waiting = self._queue(enrollment.session_id)
        waiting[:] = [each for each in waiting if each.id != enrollment.id]

    def _queue(self, session_id: UUID) -> list[Enrollment]:
        if self._queues is None:
            raise QueuesNotLoaded
        return self._queues.setdefault(session_id, [])

    def _held_by_structure(self) -> Counter[UUID]:
        """Seats held in the training, in sessions that are not over."""
        held = Counter[UUID]()
        for (session_id, structure_id), seats in self._held.items():
            if self._sessions[session_id].is_to_come(self._now):
                held[structure_id] += seats
        return held

    def _change(self, session: SessionSeats) -> None:
        self._sessions[session.id] = session
        self._changed.add(session.id)

    def _occupancies(self) -> list[facts.OccupancyChanged]:
        changed = [self._sessions[session_id] for session_id in sorted(self._changed)]
        self._changed.clear()
        for session in changed:
            self._sessions[session.id] = replace(session, version=session.version + 1)
        return [
            facts.OccupancyChanged(seats=self._sessions[session.id], queued=len(self._queue(session.id)))
            for session in changed
        ]
