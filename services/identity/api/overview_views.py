"""The answers about structures that staff alone get."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import Field

from services.identity.api.views import PersonNameView, StructureView
from services.identity.storage.history import ActingAs
from services.identity.storage.overviews import Act, StructureLine
from shared.http.views import View

_LABELS: Final[Mapping[Act, str]] = {
    "StructureRegistered": "Structure ajoutée",
    "StructureUpdated": "Structure modifiée",
    "StructureClosed": "Structure fermée",
    "StructureMerged": "Structure fusionnée avec une autre",
    "StructureReopened": "Structure rouverte",
    "PeopleReceived": "Structure fusionnée avec celle-ci",
    "StructureRequestAccepted": "Structure ajoutée à la demande d’un contact",
    "StructureChangeReported": "Changement signalé",
    "ChangeReportClosed": "Signalement traité",
}
_NAMES: Final[Mapping[str, str]] = {
    "name": "Nom",
    "siret": "SIRET",
    "town": "Commune",
    "is_member": "Adhérente",
}


class StructureNameView(View):
    """A structure as a part of another answer."""

    id: UUID
    name: str = Field(examples=["Mission locale de Limoges"])


class StructureOverviewView(StructureView):
    """A structure with the numbers of its active people, and of attachments that wait for an answer."""

    closed_at: datetime | None
    merged_into: StructureNameView | None = Field(description="What goes on with the people of a closed structure")

    people: int = Field(examples=[12])
    referents: int = Field(examples=[1])
    employers: int = Field(examples=[2])
    waiting: int = Field(examples=[3])


class ChangedField(View):
    """One field that changed, with its French label."""

    field: str = Field(examples=["town"])
    label: str = Field(examples=["Commune"])
    before: str | bool = Field(examples=["Limoges"])
    after: str | bool = Field(examples=["Brive"])


class StructureLineView(View):
    """One act in the history of a structure. `acted_by` is null for a visitor and the operator."""

    at: datetime
    act: Act = Field(examples=["StructureUpdated"])
    label: str = Field(description="In French", examples=["Structure modifiée"])
    acted_by: PersonNameView | None
    acting_as: ActingAs = Field(examples=["staff"])
    note: str | None = Field(examples=["La nouvelle adresse est enregistrée."])
    changes: list[ChangedField]

    @classmethod
    def of(cls, line: StructureLine) -> "StructureLineView":
        before: Mapping[str, Any] = line.facts.get("before", {})
        after: Mapping[str, Any] = line.facts.get("after", {})
        return cls(
            at=line.at,
            act=line.act,
            label=_label(line),
            acted_by=None if line.acted_by is None else PersonNameView.model_validate(line.acted_by),
            acting_as=line.acting_as,
            note=line.note,
            changes=[
                ChangedField(field=name, label=_NAMES[name], before=before[name], after=after[name]) for name in after
            ],
        )


def _label(line: StructureLine) -> str:
    label = _LABELS[line.act]
    if line.act != "PeopleReceived":
        return label
    people = line.facts["people"]
    came = f"{people} personnes" if people > 1 else ("1 personne" if people else "personne n’y était rattaché")
    return f"{label} : {line.facts['from_name']} ({came})"


class FiguresView(View):
    """Numbers for the dashboard of staff."""

    structures: int = Field(examples=[240])
    members: int = Field(examples=[180])
    structures_without_referent: int = Field(examples=[4])
    structures_without_employer: int = Field(examples=[9])
    attachments_requested: int = Field(examples=[7])
    first_users_unconfirmed: int = Field(examples=[2])
    structure_requests_open: int = Field(examples=[3])
    change_reports_open: int = Field(examples=[1])
    accounts: int = Field(description="Accounts that can sign in", examples=[1900])
    accounts_invited: int = Field(description="Accounts whose owner has not proved the address yet", examples=[5])
    accounts_disabled: int = Field(examples=[12])
