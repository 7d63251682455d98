"""The answers about the cart and the verdicts of the rules."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.enrollment.api.views import (
    EnrollmentView,
    PersonView,
    SessionSlot,
    SessionState,
    StructureView,
    TrainingKind,
)
from shared.http.views import View


class CartLine(View):
    """A session in the cart. `state` tells whether it still takes place, `training_state` whether it is offered.

    `motivation` is the draft that the person has kept.
    """

    session_id: UUID
    training_id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    slots: list[SessionSlot]
    trainers: list[PersonView]
    state: SessionState = Field(examples=["scheduled"])
    training_state: Literal["published", "archived"] = Field(examples=["published"])
    kind: TrainingKind = Field(examples=["training"])
    axis_name: str | None = Field(examples=["Accueil et orientation"])
    members_only: bool
    capacity: int = Field(examples=[12])
    free: int = Field(examples=[2])
    queued: int = Field(examples=[0])
    motivation: str | None = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class VerdictView(View):
    """The verdict of one rule. If `blocks` is true, no request can be made."""

    rule: str = Field(examples=["structure_cap"])
    passed: bool
    blocks: bool
    sentence: str = Field(examples=["Votre structure n'a pas encore 2 places dans cette formation."])


class SessionVerdicts(View):
    """The verdicts of all rules about a request for one session. `eligible`: none of them blocks it."""

    session_id: UUID
    eligible: bool
    verdicts: list[VerdictView]


class CartOfStructure(View):
    """The verdicts about the lines of the cart if all of them are requested together for one structure.

    `structure` is null for a person who is beneficiary of none.
    """

    structure: StructureView | None
    eligible: bool
    lines: list[SessionVerdicts]


class Cart(View):
    """The person's cart, sorted by the start of the sessions, with the verdicts for each of their structures."""

    lines: list[CartLine]
    structures: list[CartOfStructure]


class Requests(View):
    """The requests that the validation of a cart made."""

    requests: list[EnrollmentView]
