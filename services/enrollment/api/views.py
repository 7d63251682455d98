"""What requests and answers look like over HTTP."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Row

from services.enrollment.domain.enrollment import Enrollment, allowed_moves, status_label
from services.enrollment.domain.states import ActingAs
from services.enrollment.storage.copies import Actor
from shared.http.fields import Strict, Text


class Reason(Strict):
    """Why, in the words of who decides."""

    reason: Text = Field(examples=["Effectif insuffisant ce jour-là."])


class PerhapsReason(Strict):
    """Staff who act for somebody else say why; others may."""

    reason: Text | None = None


class Question(Strict):
    """What the trainer wants to know."""

    question: Text = Field(examples=["Avez-vous déjà animé un entretien ?"])


class Answer(Strict):
    """What the person answers."""

    answer: Text = Field(examples=["Oui, depuis deux ans."])


class Line(Strict):
    """One session of the cart, and why this person wants it."""

    session_id: UUID
    motivation: Text = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class CartValidation(Strict):
    """The whole cart becomes requests to the employers of one structure."""

    structure_id: UUID
    lines: list[Line] = Field(min_length=1, max_length=20)


class CartLine(BaseModel):
    """A session that was chosen and is not yet requested."""

    session_id: UUID
    training_id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime


class Cart(BaseModel):
    """The person's cart, by the start of its sessions."""

    lines: list[CartLine]


class EnrollmentView(BaseModel):
    """One request. `motivation` is there for those who may read it; `moves` is what the caller may do now."""

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    requested_at: datetime
    approval: str = Field(examples=["awaiting_trainer"])
    seat: str = Field(examples=["queued"])
    status_label: str = Field(examples=["Sur liste d'attente"])
    late: bool
    motivation: str
    rank: int | None = None
    moves: list[str] = []

    @classmethod
    def of(
        cls, one: Enrollment, *, rank: int | None = None, roles: frozenset[ActingAs] = frozenset(), closed_by: ActingAs | None = None
    ) -> Self:
        """Show a request to somebody who may act in those roles."""
        moves = {move.value for role in roles for move in allowed_moves(one, role)} - {"promote"}
        plain = {name: getattr(one, name) for name in cls.model_fields if hasattr(one, name)}
        label = status_label(one.approval, one.seat, closed_by)
        return cls(**plain, status_label=label, rank=rank, moves=sorted(moves))


def roles_of(actor: Actor, one: Enrollment, trainer_ids: list[UUID]) -> frozenset[ActingAs]:
    """The roles in which somebody meets a request."""
    found: dict[ActingAs, bool] = {
        "beneficiary": actor.account_id == one.account_id,
        "employer": one.structure_id in actor.employer_of,
        "trainer": actor.account_id in trainer_ids,
        "staff": actor.is_staff,
    }
    return frozenset(role for role, is_so in found.items() if is_so)


class Requests(BaseModel):
    """What a cart became."""

    requests: list[EnrollmentView]


class VerdictView(BaseModel):
    """What one rule says; `blocks` when no request can be made."""

    rule: str
    passed: bool
    blocks: bool
    sentence: str


class HistoryLine(BaseModel):
    """Who moved a request, when, from what to what, and why."""

    version: int
    move: str
    from_approval: str
    to_approval: str
    from_seat: str
    to_seat: str
    moved_by: UUID | None
    acting_as: str
    at: datetime
    note: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Show a stored line."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class RuleView(BaseModel):
    """A rule of the agency as it is set."""

    name: str
    enabled: bool
    value: dict[str, int]


class RuleChange(Strict):
    """How a rule is to be set; `value` has exactly the rule's own numbers."""

    enabled: bool
    value: dict[str, int] = Field(default_factory=dict, max_length=5)
