"""What the templates get of a session of a trainer, its requests and its people."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.client.enrollment import Enrollment, Move
from web.client.sheets import Line, Sheet
from web.dates import Dates, Day
from web.pages.requests.views import RequestCard, direct, request_card


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHead:
    """A session, ready to print. `origin` is the page of the session from which the reader comes to the sheet."""

    id: str
    url: str
    origin: str
    title: str
    date: str
    days: Sequence[Day]
    place: str
    axis: str | None
    label: str
    kind: str
    capacity: int
    held: int
    queued: int
    can_record: bool
    is_closed: bool
    is_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequest:
    """A request with its motivation, and the moves of a trainer: those of one press, and those with a page."""

    card: RequestCard
    motivation: str | None
    question: str | None
    direct: Sequence[Move]
    others: Sequence[Move]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRow:
    """A person who holds a seat."""

    url: str
    name: str
    structure: str
    email: str | None
    label: str
    kind: str


def session_head(sheet: Sheet, dates: Dates) -> SessionHead:
    session, is_staff = sheet.session, sheet.acting_as == "staff"
    return SessionHead(
        id=str(session.id),
        url=f"/formateur/sessions/{session.id}",
        origin=f"/agence/sessions/{session.id}" if is_staff else f"/formateur/sessions/{session.id}",
        title=session.title,
        date=dates.day(session.starts_at, year=True),
        days=dates.days(session.slots),
        place=session.place,
        axis=session.axis,
        label=session.state_label,
        kind="bad" if session.state == "cancelled" else "good" if sheet.closed_at else "act",
        capacity=session.capacity,
        held=session.held,
        queued=session.queued,
        can_record=sheet.move("record") is not None,
        is_closed=sheet.closed_at is not None,
        is_staff=is_staff,
    )


def waiting_request(request: Enrollment, dates: Dates) -> WaitingRequest:
    of_trainer = [each for each in request.moves if each.move in {"validate", "ask", "decline"}]
    pressed = direct(of_trainer)
    return WaitingRequest(
        card=request_card(request, dates),
        motivation=request.motivation,
        question=request.question.text if request.question else None,
        direct=pressed,
        others=[each for each in of_trainer if each not in pressed],
    )


def participant(line: Line) -> ParticipantRow:
    return ParticipantRow(
        url=f"/demandes/{line.enrollment_id}",
        name=f"{line.person.first_name} {line.person.last_name}",
        structure=line.structure.name,
        email=line.person.email,
        label=line.status_label,
        kind="" if line.abandoned else "good" if line.validated else "act",
    )
