"""Move a request to another session of the same training. `TrainingSeats.transfer` computes the effect on seats."""

from dataclasses import replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from services.enrollment.domain.enrollment import Enrollment, Line, SessionIsOver, moved
from services.enrollment.domain.paris import moment
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import Move
from shared.errors import Refused

TransferredAs = Literal["employer", "trainer", "staff"]
"""The role of the person who moved the request, or whose proposal the person agreed to."""
OTHER_TRAINING: Final = "La session choisie n'est pas une session de la même formation."
SAME_SESSION: Final = "La demande est déjà pour cette session."
CANCELLED: Final = "La session choisie est annulée."


class TransferImpossible(Refused):
    """The request cannot be moved to that session."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self._sentence = sentence

    @property
    def sentence(self) -> str:
        return self._sentence


def check_transfer(source: SessionSeats, target: SessionSeats | None, *, now: datetime) -> SessionSeats:
    """The session to which a request may be moved. `target` is None if the training has no such session.

    Raises TransferImpossible, and SessionIsOver if the session of the request is.
    """
    if source.attendance_closed_at is not None:
        at = moment(source.attendance_closed_at)
        raise TransferImpossible(f"L'émargement de la session a été clos le {at} : la demande ne change plus.")
    if not source.is_to_come(now):
        raise SessionIsOver(source.plan.ends_at)
    if target is None:
        raise TransferImpossible(OTHER_TRAINING)
    if target.id == source.id:
        raise TransferImpossible(SAME_SESSION)
    if not target.plan.scheduled:
        raise TransferImpossible(CANCELLED)
    if target.plan.starts_at <= now:
        raise TransferImpossible(f"La session choisie a commencé le {moment(target.plan.starts_at)}.")
    if target.plan.closes_at <= now:
        raise TransferImpossible(
            f"La session choisie ne prend plus de demandes depuis le {moment(target.plan.closes_at)}."
        )
    return target


def transfer(
    enrollment: Enrollment,
    *,
    session_id: UUID,
    queue_number: int | None,
    by: UUID,
    at: datetime,
    acting_as: TransferredAs,
    note: str | None,
) -> tuple[Enrollment, Line]:
    """The first half of a transfer: the request enters the queue of the session, if it was accepted.

    The second half may promote it at once.
    """
    after, line = moved(enrollment, Move.TRANSFER, by=by, acting_as=acting_as, at=at, note=note)
    return replace(after, session_id=session_id, queue_number=queue_number), line
