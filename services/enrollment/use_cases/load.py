"""Load a request or a training under the lock of the training.

Every decision takes the lock first, so that two decisions cannot deadlock or overtake each other. The rules are read
after it (see `set_rule`), and the rights of the acting person are read again: they may have ended during the wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.enrollment import Enrollment, Line, allowed_moves, changes_seat
from services.enrollment.domain.meanwhile import DecidedMeanwhile, LastDecision, Relation
from services.enrollment.domain.offers import Circumstances, roles_of
from services.enrollment.domain.rules.own_request import may_decide_own
from services.enrollment.domain.rules.promotion_freeze import promotion_freeze
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.structure_cap import structure_cap
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import BY_HISTORY, ActingAs, Move, Seat, status_label
from services.enrollment.domain.training_seats import TrainingSeats
from services.enrollment.storage.access import Actor, Role
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.enrollments import RequestToMove
from services.enrollment.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRequest:
    """A request with the seats of its training and the rules in force.

    `roles` are those of the acting person, read under the lock; `actor_waits`: they are in the queue of the session.
    """

    details: EnrollmentDetails
    training: TrainingSeats
    rules: Rules
    roles: Sequence[ActingAs]
    now: datetime
    actor_waits: bool

    @property
    def enrollment(self) -> Enrollment:
        return self.details.enrollment

    def circumstances(self, *, last: Line | None = None) -> Circumstances:
        """What counts beside the states of the request. `last` is its last decision, if it is needed."""
        session = self.training.session(self.enrollment.session_id)
        has_other = self.training.has_other_session(session.id)
        return circumstances_of(
            session, now=self.now, last=last, has_other_session=has_other, actor_waits=self.actor_waits
        )


def circumstances_of(
    session: SessionSeats, *, now: datetime, last: Line | None, has_other_session: bool, actor_waits: bool
) -> Circumstances:
    """The part of the circumstances that comes from the session."""
    return Circumstances(
        now=now,
        starts_at=session.plan.starts_at,
        ends_at=session.plan.ends_at,
        takes_place=session.plan.scheduled and session.attendance_closed_at is None,
        capacity=session.capacity,
        held=session.held,
        last=last,
        has_other_session=has_other_session,
        actor_waits=actor_waits,
    )


async def load_request(
    tx: Transaction, enrollment_id: UUID, move: Move, *, actor: Actor, role: Role, now: datetime
) -> LockedRequest:
    """Lock the training of a request that the person may act on in that role, then load it for a move.

    Raises NotFound, and DecidedMeanwhile if the state of the request does not allow the move. The queues are loaded
    only if the move changes seats or the request has a rank.
    """
    sessions = await tx.seats.lock_for_request(enrollment_id, actor, role)
    loaded = await tx.enrollments.load_to_move(enrollment_id, actor, role)
    details, rules, enrollment = loaded.details, loaded.rules, loaded.details.enrollment
    if move not in allowed_moves(enrollment) and move not in BY_HISTORY:
        raise await _decided_meanwhile(tx, loaded, actor, move)
    queues = None
    if move in BY_HISTORY or changes_seat(enrollment, move) or enrollment.seat is Seat.QUEUED:
        queues = (await tx.seats.queues([enrollment.training_id], now))[enrollment.training_id]
    training = TrainingSeats(
        now=now, cap=structure_cap(rules), sessions=sessions, queues=queues, freeze=promotion_freeze(rules)
    )
    roles = roles_of(
        enrollment,
        actor=actor.account_id,
        is_employer=loaded.is_employer,
        is_trainer=actor.account_id in details.trainer_ids,
        is_staff=loaded.is_staff,
    )
    return LockedRequest(
        details=details, training=training, rules=rules, roles=roles, now=now, actor_waits=loaded.waits
    )


async def own_circumstances(
    tx: Transaction,
    found: Circumstances,
    enrollment: Enrollment,
    rules: Rules,
    *,
    actor: UUID,
    roles: Sequence[ActingAs],
) -> Circumstances:
    """Add what counts only for people who would decide on their own request in one of their other roles."""
    if actor != enrollment.account_id or set(roles) == {"beneficiary"}:
        return found
    structure_id = enrollment.structure_id
    return replace(
        found,
        other_must_decide=not may_decide_own(
            rules,
            decider=actor,
            beneficiary=actor,
            has_other_employer=await tx.people.has_other_employer(account_id=actor, structure_id=structure_id),
        ),
        is_unconfirmed=await tx.people.is_unconfirmed(account_id=actor, structure_id=structure_id),
    )


async def load_training(tx: Transaction, training_id: UUID, *, now: datetime) -> TrainingSeats:
    """Lock the sessions of a training, then load its seats and queues."""
    return await load_locked_training(tx, training_id, await tx.seats.lock(training_id), now=now)


async def load_locked_training(
    tx: Transaction, training_id: UUID, sessions: Sequence[SessionSeats], *, now: datetime
) -> TrainingSeats:
    """The seats and queues of a training whose `sessions` are locked."""
    rules = await tx.rules.load()
    queues = (await tx.seats.queues([training_id], now))[training_id]
    return TrainingSeats(
        now=now, cap=structure_cap(rules), sessions=sessions, queues=queues, freeze=promotion_freeze(rules)
    )


async def _decided_meanwhile(tx: Transaction, loaded: RequestToMove, actor: Actor, move: Move) -> DecidedMeanwhile:
    details, enrollment = loaded.details, loaded.details.enrollment
    label = status_label(enrollment.approval, enrollment.seat, details.closed_by, attended=enrollment.attended)
    decisions = [entry for entry in await tx.history.of(enrollment.id) if entry.move not in {"promote", "follow"}]
    if not decisions:
        return DecidedMeanwhile(None, label, wanted=move, seat=enrollment.seat)
    entry = decisions[-1]
    person = entry.moved_by
    name = "" if person is None else " ".join(part for part in (person.first_name, person.last_name) if part)
    relation: Relation = "other"
    if person is not None and person.id == actor.account_id:
        relation = "self"
    elif entry.acting_as == "employer" and loaded.is_employer:
        relation = "colleague"
    last = LastDecision(
        move=Move(entry.move), acting_as=entry.acting_as, at=entry.at, by=name or None, relation=relation
    )
    attended = enrollment.attendance is not None
    return DecidedMeanwhile(last, label, wanted=move, seat=enrollment.seat, attended=attended)
