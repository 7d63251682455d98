"""The bodies that change axes and trainings."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.catalogue.api.fields import OptionalLine, OptionalText
from services.catalogue.domain.axis import AxisChanges
from services.catalogue.domain.training import Kind, Syllabus, SyllabusChanges
from shared.http.fields import Line, Strict, Text

Position = Annotated[int, Field(ge=0, le=1000, description="Axes are listed by increasing position", examples=[3])]


class Changes(Strict):
    """Fields to change. A field that is left out stays as it is; null empties it, where that is allowed."""

    can_be_emptied: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _not_null(cls, value: Any, info: ValidationInfo) -> Any:  # noqa: ANN401 - any JSON value
        if value is None and info.field_name not in cls.can_be_emptied:
            raise ValueError("ne peut pas être vide")
        return value

    def sent(self) -> dict[str, Any]:
        """The fields that were sent; an emptied one is an empty text."""
        given = ((name, getattr(self, name)) for name in self.model_fields_set)
        return {name: "" if value is None else value for name, value in given}


class NewAxis(Strict):
    """An axis. Without a position it comes last."""

    name: Line = Field(examples=["Accompagner les publics"])
    description: Text = Field(examples=["Accueillir, écouter, orienter."])
    position: Position | None = Field(None, examples=[3])


class AxisEdit(Changes):
    """The fields of an axis to change."""

    name: Line | None = Field(None, examples=["Accompagner les publics"])
    description: Text | None = Field(None, examples=["Accueillir, écouter, orienter."])
    position: Position | None = Field(None, examples=[3])

    def changes(self) -> AxisChanges:
        return AxisChanges(**dict(self))


class NewTraining(Strict):
    """A training; it starts as a draft."""

    title: Line = Field(examples=["Conduire un entretien d'accueil"])
    axis_id: UUID = Field(examples=["3f0c9a52-6c1e-4b7b-9a53-5a1f6a3c1d11"])
    kind: Kind = Field(examples=["training"])
    members_only: bool = Field(default=False, examples=[False])
    summary: Text = Field(examples=["Deux jours pour accueillir et écouter."])
    objectives: Text = Field(examples=["Mener un premier entretien."])
    content: Text = Field(examples=["Cadre, écoute active, reformulation, mises en situation."])
    audience: Text = Field(examples=["Conseillers et conseillères en insertion."])
    prerequisites: Text = Field(examples=["Aucun."])
    duration: OptionalLine = Field(None, examples=["2 jours, 14 h"])
    contact: OptionalText = Field(None, examples=["Nadia Roux, 05 55 00 00 00, formations@agence.example"])
    accessibility: OptionalText = Field(None, examples=["Supports en gros caractères sur demande."])

    def syllabus(self) -> Syllabus:
        values: dict[str, Any] = {name: "" if value is None else value for name, value in self}
        return Syllabus(**values)


class TrainingEdit(Changes):
    """The fields of a training to change."""

    can_be_emptied = frozenset({"duration", "contact", "accessibility"})

    title: Line | None = Field(None, examples=["Conduire un entretien d'accueil"])
    axis_id: UUID | None = Field(None, examples=["3f0c9a52-6c1e-4b7b-9a53-5a1f6a3c1d11"])
    kind: Kind | None = Field(None, examples=["training"])
    members_only: bool | None = Field(None, examples=[False])
    summary: Text | None = Field(None, examples=["Deux jours pour accueillir et écouter."])
    objectives: Text | None = Field(None, examples=["Mener un premier entretien."])
    content: Text | None = Field(None, examples=["Cadre, écoute active, reformulation, mises en situation."])
    audience: Text | None = Field(None, examples=["Conseillers et conseillères en insertion."])
    prerequisites: Text | None = Field(None, examples=["Aucun."])
    duration: OptionalLine = Field(None, examples=["2 jours, 14 h"])
    contact: OptionalText = Field(None, examples=["Nadia Roux, 05 55 00 00 00, formations@agence.example"])
    accessibility: OptionalText = Field(None, examples=["Supports en gros caractères sur demande."])

    def changes(self) -> SyllabusChanges:
        return SyllabusChanges(**self.sent())
