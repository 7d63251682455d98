"""Every fact of the domain has its event."""

from collections.abc import Mapping
from typing import Any, get_args
from uuid import uuid4

import pytest

from services.enrollment.domain import facts
from services.enrollment.domain.attendance import Attendance, Presence, PresenceStatus
from services.enrollment.domain.enrollment import Line
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.states import Approval, Move, Seat
from services.enrollment.use_cases.announce import announce
from shared.contracts import Message
from shared.contracts import attendance as sheets
from shared.contracts import enrollment as events
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_request, a_session

REQUEST = a_request(Approval.AWAITING_TRAINER, Seat.QUEUED)
CART, SLOT = uuid4(), uuid4()
RANK = Rank(place=3, over_cap=True)
THERE = Attendance((Presence(slot_id=SLOT, status=PresenceStatus.LATE, arrived_at=NOW),))
AWAY = Attendance((Presence(slot_id=SLOT, status=PresenceStatus.EXCUSED),))
SESSION = a_session(4, held=2)
LINE = Line(
    enrollment_id=REQUEST.id,
    version=2,
    move=Move.ACCEPT,
    from_approval=Approval.AWAITING_EMPLOYER,
    to_approval=Approval.AWAITING_TRAINER,
    from_seat=Seat.NONE,
    to_seat=Seat.QUEUED,
    by=SOMEBODY,
    acting_as="staff",
    at=NOW,
    note=None,
)
MOVED: Mapping[str, Any] = {"enrollment": REQUEST, "lines": (LINE,)}
BY_STAFF = {"acting_as": "staff"}

