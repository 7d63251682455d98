"""The message that the service publishes for each fact of the domain."""

from datetime import datetime
from typing import assert_never

from services.enrollment.domain import facts
from services.enrollment.domain.attendance import Attendance
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.proposal import Proposal
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import SessionSeats
from shared.contracts import Message
from shared.contracts import attendance as sheets
from shared.contracts import enrollment as contract
from shared.contracts import proposals as proposal_contract
from shared.records import from_attributes


def announce(fact: facts.Fact, *, now: datetime) -> Message:  # noqa: C901, PLR0911, PLR0912 - one case for each fact
    match fact:
        case facts.Requested(enrollment=request, cart_id=cart_id, cart_size=cart_size, decide_before=before):
            return contract.EnrollmentRequested(
                occurred_at=now,
                enrollment=snapshot(request),
                cart_id=cart_id,
                cart_size=cart_size,
                decide_before=before,
            )
        case facts.Accepted(enrollment=request, rank=rank, accepted_by=by):
            return contract.EnrollmentApproved(
                occurred_at=now, enrollment=snapshot(request, rank), approved_by=by, acting_as=fact.acted_as
            )
        case facts.RefusedByEmployer(enrollment=request, refused_by=by, reason=reason):
            return contract.EnrollmentRefused(
                occurred_at=now, enrollment=snapshot(request), refused_by=by, reason=reason, acting_as=fact.acted_as
            )
        case facts.Expired(enrollment=request):
            return contract.EnrollmentExpired(occurred_at=now, enrollment=snapshot(request))
        case facts.Promoted(enrollment=request):
            return contract.EnrollmentPromoted(occurred_at=now, enrollment=snapshot(request), acting_as=fact.acted_as)
        case facts.Validated(enrollment=request, rank=rank, validated_by=by):
            return contract.EnrollmentValidated(
                occurred_at=now, enrollment=snapshot(request, rank), validated_by=by, acting_as=fact.acted_as
            )
        case facts.ClarificationAsked(enrollment=request, rank=rank, asked_by=by, question=question):
            return contract.ClarificationAsked(
                occurred_at=now,
                enrollment=snapshot(request, rank),
                asked_by=by,
                question=question,
                acting_as=fact.acted_as,
            )
        case facts.ClarificationGiven(enrollment=request, rank=rank, answer=answer):
            return contract.ClarificationGiven(occurred_at=now, enrollment=snapshot(request, rank), answer=answer)
        case facts.Declined(enrollment=request, declined_by=by, reason=reason):
            return contract.EnrollmentDeclined(
                occurred_at=now, enrollment=snapshot(request), declined_by=by, reason=reason, acting_as=fact.acted_as
            )
        case facts.Withdrawn(enrollment=request, seat_before=seat, withdrawn_by=by, reason=words):
            return contract.EnrollmentWithdrawn(
                occurred_at=now,
                enrollment=snapshot(request),
                late=request.late,
                seat_before=seat.value,
                withdrawn_by=by,
                acting_as=fact.acted_as,
                reason=words,
            )
        case facts.Abandoned(enrollment=request, abandoned_by=by, reason=words):
            return contract.EnrollmentAbandoned(
                occurred_at=now,
                enrollment=snapshot(request),
                abandoned_by=by,
                acting_as=fact.acted_as,
                reason=words,
            )
        case facts.DecisionUndone(enrollment=request, rank=rank, decision=decision, undone_by=by, seat_before=seat):
            return contract.DecisionUndone(
                occurred_at=now,
                enrollment=snapshot(request, rank),
                decision=decision.value,
                undone_by=by,
                acting_as=fact.acted_as,
                seat_before=seat.value,
            )
        case facts.Reopened(enrollment=request, rank=rank, reopened_by=by, reason=reason, closed_as=closed_as):
            return contract.EnrollmentReopened(
                occurred_at=now,
                enrollment=snapshot(request, rank),
                reopened_by=by,
                reason=reason,
                closed_as=closed_as.value,
                decide_before=fact.decide_before,
            )
        case facts.Cancelled(enrollment=request, acting_as=acting_as, cancelled_by=by, reason=reason, seat_before=seat):
            return contract.EnrollmentCancelled(
                occurred_at=now,
                enrollment=snapshot(request),
                by=acting_as,
                cancelled_by=by,
                reason=reason,
                seat_before=seat.value,
                act=None if fact.act is None else from_attributes(contract.EndingAct, fact.act),
            )
        case facts.Transferred(enrollment=request, rank=rank, from_session_id=from_id, seat_before=seat):
            return contract.EnrollmentTransferred(
                occurred_at=now,
                enrollment=snapshot(request, rank),
                from_session_id=from_id,
                transferred_by=fact.transferred_by,
                acting_as=fact.acting_as,
                reason=fact.reason,
                seat_before=seat.value,
            )
        case facts.StructureChanged(enrollment=request, rank=rank, from_structure_id=from_id):
            return contract.EnrollmentStructureChanged(
                occurred_at=now, enrollment=snapshot(request, rank), from_structure_id=from_id
            )
        case facts.Admitted(enrollment=request, admitted_by=by, acting_as=acting_as):
            return contract.EnrollmentValidated(
                occurred_at=now, enrollment=snapshot(request), validated_by=by, acting_as=acting_as
            )
        case facts.AttendanceRecorded(enrollment=request, attendance=attendance, corrected=corrected):
            return contract.AttendanceRecorded(
                occurred_at=now,
                enrollment=snapshot(request),
                attended=attendance.attended,
                slots=_presences(attendance),
                corrected=corrected,
            )
        case facts.SheetBegun(begun_by=by):
            return sheets.AttendanceBegun(occurred_at=now, sheet=_sheet(fact, closed=False), begun_by=by)
        case facts.SheetClosed(closed_by=by):
            return sheets.AttendanceClosed(occurred_at=now, sheet=_sheet(fact, closed=True), closed_by=by)
        case facts.SheetReopened(reopened_by=by, reason=reason):
            return sheets.AttendanceReopened(
                occurred_at=now, sheet=_sheet(fact, closed=False), reopened_by=by, reason=reason
            )
        case facts.OccupancyChanged(seats=seats, queued=queued):
            return _occupancy(seats, queued, now)
        case _:
            assert_never(fact)


def snapshot(enrollment: Enrollment, rank: Rank | None = None) -> contract.EnrollmentSnapshot:
    """The request without its motivation, which is not for other services."""
    return from_attributes(contract.EnrollmentSnapshot, enrollment, rank=rank and rank.place)


def proposal_snapshot(proposal: Proposal) -> proposal_contract.ProposalSnapshot:
    """The proposal without its motivation, which is not for other services."""
    return from_attributes(proposal_contract.ProposalSnapshot, proposal, kind=proposal.kind.value)


def _presences(attendance: Attendance) -> tuple[contract.SlotPresence, ...]:
    return tuple(from_attributes(contract.SlotPresence, each) for each in attendance.presences)


def _sheet(fact: facts.SheetBegun | facts.SheetClosed | facts.SheetReopened, *, closed: bool) -> sheets.SheetSnapshot:
    return sheets.SheetSnapshot(id=fact.session_id, version=fact.version, closed=closed)


def _occupancy(seats: SessionSeats, queued: int, now: datetime) -> contract.SessionOccupancyChanged:
    return contract.SessionOccupancyChanged(
        occurred_at=now,
        session_id=seats.id,
        version=seats.version,
        capacity=seats.capacity,
        held=seats.held,
        queued=queued,
    )
