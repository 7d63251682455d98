"""Load a request or a training under the lock of the training.

Every decision takes the lock first, so that two decisions cannot deadlock or overtake each other. The rules are read
after it (see `set_rule`), and the rights of the acting person are read again: they may have ended during the wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.enrollment import Enrollment, allowed_moves, changes_seat
from services.enrollment.domain.meanwhile import DecidedMeanwhile, LastDecision, Relation
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.structure_cap import structure_cap
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import Move, Seat, status_label
from services.enrollment.domain.training_seats import TrainingSeats
from services.enrollment.storage.access import Actor, Role
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.enrollments import RequestToMove
from services.enrollment.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRequest:
    """A request with the seats of its training and the rules in force.

    `is_employer`: whether the acting person is an employer of the structure, read under the lock.
    """

    details: EnrollmentDetails
    training: TrainingSeats
    rules: Rules
    is_employer: bool

    @property
    def enrollment(self) -> Enrollment:
        return self.details.enrollment


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
    if move not in allowed_moves(enrollment):
        raise await _decided_meanwhile(tx, loaded, actor)
    queues = None
    if changes_seat(enrollment, move) or enrollment.seat is Seat.QUEUED:
        queues = (await tx.seats.queues([enrollment.training_id], now))[enrollment.training_id]
    training = TrainingSeats(now=now, cap=structure_cap(rules), sessions=sessions, queues=queues)
    return LockedRequest(details=details, training=training, rules=rules, is_employer=loaded.is_employer)


async def load_training(tx: Transaction, training_id: UUID, *, now: datetime) -> TrainingSeats:
    """Lock the sessions of a training, then load its seats and queues."""
    return await load_locked_training(tx, training_id, await tx.seats.lock(training_id), now=now)


async def load_locked_training(
    tx: Transaction, training_id: UUID, sessions: Sequence[SessionSeats], *, now: datetime
) -> TrainingSeats:
    """The seats and queues of a training whose `sessions` are locked."""
    rules = await tx.rules.load()
    queues = (await tx.seats.queues([training_id], now))[training_id]
    return TrainingSeats(now=now, cap=structure_cap(rules), sessions=sessions, queues=queues)


async def _decided_meanwhile(tx: Transaction, loaded: RequestToMove, actor: Actor) -> DecidedMeanwhile:
    details, enrollment = loaded.details, loaded.details.enrollment
    label = status_label(enrollment.approval, enrollment.seat, details.closed_by)
    decisions = [entry for entry in await tx.history.of(enrollment.id) if entry.move != Move.PROMOTE.value]
    if not decisions:
        return DecidedMeanwhile(None, label, attended=False)
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
    return DecidedMeanwhile(last, label, attended=enrollment.attendance is not None)
