"""What the templates of structures get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from web.client.desk import ChangedField, ChangeReport, StructureLine, StructureRequest
from web.dates import Dates
from web.pages.agency_people.views import full_name

_COLOURS: Final[Mapping[str, str]] = {
    "open": "wait",
    "accepted": "good",
    "refused": "bad",
    "applied": "good",
    "declined": "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something that the desk answers: `state` names its words in the template, `colour` its mark."""

    id: str
    url: str
    state: str
    colour: str
    asked: str
    answered: str | None
    answered_by: str | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStructure(Asked):
    """A structure that somebody asks for."""

    name: str
    siret: str
    town: str
    contact: str
    email: str
    structure_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Asked):
    """A change that a referent has reported."""

    structure: str
    structure_url: str
    reporter: str
    reporter_url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a structure."""

    label: str
    by: str | None
    when: str
    note: str | None
    changes: Sequence[ChangedField]


def new_structure(request: StructureRequest, dates: Dates) -> NewStructure:
    return NewStructure(
        id=str(request.id),
        url=f"/agence/structures/demandes/{request.id}",
        state=request.state,
        colour=_COLOURS[request.state],
        asked=dates.short_day(request.asked_at),
        answered=dates.short_day(request.answered_at) if request.answered_at else None,
        answered_by=full_name(request.answered_by) if request.answered_by else None,
        answer=request.answer,
        name=request.name,
        siret=request.siret,
        town=request.town,
        contact=request.contact_name,
        email=request.contact_email,
        structure_url=f"/agence/structures/{request.structure_id}" if request.structure_id else None,
    )


def report(reported: ChangeReport, dates: Dates) -> Report:
    return Report(
        id=str(reported.id),
        url=f"/agence/structures/signalements/{reported.id}",
        state=reported.state,
        colour=_COLOURS[reported.state],
        asked=dates.short_day(reported.reported_at),
        answered=dates.short_day(reported.answered_at) if reported.answered_at else None,
        answered_by=full_name(reported.answered_by) if reported.answered_by else None,
        answer=reported.answer,
        structure=reported.structure.name,
        structure_url=f"/agence/structures/{reported.structure.id}",
        reporter=full_name(reported.reporter),
        reporter_url=f"/agence/personnes/{reported.reporter.id}",
        text=reported.text,
    )


def events(lines: Sequence[StructureLine], dates: Dates) -> list[Event]:
    return [
        Event(
            label=each.label,
            by=full_name(each.acted_by) if each.acted_by else None,
            when=dates.moment(each.at),
            note=each.note,
            changes=each.changes,
        )
        for each in lines
    ]
