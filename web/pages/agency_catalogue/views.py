"""What the templates of the catalogue's pages for staff get."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from web.client import planning
from web.dates import Dates
from web.pages.visitor.views import STATE_KINDS, State, hours

TRAINING_KINDS: Final = {"draft": "warn", "published": "good", "archived": ""}
"""How the state of a training looks: see the component `state`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """A training in the list."""

    url: str
    title: str
    axis: str
    kind: str
    members_only: bool
    state: State
    next_session: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session in a list of staff."""

    url: str
    title: str
    day: str
    month: str
    weekday: str
    date: str
    hours: str
    place: str
    is_at_distance: bool
    trainers: str
    capacity: int
    held: int
    queued: int
    is_overbooked: bool
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One change of a training or a session."""

    label: str
    by: str
    when: str
    note: str | None
    changed: str


def training_row(training: planning.TrainingLine, dates: Dates) -> TrainingRow:
    return TrainingRow(
        url=f"/agence/catalogue/{training.id}",
        title=training.title,
        axis=training.axis.name,
        kind=training.kind_label,
        members_only=training.members_only,
        state=State(label=training.state_label, kind=TRAINING_KINDS[training.state]),
        next_session=dates.day(training.next_session_at) if training.next_session_at else None,
    )


def session_row(session: planning.Session, dates: Dates) -> SessionRow:
    days = dates.days(session.slots)
    return SessionRow(
        url=f"/agence/sessions/{session.id}",
        title=session.training.title,
        day=dates.day_number(session.starts_at),
        month=dates.abbreviated_month(session.starts_at),
        weekday=dates.abbreviated_weekday(session.starts_at),
        date=dates.day(session.starts_at, year=True),
        hours=f"{days[0].hours} ({hours(session.duration_hours)})" if len(days) == 1 else hours(session.duration_hours),
        place=session.place,
        is_at_distance=session.distance,
        trainers=", ".join(f"{each.first_name} {each.last_name}" for each in session.trainers),
        capacity=session.capacity,
        held=session.occupancy.held,
        queued=session.occupancy.queued,
        is_overbooked=session.occupancy.held > session.capacity,
        state=State(label=session.requests.label, kind=STATE_KINDS[session.requests.state]),
    )


def change_lines(changes: Sequence[planning.Change], dates: Dates) -> list[ChangeLine]:
    return [
        ChangeLine(
            label=each.label,
            by=f"{each.by.first_name} {each.by.last_name}",
            when=dates.moment(each.at),
            note=each.note,
            changed=", ".join(each.changed),
        )
        for each in changes
    ]
