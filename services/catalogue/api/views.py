"""The answers about axes and trainings, and what they share with those about sessions."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.catalogue.api.session_views import AxisName, PersonView, SessionView
from services.catalogue.api.words import Act, Kind, KindLabel, TrainingState
from shared.http.views import View


class AxisView(View):
    """An axis: a theme under which trainings are listed."""

    id: UUID = Field(examples=["3f0c9a52-6c1e-4b7b-9a53-5a1f6a3c1d11"])
    version: int = Field(examples=[1])
    name: str = Field(examples=["Accompagner les publics"])
    description: str = Field(examples=["Accueillir, écouter, orienter."])
    position: int = Field(examples=[3])


class TrainingLine(View):
    """A training in a list. `next_session_at`: the first slot of its next session, null without a future session."""

    id: UUID = Field(examples=["0c0a2a86-3f2f-4f4b-8a1e-6f2d1e9b7c21"])
    version: int = Field(examples=[2])
    title: str = Field(examples=["Conduire un entretien d'accueil"])
    axis: AxisName
    kind: Kind
    kind_label: KindLabel
    members_only: bool = Field(examples=[False])
    state: TrainingState = Field(examples=["published"])
    state_label: str = Field(examples=["Publiée"], description="The state in French")
    archived: bool = Field(examples=[False], description="No longer offered; requests for it stay valid")
    summary: str = Field(examples=["Deux jours pour accueillir et écouter."])
    objectives: str = Field(examples=["Mener un premier entretien."])
    duration: str | None = Field(examples=["2 jours, 14 h"])
    next_session_at: datetime | None = Field(examples=["2027-03-02T08:00:00Z"])


class TrainingView(TrainingLine):
    """A training with its whole syllabus and its future sessions."""

    content: str = Field(examples=["Cadre, écoute active, reformulation, mises en situation."])
    audience: str = Field(examples=["Conseillers et conseillères en insertion."])
    prerequisites: str = Field(examples=["Aucun."])
    contact: str | None = Field(examples=["Nadia Roux, 05 55 00 00 00, formations@agence.example"])
    accessibility: str | None = Field(examples=["Supports en gros caractères sur demande."])
    sessions: list[SessionView]


class HistoryView(View):
    """One change by staff: what was done, by whom, and the fields that changed, in French words."""

    version: int = Field(examples=[3])
    act: Act
    label: str = Field(examples=["Session modifiée"])
    by: PersonView
    at: datetime = Field(examples=["2026-11-24T09:00:00Z"])
    note: str | None = Field(examples=["La salle a changé le matin même."])
    changed: list[str] = Field(examples=[["lieu", "créneaux"]])


class TrainerLine(PersonView):
    """Somebody who trains, or trained, a session; `upcoming`: the number of their sessions that have not begun."""

    upcoming: int = Field(examples=[2])
