"""Which moves of a request are possible now: one check for whoever makes a move, and for whoever is offered it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from services.enrollment.domain.decisions import gives_up_later, not_begun
from services.enrollment.domain.enrollment import Enrollment, IllegalMove, Line, SessionIsOver, moves_of_states
from services.enrollment.domain.paris import moment
from services.enrollment.domain.rules.own_request import check_own_acceptance
from services.enrollment.domain.session_seats import NoSeatFree
from services.enrollment.domain.states import (
    ACTORS,
    BY_HISTORY,
    REOPENED_FROM,
    UNDONE_FROM,
    ActingAs,
    Approval,
    Move,
    Seat,
)
from shared.errors import Refused

UNDO_TIME: Final = timedelta(minutes=15)
_ORDER: Final = {move: number for number, move in enumerate(Move)}
ROLES: Final[Sequence[ActingAs]] = ("beneficiary", "employer", "trainer", "staff")
"""A person with several roles acts in the first one that allows the move: staff act for others only if they must."""


class OwnRequest(Refused):
    """Nobody decides on their own request while somebody else can."""

    sentence = (
        "Vous ne pouvez pas décider de votre propre demande : une autre personne de votre structure, un autre "
        "formateur ou l'agence doit le faire."
    )


class WaitsForTheSeat(Refused):
    """Nobody takes a seat away from somebody else while they wait for one of the session themselves."""

    sentence = (
        "Vous attendez vous-même une place dans cette session : une autre personne de votre structure, un autre "
        "formateur ou l'agence doit en décider."
    )


class NoAgreementYet(Refused):
    """An employer takes back an agreement that was not given."""

    sentence = "Aucun accord n'a été donné pour cette demande : refusez-la si vous ne l'acceptez pas."


class NotPossibleBeforeTheStart(Refused):
    """Only a session that has begun can be abandoned."""

    sentence = "La session n'a pas commencé : c'est un désistement, pas un abandon."


class NothingToUndo(Refused):
    """The last decision is not one that this person took a moment ago, or something followed it."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__(until)
        self.until = until

    @property
    def sentence(self) -> str:
        if self.until is not None:
            return f"Cette décision pouvait être annulée jusqu'au {moment(self.until)} : écrivez à l'agence."
        return "Il n'y a pas ici de décision que vous puissiez annuler."