# Written out: the fact, its event, and what the event has beside the request.
EXPECTED: list[tuple[facts.Fact, type[Message], Mapping[str, Any]]] = [
    (
        facts.Requested(enrollment=REQUEST, motivation="Progresser.", cart_id=CART, cart_size=2, decide_before=NOW),
        events.EnrollmentRequested,
        {"cart_id": CART, "cart_size": 2, "decide_before": NOW},
    ),
    (facts.Accepted(**MOVED, accepted_by=SOMEBODY), events.EnrollmentApproved, {"approved_by": SOMEBODY, **BY_STAFF}),
    (
        facts.RefusedByEmployer(**MOVED, refused_by=SOMEBODY, reason="Non."),
        events.EnrollmentRefused,
        {"refused_by": SOMEBODY, "reason": "Non.", **BY_STAFF},
    ),
    (facts.Expired(**MOVED), events.EnrollmentExpired, {}),
    (facts.Promoted(**MOVED), events.EnrollmentPromoted, BY_STAFF),
    (
        facts.Validated(**MOVED, validated_by=SOMEBODY),
        events.EnrollmentValidated,
        {"validated_by": SOMEBODY, **BY_STAFF},
    ),
    (
        facts.ClarificationAsked(**MOVED, asked_by=SOMEBODY, question="Quel public ?"),
        events.ClarificationAsked,
        {"asked_by": SOMEBODY, "question": "Quel public ?", **BY_STAFF},
    ),
    (facts.ClarificationGiven(**MOVED, answer="Des jeunes."), events.ClarificationGiven, {"answer": "Des jeunes."}),
    (
        facts.Declined(**MOVED, declined_by=SOMEBODY, reason="Hors public.", seat_before=Seat.HELD),
        events.EnrollmentDeclined,
        {"declined_by": SOMEBODY, "reason": "Hors public.", **BY_STAFF},
    ),
    (
        facts.Withdrawn(**MOVED, seat_before=Seat.HELD, withdrawn_by=SOMEBODY, reason="Malade."),
        events.EnrollmentWithdrawn,
        {"late": False, "seat_before": "held", "withdrawn_by": SOMEBODY, "reason": "Malade.", **BY_STAFF},
    ),
    (
        facts.Abandoned(**MOVED, seat_before=Seat.HELD, abandoned_by=SOMEBODY, reason=None),
        events.EnrollmentAbandoned,
        {"abandoned_by": SOMEBODY, "reason": None, **BY_STAFF},
    ),
    (
        facts.DecisionUndone(**MOVED, decision=Move.DECLINE, undone_by=SOMEBODY, seat_before=Seat.NONE),
        events.DecisionUndone,
        {"decision": "decline", "undone_by": SOMEBODY, "seat_before": "none", **BY_STAFF},
    ),
    (
        facts.Reopened(**MOVED, reopened_by=SOMEBODY, reason="Erreur.", closed_as=Approval.EXPIRED),
        events.EnrollmentReopened,
        {"reopened_by": SOMEBODY, "reason": "Erreur.", "closed_as": "expired"},
    ),
    (
        facts.Cancelled(**MOVED, acting_as="session", cancelled_by=None, reason="Annulée.", seat_before=Seat.NONE),
        events.EnrollmentCancelled,
        {"by": "session", "cancelled_by": None, "reason": "Annulée.", "seat_before": "none", "act": None},
    ),
    (
        facts.Cancelled(
            **MOVED,
            acting_as="attachment",
            cancelled_by=None,
            reason="Partie.",
            seat_before=Seat.HELD,
            act=facts.EndingAct(id=CART, because="attachment_ended", enrollment_ids=(REQUEST.id, SLOT)),
        ),
        events.EnrollmentCancelled,
        {
            "by": "attachment",
            "cancelled_by": None,
            "reason": "Partie.",
            "seat_before": "held",
            "act": events.EndingAct(id=CART, because="attachment_ended", enrollment_ids=(REQUEST.id, SLOT)),
        },
    ),
    (
        facts.StructureChanged(**MOVED, from_structure_id=SOMEBODY),
        events.EnrollmentStructureChanged,
        {"from_structure_id": SOMEBODY},
    ),
    (
        facts.Transferred(
            **MOVED,
            from_session_id=SESSION.id,
            transferred_by=SOMEBODY,
            acting_as="staff",
            reason="Plus près.",
            seat_before=Seat.HELD,
        ),
        events.EnrollmentTransferred,
        {
            "from_session_id": SESSION.id,
            "transferred_by": SOMEBODY,
            "acting_as": "staff",
            "reason": "Plus près.",
            "seat_before": "held",
        },
    ),
    (
        facts.AttendanceRecorded(**MOVED, attendance=THERE),
        events.AttendanceRecorded,
        {
            "attended": True,
            "slots": (events.SlotPresence(slot_id=SLOT, present=True, arrived_at=NOW),),
            "corrected": False,
        },
    ),
    (
        facts.AttendanceRecorded(**MOVED, attendance=AWAY, corrected=True),
        events.AttendanceRecorded,
        {
            "attended": False,
            "slots": (events.SlotPresence(slot_id=SLOT, present=False, excused=True),),
            "corrected": True,
        },
    ),
    (
        facts.Admitted(**MOVED, admitted_by=SOMEBODY, acting_as="trainer"),
        events.EnrollmentValidated,
        {"validated_by": SOMEBODY, "acting_as": "trainer"},
    ),
    (
        facts.SheetBegun(session_id=SESSION.id, version=1, begun_by=SOMEBODY),
        sheets.AttendanceBegun,
        {"sheet": sheets.SheetSnapshot(id=SESSION.id, version=1, closed=False), "begun_by": SOMEBODY},
    ),
    (
        facts.SheetClosed(session_id=SESSION.id, version=3, closed_by=SOMEBODY),
        sheets.AttendanceClosed,
        {"sheet": sheets.SheetSnapshot(id=SESSION.id, version=3, closed=True), "closed_by": SOMEBODY},
    ),
    (
        facts.SheetReopened(session_id=SESSION.id, version=4, reopened_by=SOMEBODY, reason="Une erreur."),
        sheets.AttendanceReopened,
        {
            "sheet": sheets.SheetSnapshot(id=SESSION.id, version=4, closed=False),
            "reopened_by": SOMEBODY,
            "reason": "Une erreur.",
        },
    ),
    (
        facts.OccupancyChanged(seats=SESSION, queued=5),
        events.SessionOccupancyChanged,
        {"session_id": SESSION.id, "version": 0, "capacity": 4, "held": 2, "queued": 5},
    ),
]


@pytest.mark.parametrize(("fact", "event", "fields"), EXPECTED)
def test_every_fact_has_its_event(fact: facts.Fact, event: type[Message], fields: Mapping[str, Any]) -> None:
    message = announce(fact, now=NOW)
    assert type(message) is event
    assert message.occurred_at == NOW
    assert {name: getattr(message, name) for name in fields} == fields


def test_no_fact_is_left_out() -> None:
    assert {type(fact) for fact, _, _ in EXPECTED} == set(get_args(facts.Fact))


def test_the_request_is_told_with_its_rank_and_without_the_motivation() -> None:
    accepted = facts.Accepted(**MOVED, rank=RANK, accepted_by=SOMEBODY)
    message = announce(accepted, now=NOW)
    assert isinstance(message, events.EnrollmentApproved)
    assert message.enrollment.model_dump() == {
        "id": REQUEST.id,
        "version": 1,
        "account_id": REQUEST.account_id,
        "structure_id": REQUEST.structure_id,
        "training_id": REQUEST.training_id,
        "session_id": REQUEST.session_id,
        "approval": "awaiting_trainer",
        "seat": "queued",
        "rank": 3,
    }
