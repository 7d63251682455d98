"""The bodies and parameters that requests may have."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, field_validator

from services.catalogue.domain.axis import AxisChanges
from services.catalogue.domain.plan import PlanChanges, WantedPlan
from services.catalogue.domain.session import FEWEST_SEATS, MOST_SEATS
from services.catalogue.domain.slots import WantedSlot
from services.catalogue.domain.training import Kind, Syllabus, SyllabusChanges
from shared.http.fields import Line, Strict, Text

YEARS: Final = (2000, 2100)
"""A date outside these years is a typing error, or one that PostgreSQL cannot convert to UTC."""


def _in_plausible_years(value: datetime) -> datetime:
    first, last = YEARS
    if not first <= value.year <= last:
        text = f"doit se situer entre {first} et {last}"
        raise ValueError(text)
    return value


def _blank_as_none(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return None if isinstance(value, str) and not value.strip() else value


PlausibleTime = Annotated[AwareDatetime, AfterValidator(_in_plausible_years)]
Capacity = Annotated[int, Field(ge=FEWEST_SEATS, le=MOST_SEATS, examples=[12])]
Position = Annotated[int, Field(ge=0, le=1000, description="Axes are listed by increasing position")]
Words = Annotated[
    Line | None,
    BeforeValidator(_blank_as_none),
    Query(description="Words to find in title, summary and objectives, ignoring accents and case"),
]


class Changes(Strict):
    """Fields to change. A field that is left out stays as it is; null is not allowed."""

    @field_validator("*", mode="before")
    @classmethod
    def _not_null(cls, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if value is None:
            raise ValueError("ne peut pas être vide")
        return value


class NewAxis(Strict):
    """An axis. Without a position it comes last."""

    name: Line = Field(examples=["Accompagner les publics"])
    description: Text = Field(examples=["Accueillir, écouter, orienter."])
    position: Position | None = None


class AxisEdit(Changes):
    """The fields of an axis to change."""

    name: Line | None = None
    description: Text | None = None
    position: Position | None = None

    def changes(self) -> AxisChanges:
        return AxisChanges(**dict(self))


class NewTraining(Strict):
    """A training; it starts as a draft."""

    title: Line = Field(examples=["Conduire un entretien d'accueil"])
    axis_id: UUID
    kind: Kind
    members_only: bool = False
    summary: Text = Field(examples=["Deux jours pour accueillir et écouter."])
    objectives: Text = Field(examples=["Mener un premier entretien."])
    content: Text = Field(examples=["Cadre, écoute active, reformulation, mises en situation."])
    audience: Text = Field(examples=["Conseillers et conseillères en insertion."])
    prerequisites: Text = Field(examples=["Aucun."])

    def syllabus(self) -> Syllabus:
        return Syllabus(**dict(self))


class TrainingEdit(Changes):
    """The fields of a training to change."""

    title: Line | None = None
    axis_id: UUID | None = None
    kind: Kind | None = None
    members_only: bool | None = None
    summary: Text | None = None
    objectives: Text | None = None
    content: Text | None = None
    audience: Text | None = None
    prerequisites: Text | None = None

    def changes(self) -> SyllabusChanges:
        return SyllabusChanges(**dict(self))


class NewSlot(Strict):
    """One block of presence, usually half a day."""

    starts_at: PlausibleTime = Field(examples=["2027-03-02T09:00:00+01:00"])
    ends_at: PlausibleTime = Field(examples=["2027-03-02T12:30:00+01:00"])

    def wanted(self) -> WantedSlot:
        return WantedSlot(starts_at=self.starts_at, ends_at=self.ends_at)


class ChangedSlot(NewSlot):
    """A slot of the session, named by its id, or a new slot without an id."""

    id: UUID | None = None

    def wanted(self) -> WantedSlot:
        return WantedSlot(id=self.id, starts_at=self.starts_at, ends_at=self.ends_at)


class NewSession(Strict):
    """A session of a published training; it may be past. Requests are accepted from `opens_at` to `closes_at`."""

    training_id: UUID
    capacity: Capacity
    place: Line = Field(examples=["12 rue des Lilas, Limoges"])
    opens_at: PlausibleTime = Field(examples=["2026-12-01T08:00:00+01:00"])
    closes_at: PlausibleTime = Field(examples=["2027-02-20T18:00:00+01:00"])
    slots: list[NewSlot] = Field(min_length=1, max_length=60, description="In order of time, without overlap")
    trainer_ids: list[UUID] = Field(max_length=10, description="Accounts of the trainers")

    def plan(self) -> WantedPlan:
        return WantedPlan(
            place=self.place,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            slots=tuple(slot.wanted() for slot in self.slots),
            trainer_ids=tuple(self.trainer_ids),
        )


class SessionEdit(Changes):
    """The fields of a session to change. `slots` replaces the whole list; a slot with its id keeps its presences."""

    place: Line | None = None
    opens_at: PlausibleTime | None = None
    closes_at: PlausibleTime | None = None
    slots: list[ChangedSlot] | None = Field(None, min_length=1, max_length=60)
    trainer_ids: list[UUID] | None = Field(None, max_length=10)

    def changes(self) -> PlanChanges:
        return PlanChanges(
            place=self.place,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            slots=None if self.slots is None else tuple(slot.wanted() for slot in self.slots),
            trainer_ids=None if self.trainer_ids is None else tuple(self.trainer_ids),
        )


class NewCapacity(Strict):
    """The number of seats. It may be lower than the number of seats held: nobody loses a seat."""

    capacity: Capacity


class Reason(Strict):
    """The reason that the participants read."""

    reason: Text = Field(examples=["Le formateur est indisponible."])
