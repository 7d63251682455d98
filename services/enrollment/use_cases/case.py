"""One request under the lock of its training, for somebody who wants to decide about it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.enrollment.domain.enrollment import Approval, Enrollment, Move, Moved, allowed_moves, status_label
from services.enrollment.domain.meanwhile import DecidedMeanwhile, LastDecision, Relation
from services.enrollment.storage.access import Role
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.people import Actor
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.paris import PARIS
from services.enrollment.use_cases.seats import LockedTraining, locked


@dataclass(frozen=True, slots=True)
class Case:
    """The request as it is, its training locked, and who acts."""

    training: LockedTraining
    seen: EnrollmentDetails
    actor: Actor

    @property
    def tx(self) -> Transaction:
        """The unit of work."""
        return self.training.tx

    @property
    def enrollment(self) -> Enrollment:
        """The request."""
        return self.seen.enrollment

    @property
    def session(self) -> Row[Any]:
        """Its session."""
        return self.training.rows[self.enrollment.session_id]

    @property
    def session_ends(self) -> datetime:
        """The end of the session's last slot, as people read it."""
        ends_at: datetime = self.session.ends_at
        return ends_at.astimezone(PARIS)

    async def after(self, moved: Moved, now: datetime, *, queued: bool) -> EnrollmentDetails:
        """The request as it is seen after a move; the rank is looked up where it may be `queued`."""
        enrollment, change = moved
        rank = await self.training.rank_of(enrollment, now) if queued else None
        closed_by = change.acting_as if enrollment.approval is Approval.CANCELLED else None
        return replace(self.seen, enrollment=enrollment, rank=rank, closed_by=closed_by)


async def case_of(tx: Transaction, enrollment_id: UUID, move: Move, *, actor: Actor, role: Role) -> Case:
    """Lock the training of a request that the person may act on in that role, then load it.

    Raises NotFound; DecidedMeanwhile when the move is not possible from where the request is now.
    """
    rows = await tx.seats.lock_for_request(enrollment_id, actor, role)
    seen = await tx.enrollments.load(enrollment_id, actor, role)
    if move not in allowed_moves(seen.enrollment):
        raise await _decided_meanwhile(tx, seen, actor)
    return Case(await locked(tx, seen.enrollment.training_id, rows), seen, actor)


async def _decided_meanwhile(tx: Transaction, seen: EnrollmentDetails, actor: Actor) -> DecidedMeanwhile:
    enrollment = seen.enrollment
    label = status_label(enrollment.approval, enrollment.seat, seen.closed_by)
    decisions = [row for row in await tx.history.of(enrollment.id) if row.move != Move.PROMOTE]
    if not decisions:
        return DecidedMeanwhile(None, label, attended=False)
    row = decisions[-1]
    by = row.moved_by
    name = "" if by is None else " ".join(part for part in (by.first_name, by.last_name) if part)
    relation: Relation = "other"
    if by is not None and by.id == actor.account_id:
        relation = "self"
    elif row.acting_as == "employer" and enrollment.structure_id in actor.employer_of:
        relation = "colleague"
    last = LastDecision(Move(row.move), row.acting_as, row.at.astimezone(PARIS), name or None, relation)
    return DecidedMeanwhile(last, label, attended=enrollment.attendance is not None)
