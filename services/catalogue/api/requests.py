"""What staff may send."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, field_validator

from services.catalogue.domain.session import FEWEST_SEATS, MOST_SEATS
from services.catalogue.domain.slots import WantedSlot
from services.catalogue.domain.training import Kind, Syllabus
from shared.http.fields import Line, Strict, Text

YEARS: Final = (2000, 2100)
"""The years in which a date can be meant; outside it is a slip of the pen, or a date that PostgreSQL cannot turn to UTC."""


def _meant(value: datetime) -> datetime:
    first, last = YEARS
    if not first <= value.year <= last:
        text = f"doit se situer entre {first} et {last}"
        raise ValueError(text)
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_meant)]
Capacity = Annotated[int, Field(ge=FEWEST_SEATS, le=MOST_SEATS, examples=[12])]
Position = Annotated[int, Field(ge=0, le=1000, description="Rang d'affichage")]


class Changes(Strict):
    """Fields to change; one that is not given stays as it is, and none can be emptied."""

    @field_validator("*", mode="before")
    @classmethod
    def _is_there(cls, value: Any) -> Any:  # noqa: ANN401 - whatever was sent
        if value is None:
            raise ValueError("ne peut pas être vide")
        return value

    def given(self) -> dict[str, Any]:
        """The fields that were sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class NewAxis(Strict):
    """A theme; without a position it comes last."""

    name: Line = Field(examples=["Accompagner les publics"])
    description: Text = Field(examples=["Accueillir, écouter, orienter."])
    position: Position | None = None


class AxisChanges(Changes):
    """What changes of a theme."""

    name: Line | None = None
    description: Text | None = None
    position: Position | None = None


class NewTraining(Strict):
    """A training, first as a draft."""

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
        """What the training says of itself."""
        return Syllabus(**{name: getattr(self, name) for name in type(self).model_fields})


class TrainingChanges(Changes):
    """What changes of a training."""

    title: Line | None = None
    axis_id: UUID | None = None
    kind: Kind | None = None
    members_only: bool | None = None
    summary: Text | None = None
    objectives: Text | None = None
    content: Text | None = None
    audience: Text | None = None
    prerequisites: Text | None = None


class NewSlot(Strict):
    """One block of presence, usually half a day."""

    starts_at: Moment = Field(examples=["2027-03-02T09:00:00+01:00"])
    ends_at: Moment = Field(examples=["2027-03-02T12:30:00+01:00"])

    def wanted(self) -> WantedSlot:
        """The slot, without an id of its own yet."""
        return WantedSlot(self.starts_at, self.ends_at)


class ChangedSlot(NewSlot):
    """A slot that the session has, by its id, or a new one."""

    id: UUID | None = None

    def wanted(self) -> WantedSlot:
        """The slot, with its id if it has one."""
        return WantedSlot(self.starts_at, self.ends_at, self.id)


class NewSession(Strict):
    """One occurrence of a published training. Requests are taken from `opens_at` until `closes_at`. It may lie in the past."""

    training_id: UUID
    capacity: Capacity
    place: Line = Field(examples=["12 rue des Lilas, Limoges"])
    opens_at: Moment = Field(examples=["2026-12-01T08:00:00+01:00"])
    closes_at: Moment = Field(examples=["2027-02-20T18:00:00+01:00"])
    slots: list[NewSlot] = Field(min_length=1, max_length=60, description="Dans l'ordre, sans chevauchement")
    trainer_ids: list[UUID] = Field(max_length=10, description="Comptes des formateurs")

    def plan(self) -> dict[str, Any]:
        """When, where and by whom, but for the slots."""
        trainer_ids = tuple(self.trainer_ids)
        return {"place": self.place, "opens_at": self.opens_at, "closes_at": self.closes_at, "trainer_ids": trainer_ids}


class SessionChanges(Changes):
    """What changes of a session. `slots` is the whole list: one with an id keeps its presences, one that is missing goes."""

    place: Line | None = None
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    slots: list[ChangedSlot] | None = Field(None, min_length=1, max_length=60)
    trainer_ids: list[UUID] | None = Field(None, max_length=10)

    def plan(self) -> dict[str, Any]:
        """The fields of the plan that were sent, but for the slots."""
        changes = {name: value for name, value in self.given().items() if name != "slots"}
        return changes if self.trainer_ids is None else {**changes, "trainer_ids": tuple(self.trainer_ids)}

    def wanted_slots(self) -> list[WantedSlot] | None:
        """The slots, None when they stay."""
        return None if self.slots is None else [slot.wanted() for slot in self.slots]


class NewCapacity(Strict):
    """How many seats; below what is held nobody is evicted."""

    capacity: Capacity


class Reason(Strict):
    """Why; those who asked for the session read it."""

    reason: Text = Field(examples=["Le formateur est indisponible."])
