"""What the templates get of presences: every text ready to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from web.client.structure import Attendance
from web.dates import Dates


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLine:
    """One slot; `status` names its words in the template."""

    day: str
    hours: str
    status: str
    arrived: str | None
    remark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceCard:
    """The presence of one person in one session."""

    url: str
    person: str
    person_url: str
    structure: str
    session_id: str
    title: str
    begins: str
    place: str
    label: str
    attended: bool
    followed: str
    certificate_url: str | None
    slots: Sequence[SlotLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendedSession:
    """A session with those who were recorded in it."""

    title: str
    begins: str
    place: str
    url: str
    cards: Sequence[AttendanceCard]


def sessions_of(cards: Sequence[AttendanceCard]) -> list[AttendedSession]:
    """The attendances by session, in their order."""
    return [
        AttendedSession(
            title=group[0].title,
            begins=group[0].begins,
            place=group[0].place,
            url=f"/structure/presences?session={session_id}",
            cards=group,
        )
        for session_id, members in groupby(cards, key=lambda card: card.session_id)
        for group in [list(members)]
    ]


def attendance_card(attendance: Attendance, dates: Dates) -> AttendanceCard:
    person, session = attendance.person, attendance.session
    url = f"/demandes/{attendance.enrollment_id}"
    return AttendanceCard(
        url=url,
        person=f"{person.first_name} {person.last_name}",
        person_url=f"/structure/personnes/{person.id}?structure={attendance.structure.id}",
        structure=attendance.structure.name,
        session_id=str(session.id),
        title=session.title,
        begins=dates.short_day(session.starts_at),
        place=session.place,
        label=attendance.status_label,
        attended=attendance.attended,
        followed=attendance.followed_label,
        certificate_url=f"{url}/certificat" if attendance.has_certificate else None,
        slots=[
            SlotLine(
                day=dates.short_day(each.starts_at),
                hours=dates.hours(each),
                status=each.status,
                arrived=dates.hour(each.arrived_at) if each.arrived_at else None,
                remark=each.remark,
            )
            for each in attendance.slots
        ],
    )
