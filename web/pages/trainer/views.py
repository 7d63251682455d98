"""What the templates of trainers' pages get."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.client.enrollment import TrainerSession
from web.dates import PARIS, Dates, Day


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session of the trainer, ready to print."""

    id: str
    title: str
    day: str
    month: str
    weekday: str
    days: Sequence[Day]
    place: str
    label: str
    held: int
    capacity: int
    queued: int
    pending: int
    awaiting_answer: int


def session_row(session: TrainerSession, dates: Dates) -> SessionRow:
    first = session.starts_at.astimezone(PARIS)
    return SessionRow(
        id=str(session.id),
        title=session.title,
        day=str(first.day),
        month=dates.abbreviated_month(first),
        weekday=dates.abbreviated_weekday(first),
        days=dates.days(session.slots),
        place=session.place,
        label=session.state_label,
        held=session.held,
        capacity=session.capacity,
        queued=session.queued,
        pending=session.pending,
        awaiting_answer=session.awaiting_answer,
    )
