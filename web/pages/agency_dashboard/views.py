"""What the templates of the dashboard get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from web.client.figures import RequestFigures, StructureFigures
from web.client.mails import MailFigures
from web.dates import PARIS, Dates

MONTHS: Final = 12
_STATES: Final[Mapping[str, str]] = {
    "awaiting_employer": "open",
    "awaiting_trainer": "open",
    "awaiting_beneficiary": "open",
    "validated": "validated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """Something that needs a hand; `name` names its words in the template. Without `url` there is no page for it."""

    name: str
    count: int
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The requests that were made in a month, by what became of them."""

    name: str
    short: str
    total: int
    validated: int
    open: int
    closed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The sessions of an axis. `name` is None for trainings without one."""

    name: str | None
    sessions: int
    capacity: int
    held: int
    percent: int
    queued: int


def to_do(
    requests: RequestFigures | None, structures: StructureFigures | None, mails: MailFigures | None
) -> list[ToDo]:
    """What needs a hand, of the services that answered."""
    found: list[tuple[str, int, str | None]] = []
    if structures:
        found += [
            ("structure_requests", structures.structure_requests_open, "/agence/structures/demandes"),
            ("first_users", structures.first_users_unconfirmed, "/agence/rattachements?etat=a-confirmer"),
            ("attachments", structures.attachments_requested, "/agence/rattachements"),
            ("change_reports", structures.change_reports_open, "/agence/structures/signalements"),
            ("without_referent", structures.structures_without_referent, "/agence/structures?manque=referent"),
            ("without_employer", structures.structures_without_employer, "/agence/structures?manque=employeur"),
        ]
    if requests:
        waiting = requests.waiting
        found += [
            ("without_trainer", waiting.sessions_without_trainer, "/agence/sessions?liste=sans-formateur"),
            ("overbooked", waiting.sessions_overbooked, "/agence/sessions?liste=surbookees"),
            ("sheets", waiting.sheets_to_close, "/agence/sessions?liste=passees"),
        ]
    if mails:
        found += [
            ("mails_failed", mails.failed, "/agence/mails?etat=failed"),
            ("mails_unknown", mails.unknown, "/agence/mails?etat=unknown"),
        ]
    if requests:
        found += [("undelivered", requests.waiting.undelivered, "/agence/echanges")]
    return [ToDo(name=name, count=count, url=url) for name, count, url in found if count]


def first_month(now: datetime) -> datetime:
    """The beginning of the first of the months that are shown; the last one is the present month."""
    local = now.astimezone(PARIS)
    months = local.year * 12 + local.month - 1 - (MONTHS - 1)
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=PARIS)


def months(figures: RequestFigures, dates: Dates, now: datetime) -> list[Month]:
    """Every month, also those without a request."""
    begin = first_month(now)
    numbers = [begin.year * 12 + begin.month - 1 + number for number in range(MONTHS)]
    return [_month(figures, dates, datetime(each // 12, each % 12 + 1, 1, tzinfo=PARIS)) for each in numbers]


def _month(figures: RequestFigures, dates: Dates, begin: datetime) -> Month:
    counted = {"open": 0, "validated": 0, "closed": 0}
    for each in figures.requests:
        if each.month == f"{begin:%Y-%m}":
            counted[_STATES.get(each.approval, "closed")] += each.requests
    middle = begin.replace(day=15).astimezone(UTC)
    return Month(
        name=dates.month(middle),
        short=dates.abbreviated_month(middle).rstrip("."),
        total=sum(counted.values()),
        **counted,
    )


def axes(figures: RequestFigures) -> Sequence[Axis]:
    return [
        Axis(
            name=each.axis_name,
            sessions=each.sessions,
            capacity=each.capacity,
            held=each.held,
            percent=round(100 * each.held / each.capacity) if each.capacity else 0,
            queued=each.queued,
        )
        for each in figures.fill
    ]


def delay(hours: float | None) -> tuple[int, int] | None:
    """Days and hours of a time in hours."""
    return None if hours is None else divmod(round(hours), 24)
