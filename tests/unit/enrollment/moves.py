"""Every move of the tables of states, with arguments that make it possible from each state that allows it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import uuid4

from services.enrollment.domain import decisions
from services.enrollment.domain.attendance import Attendance
from services.enrollment.domain.enrollment import Enrollment, Line
from services.enrollment.domain.facts import MovedFact
from services.enrollment.domain.states import Move
from services.enrollment.domain.transfer import transfer
from tests.unit.enrollment.examples import NOW, SOMEBODY

WEEK = timedelta(days=7)

NOBODY_THERE = Attendance(())


def request_and_line(fact: MovedFact) -> tuple[Enrollment, Line]:
    [line] = fact.lines
    return fact.enrollment, line


MOVES: Mapping[Move, Callable[[Enrollment], tuple[Enrollment, Line]]] = {
    Move.ACCEPT: lambda e: decisions.enter(
        e, queue_number=12, by=SOMEBODY, at=NOW, session_ends=NOW + WEEK, acting_as="employer", note=None
    ),
    Move.REFUSE: lambda e: request_and_line(decisions.refuse(e, by=SOMEBODY, at=NOW, reason="Pas cette année")),
    Move.EXPIRE: lambda e: request_and_line(decisions.expire(e, at=NOW)),
    Move.VALIDATE: lambda e: request_and_line(decisions.validate(e, rank=None, by=SOMEBODY, at=NOW)),
    Move.ASK: lambda e: request_and_line(decisions.ask(e, rank=None, by=SOMEBODY, at=NOW, question="Quel public ?")),
    Move.ANSWER: lambda e: request_and_line(decisions.answer(e, rank=None, by=SOMEBODY, at=NOW, text="Des jeunes")),
    Move.DECLINE: lambda e: request_and_line(decisions.decline(e, by=SOMEBODY, at=NOW, reason="Hors public")),
    Move.WITHDRAW: lambda e: request_and_line(
        decisions.withdraw(e, by=SOMEBODY, at=NOW, first_slot=NOW + 2 * WEEK, session_ends=NOW + 3 * WEEK, notice=WEEK)
    ),
    Move.ABANDON: lambda e: request_and_line(
        decisions.abandon(e, by=SOMEBODY, at=NOW, reason=None, acting_as="beneficiary")
    ),
    Move.CANCEL: lambda e: request_and_line(
        decisions.cancel(e, by=None, at=NOW, reason="Session annulée", acting_as="session")
    ),
    Move.PROMOTE: lambda e: request_and_line(decisions.promote(e, at=NOW)),
    Move.TRANSFER: lambda e: transfer(
        e, session_id=uuid4(), queue_number=12, by=SOMEBODY, at=NOW, acting_as="staff", note="Plus près"
    ),
    Move.FOLLOW: lambda e: request_and_line(
        decisions.follow(e, uuid4(), rank=None, at=NOW, note="Structure d'origine")
    ),
    Move.ATTEND: lambda e: request_and_line(
        decisions.attend(e, NOBODY_THERE, by=SOMEBODY, at=NOW, acting_as="trainer", note=None)
    ),
    Move.ADMIT: lambda e: request_and_line(
        decisions.admit(e, queue_number=12, by=SOMEBODY, at=NOW, acting_as="trainer", note=None)
    ),
    Move.CORRECT: lambda e: request_and_line(
        decisions.correct(e, NOBODY_THERE, by=SOMEBODY, at=NOW, acting_as="trainer", note="Erreur de saisie.")
    ),
}
