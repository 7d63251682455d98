"""What the templates of visitors' pages get: every text ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from web.client import catalogue
from web.dates import PARIS, Dates, Day

STATE_KINDS: Final = {"open": "good", "full": "wait", "upcoming": "act", "closed": "", "over": "", "cancelled": "bad"}
"""How the state of a session looks: see the component `state`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state in words, and how it looks."""

    label: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCard:
    """A session in a list, or on the page of its training."""

    id: str
    url: str
    title: str
    day: str
    month: str
    weekday: str
    axis: str
    kind: str
    place: str
    address: str | None
    access: str | None
    is_at_distance: bool
    link: str | None
    days: Sequence[Day]
    hours: str
    trainers: str
    members_only: bool
    state: State
    can_be_asked_for: bool
    why_cancelled: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The sessions of a month."""

    name: str
    sessions: Sequence[SessionCard]


def months(sessions: Sequence[catalogue.Session], dates: Dates) -> list[Month]:
    """The sessions by the month of their first slot, in their order."""
    return [
        Month(name=dates.month(group[0].starts_at), sessions=[card(each, dates) for each in group])
        for _, members in groupby(sessions, key=lambda each: each.starts_at.astimezone(PARIS).strftime("%Y-%m"))
        for group in [list(members)]
    ]


def card(session: catalogue.Session, dates: Dates) -> SessionCard:
    first = session.starts_at.astimezone(PARIS)
    return SessionCard(
        id=str(session.id),
        url=f"/formations/{session.training.id}#session-{session.id}",
        title=session.training.title,
        day=str(first.day),
        month=dates.abbreviated_month(first),
        weekday=dates.abbreviated_weekday(first),
        axis=session.training.axis.name,
        kind=session.training.kind_label,
        place=session.place,
        address=session.address if session.address != session.place else None,
        access=session.access,
        is_at_distance=session.distance,
        link=session.link,
        days=dates.days(session.slots),
        hours=hours(session.duration_hours),
        trainers=", ".join(f"{each.first_name} {each.last_name}" for each in session.trainers),
        members_only=session.training.members_only,
        state=State(label=session.requests.sentence, kind=STATE_KINDS[session.requests.state]),
        can_be_asked_for=session.requests.state in {"open", "full"},
        why_cancelled=session.cancelled.reason if session.cancelled else None,
    )


def elsewhere(training: catalogue.Training, session_id: UUID, dates: Dates) -> list[SessionCard]:
    """The other sessions of a training that can be asked for now: those with free seats first."""
    others = [each for each in training.sessions if each.id != session_id and each.requests.state in {"open", "full"}]
    return [card(each, dates) for each in sorted(others, key=lambda each: each.requests.state == "full")]


def hours(number: float) -> str:
    """Such as "7 h" or "3 h 30"."""
    whole, minutes = divmod(round(number * 60), 60)
    return f"{whole}\N{NO-BREAK SPACE}h" + (f"\N{NO-BREAK SPACE}{minutes:02}" if minutes else "")
