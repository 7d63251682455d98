"""Give the seats of all sessions of one training.

The cap counts the seats of a structure in the whole training, so decisions need all its sessions. The caller holds the
lock on them. The methods of `TrainingSeats` apply decisions to the seats and queues, and return the facts in the order
in which their messages are emitted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.enrollment.domain import decisions, facts, queue
from services.enrollment.domain.enrollment import Enrollment, Line
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import SessionPlan, SessionSeats
from services.enrollment.domain.states import Seat
from services.enrollment.domain.transfer import TransferredAs, check_transfer, transfer

SessionAndStructure = tuple[UUID, UUID]
Entered = facts.Accepted | facts.Restored


class QueuesNotLoaded(Exception):
    """The program did not load the queues, and a decision needs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """The queued requests of each session, and the seats of each structure in each session that is not over."""

    queued: Mapping[UUID, Sequence[Enrollment]]
    held: Mapping[SessionAndStructure, int]

    def rank_of(self, enrollment: Enrollment, *, cap: int | None) -> Rank | None:
        """The place of a request in the waiting list. None if the request is not queued."""
        held = Counter[UUID]()
        for (_, structure_id), seats in self.held.items():
            held[structure_id] += seats
        waiting = self.queued.get(enrollment.session_id, [])
        return queue.rank(enrollment.id, waiting, held_by_structure=held, cap=cap)


