"""The bodies of requests to enrollment's endpoints."""

from uuid import UUID

from pydantic import Field, JsonValue

from shared.http.fields import Strict, Text

MOST_PRESENCES = 1000
MOST_LINES = 20
MOST_CANDIDATES = 100
MOST_FIELDS = 20


class Reason(Strict):
    """The reason for a decision."""

    reason: Text = Field(examples=["Effectif insuffisant ce jour-là."])


class OptionalReason(Strict):
    """The reason for an action. Staff who act for somebody else must give one; for others it is optional."""

    reason: Text | None = Field(None, examples=["L'employeur est absent et a donné son accord par téléphone."])


class Question(Strict):
    """The trainer's question to the person."""

    question: Text = Field(examples=["Avez-vous déjà animé un entretien ?"])


class Answer(Strict):
    """The person's answer to the trainer's question."""

    answer: Text = Field(examples=["Oui, depuis deux ans."])


class Presence(Strict):
    """Whether one person was present."""

    enrollment_id: UUID
    present: bool


class Presences(Strict):
    """The presences of one slot. A person who is not in the list keeps the presence recorded before.

    Staff must give a reason.
    """

    presences: list[Presence] = Field(min_length=1, max_length=MOST_PRESENCES)
    reason: Text | None = Field(None, examples=["Feuille papier transmise par la formatrice."])


class Line(Strict):
    """One session of the cart, and the person's motivation for it."""

    session_id: UUID
    motivation: Text = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class CartValidation(Strict):
    """The lines of a cart that become requests to the employers of one structure."""

    structure_id: UUID
    lines: list[Line] = Field(min_length=1, max_length=MOST_LINES)


class Draft(Strict):
    """The draft of the motivation for one session of the cart."""

    motivation: Text = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class Candidates(Strict):
    """Sessions that the caller might request. A caller who is beneficiary of one structure may leave it out."""

    session_ids: list[UUID] = Field(min_length=1, max_length=MOST_CANDIDATES)
    structure_id: UUID | None = None


class RuleChange(Strict):
    """The new setting of a rule. `value` must have exactly the fields of the rule's value."""

    enabled: bool
    value: dict[str, JsonValue] = Field(default_factory=dict, max_length=MOST_FIELDS, examples=[{"people": 2}])
