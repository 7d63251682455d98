"""What carts, their validation and the rules' verdicts look like over HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.enrollment.api.views import EnrollmentView
from shared.http.fields import Strict, Text


class Line(Strict):
    """One session of the cart, and why this person wants it."""

    session_id: UUID
    motivation: Text = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class CartValidation(Strict):
    """The whole cart becomes requests to the employers of one structure."""

    structure_id: UUID
    lines: list[Line] = Field(min_length=1, max_length=20)


class CartLine(BaseModel):
    """A session that was chosen and is not yet requested; `state` says whether it still takes place."""

    session_id: UUID
    training_id: UUID
    title: str = Field(examples=["Conduire un entretien d'orientation"])
    place: str = Field(examples=["Limoges, 2 rue des Écoles"])
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    state: str = Field(examples=["scheduled"])


class Cart(BaseModel):
    """The person's cart, by the start of its sessions."""

    lines: list[CartLine]


class Requests(BaseModel):
    """What a cart became."""

    requests: list[EnrollmentView]


class VerdictView(BaseModel):
    """What one rule says; `blocks` when no request can be made."""

    rule: str = Field(examples=["structure_cap"])
    passed: bool
    blocks: bool
    sentence: str = Field(examples=["Votre structure n'a pas encore 2 place(s) dans cette formation."])


class RuleView(BaseModel):
    """A rule of the agency as it is set; `version` goes into If-Match to set it anew."""

    name: str = Field(examples=["structure_cap"])
    version: int = Field(examples=[0])
    enabled: bool
    value: dict[str, int] = Field(examples=[{"people": 2}])


class RuleChange(Strict):
    """How a rule is to be set; `value` has exactly the rule's own numbers."""

    enabled: bool
    value: dict[str, int] = Field(default_factory=dict, max_length=5, examples=[{"people": 2}])