class TrainingSeats:
    """The sessions of one training at one moment, with their queues. `cap` is None if the rule is off.

    `queues` is None for a decision that changes no seat and needs no rank. `freeze` is how long before the first slot
    of a session its queue gets no seats any more.
    """

    def __init__(
        self,
        *,
        now: datetime,
        cap: int | None,
        sessions: Iterable[SessionSeats],
        queues: Queues | None,
        freeze: timedelta = timedelta(0),
    ) -> None:
        self._now = now
        self._cap = cap
        self._freeze = freeze
        self._sessions = {session.id: session for session in sessions}
        self._queues = None if queues is None else {id_: list(queued) for id_, queued in queues.queued.items()}
        self._held = Counter[SessionAndStructure]() if queues is None else Counter(queues.held)
        self._changed: set[UUID] = set()

    def session(self, session_id: UUID) -> SessionSeats:
        return self._sessions[session_id]

    def has_other_session(self, session_id: UUID) -> bool:
        """Whether the training has another session that takes requests now."""
        return any(each.id != session_id and each.takes_requests(self._now) for each in self._sessions.values())

    def rank_of(self, enrollment: Enrollment) -> Rank | None:
        """The place of a request in the waiting list. None if the request is not queued."""
        if enrollment.seat is not Seat.QUEUED:
            return None
        waiting = self._queue(enrollment.session_id)
        return queue.rank(enrollment.id, waiting, held_by_structure=self._held_by_structure(), cap=self._cap)

    def accept(
        self, enrollment: Enrollment, *, by: UUID, acting_as: decisions.ByEmployer = "employer", note: str | None = None
    ) -> list[facts.Fact]:
        """The employer agrees: the request enters the queue, and gets a seat at once if one is free for it."""
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
        accepted = facts.Accepted(enrollment=accepted_request, lines=(line,), accepted_by=by)
        return self._with_promotions(accepted)

    def release(self, *ended: facts.Ended) -> list[facts.Fact]:
        """Remove requests that have ended from seats and queues, and give their seats to the next requests."""
        for fact in ended:
            self._leave(fact.enrollment, fact.seat_before)
        return [*ended, *self.allocate()] if self._changed else list(ended)

    def restore(self, fact: facts.Restored, *, had_seat: bool) -> list[facts.Fact]:
        """Bring a request back to an earlier state, in seats and queues too.

        A request that had a seat is queued with its old number, and gets a seat at once if one is free for it. A seat
        that it has only because of the decision taken back goes to the next in the queue. When the queue gets no seats
        any more, a request that `had_seat` gets a free one back: nobody else can get it.
        """
        seat_before = fact.lines[0].from_seat
        if seat_before is fact.enrollment.seat:
            return [replace(fact, rank=self.rank_of(fact.enrollment))]
        self._leave(fact.enrollment, seat_before)
        if fact.enrollment.seat is Seat.QUEUED:
            self._change(self._sessions[fact.enrollment.session_id])
            self._queue(fact.enrollment.session_id).append(fact.enrollment)
            if had_seat:
                fact = self._given_back(fact)
        return self._with_promotions(fact)

    def promote_early(self, enrollment: Enrollment, *, by: UUID, reason: str) -> list[facts.Fact]:
        """Staff give a free seat to a request over the structure's cap. Raises NoSeatFree."""
        session = self._sessions[enrollment.session_id]
        promoted = decisions.promote_early(
            enrollment, by=by, at=self._now, reason=reason, first_slot=session.plan.starts_at
        )
        self._hold(enrollment)
        return [promoted, *self.allocate()]

    def transfer(
        self, enrollment: Enrollment, session_id: UUID, *, by: UUID, acting_as: TransferredAs, note: str | None
    ) -> list[facts.Fact]:
        """Move a request to another session: its seat or place is given back, and it gets the next number there.

        It gets a seat there at once if one is free for it. Who holds a seat takes a free one before all others: nobody
        who waits there may have it, because otherwise it would not be free. Raises TransferImpossible, SessionIsOver.
        """
        source = self._sessions[enrollment.session_id]
        target = check_transfer(source, self._sessions.get(session_id), now=self._now)
        is_accepted = enrollment.seat is not Seat.NONE
        number = target.last_queue_number + 1 if is_accepted else None
        after, line = transfer(
            enrollment, session_id=target.id, queue_number=number, by=by, at=self._now, acting_as=acting_as, note=note
        )
        lines: tuple[Line, ...] = (line,)
        promotions: list[facts.Promoted] = []
        if is_accepted:
            self._leave(enrollment, enrollment.seat)
            self._change(replace(target, last_queue_number=target.last_queue_number + 1))
            self._queue(target.id).append(after)
            if enrollment.seat is Seat.HELD and target.to_give(self._now, freeze=self._freeze):
                self._hold(after)
                promotions.append(decisions.promote(after, at=self._now))
            promotions += self._promotions()
        own = next((fact for fact in promotions if fact.enrollment.id == enrollment.id), None)
        after, lines = (after, (line,)) if own is None else (own.enrollment, (line, *own.lines))
        transferred = facts.Transferred(
            enrollment=after,
            lines=lines,
            rank=self.rank_of(after),
            from_session_id=source.id,
            transferred_by=by,
            acting_as=acting_as,
            reason=note,
            seat_before=enrollment.seat,
        )
        return [*(fact for fact in promotions if fact is not own), *self._occupancies(), transferred]

    def admit(
        self, enrollment: Enrollment, *, by: UUID, acting_as: decisions.ByTrainer, note: str | None
    ) -> list[facts.Fact]:
        """A person who came without a seat is added to the sheet, even if the session is full. Nobody is promoted."""
        session = self._sessions[enrollment.session_id]
        number = session.last_queue_number + 1
        admitted = decisions.admit(enrollment, queue_number=number, by=by, at=self._now, acting_as=acting_as, note=note)
        taken = number if enrollment.queue_number is None else session.last_queue_number
        self._change(replace(session.admitted(), last_queue_number=taken))
        self._unqueue(enrollment)
        self._held[session.id, enrollment.structure_id] += 1
        return [admitted, *self._occupancies()]

    def plan(self, session_id: UUID, plan: SessionPlan) -> list[facts.Fact]:
        """Apply a change of the catalogue: new seats are given at once. With a smaller capacity nobody loses a seat."""
        self._change(self._sessions[session_id].planned(plan))
        return self.allocate()

    def close_attendance(self, session_id: UUID, ended: Sequence[facts.Ended]) -> list[facts.Fact]:
        """Close the attendance of a session: no more seats are given in it. `ended` are its other open requests."""
        self._sessions[session_id] = replace(self._sessions[session_id], attendance_closed_at=self._now)
        return self.release(*ended)

    def allocate(self) -> list[facts.Fact]:
        """Give every free seat to the next request that may have it under the cap."""
        return [*self._promotions(), *self._occupancies()]

    def _with_promotions(self, fact: Entered) -> list[facts.Fact]:
        """Give the free seats. If the request of the fact gets one, the fact includes it."""
        promotions = self._promotions()
        own = next((each for each in promotions if each.enrollment.id == fact.enrollment.id), None)
        after, lines = (fact.enrollment, fact.lines) if own is None else (own.enrollment, (*fact.lines, *own.lines))
        entered = replace(fact, enrollment=after, lines=lines, rank=self.rank_of(after))
        return [*(each for each in promotions if each is not own), *self._occupancies(), entered]

    def _given_back(self, fact: facts.Restored) -> facts.Restored:
        session = self._sessions[fact.enrollment.session_id]
        if not session.is_frozen(self._now, freeze=self._freeze) or not session.to_give_back(self._now):
            return fact
        self._hold(fact.enrollment)
        [line] = fact.lines
        return replace(
            fact, enrollment=replace(fact.enrollment, seat=Seat.HELD), lines=(replace(line, to_seat=Seat.HELD),)
        )

    def _promotions(self) -> list[facts.Promoted]:
        """Give the free seats in one pass over the sessions, sorted by start.

        One pass is enough, because a seat given in one session never makes a request of another session eligible.
        """
        promoted: list[facts.Promoted] = []
        for session in sorted(self._sessions.values(), key=lambda each: (each.plan.starts_at, each.id)):
            free = session.to_give(self._now, freeze=self._freeze)
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
        """The number of seats of each structure in sessions of the training that are not over."""
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
