"""What the templates of visitors' pages get: every text ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from web.client import catalogue
from web.dates import PARIS, Dates, Day


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCard:
    """A session in a list."""

    url: str
    title: str
    day: str
    month: str
    weekday: str
    axis: str
    place: str
    days: Sequence[Day]
    members_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The sessions of a month."""

    name: str
    sessions: Sequence[SessionCard]


def months(sessions: Sequence[catalogue.Session], dates: Dates) -> list[Month]:
    """The sessions by the month of their first slot, in their order."""
    return [
        Month(name=dates.month(group[0].slots[0].starts_at), sessions=[card(each, dates) for each in group])
        for _, members in groupby(sessions, key=lambda each: each.slots[0].starts_at.astimezone(PARIS).strftime("%Y-%m"))
        for group in [list(members)]
    ]


def card(session: catalogue.Session, dates: Dates) -> SessionCard:
    first = session.slots[0].starts_at.astimezone(PARIS)
    return SessionCard(
        url=f"/formations/{session.training.id}#{session.id}",
        title=session.training.title,
        day=str(first.day),
        month=dates.abbreviated_month(first),
        weekday=dates.abbreviated_weekday(first),
        axis=session.training.axis.name,
        place=session.place,
        days=dates.days(session.slots),
        members_only=session.training.members_only,
    )
