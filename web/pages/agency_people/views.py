"""What the templates of people and attachments get."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from web.client.desk import Account, Attachment, ListedAccount, PersonName, State, Status
from web.client.enrollment import Counts, Enrollment
from web.client.left_open import LeftOpen
from web.dates import Dates
from web.pages.open_requests import OpenLine, open_line
from web.pages.requests.views import RequestCard, request_card

GROUPS: Final = ("requested", "followed", "refused", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureLink:
    """A structure of a person. `state` names its words in the template."""

    url: str
    name: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person in a list, or at the head of their page."""

    id: str
    url: str
    name: str
    sorted_name: str
    civility: str | None
    email: str
    version: int
    is_staff: bool
    is_disabled: bool
    is_proved: bool
    structures: Sequence[StructureLink]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentLine:
    """An attachment in a list, or on its page. `state` and `statuses` name their words in the template."""

    id: str
    url: str
    person: str
    person_id: str
    email: str
    structure: str
    structure_id: str
    town: str
    state: State
    statuses: Sequence[Status]
    is_unconfirmed: bool
    asked: str
    confirmed: str | None
    confirmed_by: str | None
    closed: str | None
    closed_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One of the four lists of a person's requests; `name` names its words in the template."""

    name: str
    count: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOpenCard:
    """What a person left open in a structure, to decide about."""

    id: str
    url: str
    person: str
    person_id: str
    structure: str
    structure_id: str
    because: str
    found: str
    requests: Sequence[OpenLine]


def full_name(person: PersonName) -> str:
    return f"{person.first_name} {person.last_name}"


def person_line(account: Account | ListedAccount) -> PersonLine:
    """A person; with their structures if the account is of a list."""
    attachments = account.attachments if isinstance(account, ListedAccount) else []
    return PersonLine(
        id=str(account.id),
        url=f"/agence/personnes/{account.id}",
        name=full_name(account),
        sorted_name=f"{account.last_name} {account.first_name}",
        civility=account.civility,
        email=account.email,
        version=account.version,
        is_staff=account.is_staff,
        is_disabled=account.disabled,
        is_proved=account.proved,
        structures=[
            StructureLink(url=f"/agence/structures/{each.structure.id}", name=each.structure.name, state=each.state)
            for each in attachments
        ],
    )


def attachment_line(attachment: Attachment, dates: Dates) -> AttachmentLine:
    closed_by, confirmed_by = attachment.closed_by, attachment.confirmed_by
    return AttachmentLine(
        id=str(attachment.id),
        url=f"/agence/rattachements/{attachment.id}",
        person=full_name(attachment.account),
        person_id=str(attachment.account.id),
        email=attachment.account.email,
        structure=attachment.structure.name,
        structure_id=str(attachment.structure.id),
        town=attachment.structure.town,
        state=attachment.state,
        statuses=attachment.statuses,
        is_unconfirmed=attachment.unconfirmed,
        asked=dates.short_day(attachment.asked_at),
        confirmed=dates.short_day(attachment.confirmed_at) if attachment.confirmed_at else None,
        confirmed_by=full_name(confirmed_by) if confirmed_by else None,
        closed=dates.short_day(attachment.closed_at) if attachment.closed_at else None,
        closed_by=full_name(closed_by) if closed_by else None,
        reason=attachment.reason,
    )


def groups(counts: Counts) -> list[Group]:
    return [
        Group(name=name, count=counts.groups[name].count, more=counts.groups[name].more)
        for name in GROUPS
        if name in counts.groups
    ]


def request_rows(requests: Iterable[Enrollment], dates: Dates) -> list[RequestCard]:
    return [request_card(each, dates) for each in requests]


def left_open_card(left: LeftOpen, dates: Dates) -> LeftOpenCard:
    return LeftOpenCard(
        id=str(left.id),
        url=f"/agence/demandes-ouvertes/{left.id}",
        person=f"{left.person.first_name} {left.person.last_name}",
        person_id=str(left.person.id),
        structure=left.structure.name,
        structure_id=str(left.structure.id),
        because=left.because,
        found=dates.short_day(left.found_at),
        requests=[open_line(each, dates) for each in left.requests],
    )
