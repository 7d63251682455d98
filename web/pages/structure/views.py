"""What the templates of a structure's pages get: every text ready to print, or the name of a text in the template."""

from collections.abc import Sequence
from dataclasses import dataclass

from web.client.desk import Attachment, ChangeReport, PersonName, State
from web.client.enrollment import Person
from web.client.identity import Me
from web.client.left_open import LeftOpen, PersonOf
from web.client.structure import Decision, Status, StructurePerson
from web.dates import Dates
from web.pages.header import Header
from web.pages.open_requests import OpenLine, open_line


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStructure:
    """A structure in which the reader decides."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person of the structure."""

    url: str
    rights_url: str
    name: str
    structure: str
    statuses: Sequence[Status]
    open_requests: int
    followed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentCard:
    """An attachment; `state` and `statuses` name their words in the template."""

    id: str
    url: str
    person: str
    person_url: str
    email: str
    structure: str
    structure_id: str
    town: str
    state: State
    statuses: Sequence[Status]
    is_unconfirmed: bool
    is_own: bool
    version: int
    asked: str
    confirmed: str | None
    confirmed_by: str | None
    closed: str | None
    closed_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOpenCard:
    """Requests that stay open although their person no longer follows them up; `because` names the reason."""

    url: str
    person: str
    structure: str
    because: str
    found: str
    requests: Sequence[OpenLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCard:
    """A change of a structure that a referent reported; `state` names its words in the template."""

    structure: str
    reporter: str
    text: str
    state: str
    reported: str
    answered: str | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """A decision that was taken for the structure; `now` is the state of the request today."""

    url: str
    label: str
    when: str
    by: str
    own: bool
    note: str | None
    person: str
    title: str
    begins: str
    now: str


def own_structures(header: Header, *statuses: Status) -> list[OwnStructure]:
    """The structures in which the reader has one of the statuses."""
    attachments = header.me.attachments if header.me else []
    return [
        OwnStructure(id=str(each.structure.id), name=each.structure.name)
        for each in attachments
        if each.state == "active" and set(statuses) & set(each.statuses)
    ]


def full_name(person: Person | PersonName | PersonOf) -> str:
    return f"{person.first_name} {person.last_name}"


def person_row(person: StructurePerson) -> PersonRow:
    return PersonRow(
        url=f"/structure/personnes/{person.person.id}?structure={person.structure.id}",
        rights_url=f"/rattachements/{person.attachment_id}",
        name=f"{person.person.last_name} {person.person.first_name}",
        structure=person.structure.name,
        statuses=person.statuses,
        open_requests=person.open_requests,
        followed=person.followed,
    )


def attachment_card(attachment: Attachment, dates: Dates, me: Me | None) -> AttachmentCard:
    structure = attachment.structure
    return AttachmentCard(
        id=str(attachment.id),
        url=f"/rattachements/{attachment.id}",
        person=full_name(attachment.account),
        person_url=f"/structure/personnes/{attachment.account.id}?structure={structure.id}",
        email=attachment.account.email,
        structure=structure.name,
        structure_id=str(structure.id),
        town=structure.town,
        state=attachment.state,
        statuses=attachment.statuses,
        is_unconfirmed=attachment.unconfirmed,
        is_own=me is not None and me.id == attachment.account.id,
        version=attachment.version,
        asked=dates.short_day(attachment.asked_at),
        confirmed=dates.short_day(attachment.confirmed_at) if attachment.confirmed_at else None,
        confirmed_by=full_name(attachment.confirmed_by) if attachment.confirmed_by else None,
        closed=dates.short_day(attachment.closed_at) if attachment.closed_at else None,
        closed_by=full_name(attachment.closed_by) if attachment.closed_by else None,
        reason=attachment.reason,
    )


def left_open_card(left: LeftOpen, dates: Dates) -> LeftOpenCard:
    return LeftOpenCard(
        url=f"/structure/demandes-ouvertes/{left.id}",
        person=f"{left.person.first_name} {left.person.last_name}",
        structure=left.structure.name,
        because=left.because,
        found=dates.short_day(left.found_at),
        requests=[open_line(each, dates) for each in left.requests],
    )


def report_card(report: ChangeReport, dates: Dates) -> ReportCard:
    return ReportCard(
        structure=report.structure.name,
        reporter=full_name(report.reporter),
        text=report.text,
        state=report.state,
        reported=dates.short_day(report.reported_at),
        answered=dates.short_day(report.answered_at) if report.answered_at else None,
        answer=report.answer,
    )


def decision_line(decision: Decision, dates: Dates) -> DecisionLine:
    return DecisionLine(
        url=f"/demandes/{decision.enrollment_id}",
        label=decision.label,
        when=dates.moment(decision.at),
        by=decision.by,
        own=decision.own,
        note=decision.note,
        person=full_name(decision.person),
        title=decision.session.title,
        begins=dates.short_day(decision.session.starts_at),
        now=decision.status_label,
    )
