"""What the templates get of a request: every text ready to print, or the name of a text in the template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from web.client.enrollment import Approval, Enrollment, HistoryLine, Move, SessionTime
from web.client.mails import MailAbout
from web.dates import PARIS, Dates, Day

_KINDS: Final = {
    "awaiting_employer": "wait",
    "awaiting_trainer": "act",
    "awaiting_beneficiary": "warn",
    "validated": "good",
    "refused": "bad",
    "declined": "bad",
    "expired": "bad",
}
_AT: Final = {"awaiting_employer": 1, "refused": 1, "expired": 1, "awaiting_trainer": 2, "awaiting_beneficiary": 2}
_STOPPED: Final = frozenset({"refused", "expired", "declined", "withdrawn", "cancelled", "abandoned"})
NAMES: Final = ("request", "employer", "trainer", "enrolment", "presence")
DIRECT: Final = ("accept", "validate", "undo")
"""Moves that one press makes, unless something has to be said with them. Every other one has a page of its own."""

Position = Literal["done", "now", "stopped", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCard:
    """A request in a list, and on its page. `next` names the sentence that says what comes next."""

    id: str
    url: str
    title: str
    person: str
    structure: str
    mine: bool
    day: str
    month: str
    weekday: str
    days: Sequence[Day]
    place: str
    trainers: str
    label: str
    kind: str
    next: str
    until: str | None
    begins: str
    asked: str
    rank: int | None
    queue_length: int | None
    is_late: bool
    quota: str | None
    moves: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the five steps of a request."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, or a mail: `mail` says what became of it, and `by` is its recipient."""

    label: str
    by: str
    when: str
    note: str | None
    from_session: str | None
    to_session: str | None
    mail: str | None = None


def request_card(request: Enrollment, dates: Dates) -> RequestCard:
    session, first = request.session, request.session.starts_at.astimezone(PARIS)
    return RequestCard(
        id=str(request.id),
        url=f"/demandes/{request.id}",
        title=session.title,
        person=f"{request.person.first_name} {request.person.last_name}",
        structure=request.structure.name,
        mine=request.mine,
        day=str(first.day),
        month=dates.abbreviated_month(first),
        weekday=dates.abbreviated_weekday(first),
        days=dates.days(session.slots),
        place=session.place,
        trainers=", ".join(f"{each.first_name} {each.last_name}" for each in session.trainers),
        label=request.status_label,
        kind=_kind(request),
        next=next_step(request),
        until=dates.moment(request.decide_before) if request.decide_before else None,
        begins=dates.moment(session.starts_at),
        asked=dates.short_day(request.requested_at),
        rank=request.rank,
        queue_length=request.queue_length,
        is_late=request.late,
        quota=request.quota.sentence if request.quota else None,
        moves=frozenset(each.move for each in request.moves),
    )


def _kind(request: Enrollment) -> str:
    """How the state looks: see the component `state`."""
    if request.attended is False:
        return "bad"
    return "wait" if request.seat == "queued" else _KINDS.get(request.approval, "")


def next_step(request: Enrollment) -> str:
    """The name of the sentence about what comes next; empty if nothing does."""
    if request.approval in _STOPPED or request.attended is not None:
        return ""
    if request.approval == "validated":
        if request.seat == "queued":
            return "seat"
        return "sheet" if request.session.ends_at < datetime.now(UTC) else "come"
    own = {each.move for each in request.moves if each.acting_as in {"employer", "trainer"}}
    if "accept" in own:
        return "decide"
    if "validate" in own and request.approval == "awaiting_trainer":
        return "validate"
    return {"awaiting_employer": "employer", "awaiting_trainer": "trainer", "awaiting_beneficiary": "answer"}[
        request.approval
    ]


def steps(request: Enrollment, history: Sequence[HistoryLine]) -> list[Step]:
    """Where the request is. A request that was withdrawn or cancelled stopped where it was before."""
    closed = request.approval in {"withdrawn", "cancelled", "abandoned"}
    approval: Approval = history[-1].from_approval if closed and history else request.approval
    at = 2 if request.approval == "declined" else _AT.get(approval, 3 if request.seat == "queued" else 4)
    stopped = request.approval in _STOPPED or request.attended is False
    if request.attended:
        at = len(NAMES)
    return [Step(name=name, position=_position(index, at, stopped=stopped)) for index, name in enumerate(NAMES)]


def _position(index: int, at: int, *, stopped: bool) -> Position:
    if index == at:
        return "stopped" if stopped else "now"
    return "done" if index < at else "later"


def events(history: Sequence[HistoryLine], dates: Dates) -> list[Event]:
    return [
        Event(
            label=each.label,
            by=each.by,
            when=dates.moment(each.at),
            note=each.note,
            from_session=_when_and_where(each.from_session, dates),
            to_session=_when_and_where(each.to_session, dates),
        )
        for each in history
    ]


def with_mails(happened: Sequence[HistoryLine], mails: Sequence[MailAbout] | None, dates: Dates) -> list[Event]:
    """What happened and the mails about it, in order of time; only the former if the mails are not known."""
    told = [
        (
            each.at,
            Event(
                label=each.subject or each.kind_label,
                by=each.recipient_name or "",
                when=dates.moment(each.at),
                note=None,
                from_session=None,
                to_session=None,
                mail=each.status_label,
            ),
        )
        for each in mails or ()
    ]
    lines = [(line.at, event) for line, event in zip(happened, events(happened, dates), strict=True)]
    return [event for _, event in sorted([*lines, *told], key=lambda pair: pair[0])]


def _when_and_where(session: SessionTime | None, dates: Dates) -> str | None:
    return None if session is None else f"{dates.moment(session.starts_at)}, {session.place}"


def direct(moves: Sequence[Move]) -> list[Move]:
    """The moves that one press makes."""
    return [each for each in moves if each.move in DIRECT and each.needs is None]