class CannotBeReopened(Refused):
    """Something stands in the way of reopening a request."""

    @property
    def sentence(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What counts beside the states of a request.

    `takes_place`: the session is not cancelled and its sheet is not closed. `other_must_decide`: the actor would decide
    on their own request as an employer, and the structure has another one. `last` is the last decision; a seat that
    followed from it at once is not one. `has_other_open`: the person has another open request for the training.
    `has_other_session`: the training has another session that takes requests now. `is_beneficiary`: the person
    may still make requests in the structure. `actor_waits`: the actor is in the queue of the session.
    """

    now: datetime
    starts_at: datetime
    ends_at: datetime
    takes_place: bool
    capacity: int
    held: int
    other_must_decide: bool = False
    is_unconfirmed: bool = False
    last: Line | None = None
    has_other_open: bool = False
    has_other_session: bool = False
    is_beneficiary: bool = True
    actor_waits: bool = False


Check = Callable[[Enrollment, UUID, ActingAs, Circumstances], None]


def check(move: Move, enrollment: Enrollment, *, actor: UUID, acting_as: ActingAs, now: Circumstances) -> None:
    """Raises the Refused that says why the move is not possible now."""
    if move not in _considered(enrollment.approval, enrollment.seat, enrollment.attendance is not None, acting_as):
        raise IllegalMove(enrollment.approval, enrollment.seat, move)
    _check_circumstances(move, enrollment, actor, acting_as, now)


def offered(
    enrollment: Enrollment, *, actor: UUID, roles: Sequence[ActingAs], now: Circumstances
) -> list[tuple[Move, ActingAs]]:
    """Every move that the person can make now, with the role in which they make it."""
    states = enrollment.approval, enrollment.seat, enrollment.attendance is not None
    possible: dict[Move, ActingAs] = {}
    for role in roles:
        for move in _considered(*states, role):
            if move not in possible and _is_possible(move, enrollment, actor, role, now):
                possible[move] = role
    return [(move, possible[move]) for move in sorted(possible, key=_ORDER.__getitem__)]


def _is_possible(move: Move, enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances) -> bool:
    try:
        _check_circumstances(move, enrollment, actor, acting_as, now)
    except Refused:
        return False
    return True


def _check_circumstances(
    move: Move, enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances
) -> None:
    if special := _CHECKS.get(move):
        special(enrollment, actor, acting_as, now)


@cache  # it depends on the tables only, and is asked for each line of each list
def _considered(
    approval: Approval,
    seat: Seat,
    is_attended: bool,  # noqa: FBT001 - `cache` is slower with names
    acting_as: ActingAs,
) -> frozenset[Move]:
    """The moves that the role makes and that the states allow. Two moves depend on the history instead."""
    by_history = {move for move in BY_HISTORY if acting_as in ACTORS[move]}
    return (moves_of_states(approval, seat, is_attended, acting_as) - BY_HISTORY) | by_history


def _not_ones_own(enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances) -> None:
    if actor == enrollment.account_id and (acting_as != "employer" or now.other_must_decide):
        raise OwnRequest


def _not_for_ones_own_seat(enrollment: Enrollment, actor: UUID, now: Circumstances) -> None:
    if now.actor_waits and enrollment.seat is Seat.HELD and actor != enrollment.account_id:
        raise WaitsForTheSeat


def _declining(enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances) -> None:
    _not_ones_own(enrollment, actor, acting_as, now)
    _not_for_ones_own_seat(enrollment, actor, now)


def _acceptance(enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances) -> None:
    _not_ones_own(enrollment, actor, acting_as, now)
    check_own_acceptance(decider=actor, beneficiary=enrollment.account_id, is_unconfirmed=now.is_unconfirmed)
    _not_over(now)


def _cancellation(enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances) -> None:
    _not_for_ones_own_seat(enrollment, actor, now)
    if acting_as != "employer":
        return
    if enrollment.approval is Approval.AWAITING_EMPLOYER:
        raise NoAgreementYet
    _not_ones_own(enrollment, actor, acting_as, now)


def _withdrawal(enrollment: Enrollment, actor: UUID, _: ActingAs, now: Circumstances) -> None:
    _not_over(now)
    _not_for_ones_own_seat(enrollment, actor, now)
    if gives_up_later(enrollment, first_slot=now.starts_at, at=now.now):
        not_begun(now.starts_at, now.now)


def _abandonment(enrollment: Enrollment, _: UUID, __: ActingAs, now: Circumstances) -> None:
    if not gives_up_later(enrollment, first_slot=now.starts_at, at=now.now):
        raise NotPossibleBeforeTheStart


def _promotion(enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances) -> None:
    _not_ones_own(enrollment, actor, acting_as, now)
    not_begun(now.starts_at, now.now)
    if now.held >= now.capacity or not now.takes_place:
        raise NoSeatFree(now.capacity, now.held)


def _transfer(enrollment: Enrollment, actor: UUID, _: ActingAs, now: Circumstances) -> None:
    _not_over(now)
    _not_for_ones_own_seat(enrollment, actor, now)
    if not now.takes_place or not now.has_other_session:
        raise IllegalMove(enrollment.approval, enrollment.seat, Move.TRANSFER)


def _undoing(enrollment: Enrollment, actor: UUID, acting_as: ActingAs, now: Circumstances) -> None:
    last = now.last
    is_ours = last is not None and last.by == actor and last.acting_as == acting_as
    if last is None or not is_ours or UNDONE_FROM.get(last.move) is not enrollment.approval or enrollment.attendance:
        raise NothingToUndo
    if now.now > last.at + UNDO_TIME:
        raise NothingToUndo(last.at + UNDO_TIME)
    _can_be_open_again(enrollment, last, now)


def _reopening(enrollment: Enrollment, _: UUID, __: ActingAs, now: Circumstances) -> None:
    if enrollment.approval not in REOPENED_FROM or now.last is None:
        raise IllegalMove(enrollment.approval, enrollment.seat, Move.REOPEN)
    _can_be_open_again(enrollment, now.last, now)


def _can_be_open_again(enrollment: Enrollment, last: Line, now: Circumstances) -> None:
    _not_over(now)
    if not now.takes_place:
        raise CannotBeReopened("La session n'a pas lieu, ou son émargement est clos.")
    if last.from_approval is Approval.AWAITING_EMPLOYER:
        not_begun(now.starts_at, now.now)
    if enrollment.approval in REOPENED_FROM and now.has_other_open:
        raise CannotBeReopened("La personne a une autre demande en cours pour cette formation.")
    if enrollment.approval in REOPENED_FROM and not now.is_beneficiary:
        raise CannotBeReopened("La personne n'est plus bénéficiaire dans cette structure.")


def _not_over(now: Circumstances) -> None:
    if now.now >= now.ends_at:
        raise SessionIsOver(now.ends_at)


_CHECKS: Final[Mapping[Move, Check]] = {
    Move.ACCEPT: _acceptance,
    Move.REFUSE: _not_ones_own,
    Move.VALIDATE: _not_ones_own,
    Move.ASK: _not_ones_own,
    Move.DECLINE: _declining,
    Move.CANCEL: _cancellation,
    Move.WITHDRAW: _withdrawal,
    Move.ABANDON: _abandonment,
    Move.PROMOTE: _promotion,
    Move.TRANSFER: _transfer,
    Move.UNDO: _undoing,
    Move.REOPEN: _reopening,
}
"""What a move needs beside the tables of states."""


def roles_of(
    enrollment: Enrollment, *, actor: UUID, is_employer: bool, is_trainer: bool, is_staff: bool
) -> list[ActingAs]:
    """The roles that a person has for a request."""
    has: Mapping[ActingAs, bool] = {
        "beneficiary": actor == enrollment.account_id,
        "employer": is_employer,
        "trainer": is_trainer,
        "staff": is_staff,
    }
    return [role for role in ROLES if has[role]]


def last_decision(lines: Sequence[Line]) -> Line | None:
    """The last line of a history, oldest line first; a seat that the queue gave at the same moment is passed over."""
    *before, last = lines or (None,)
    if last is not None and before and last.move is Move.PROMOTE and before[-1] and before[-1].at == last.at:
        return before[-1]
    return last
