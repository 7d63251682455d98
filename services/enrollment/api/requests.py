"""The bodies that enrollment's endpoints take."""

from uuid import UUID

from pydantic import Field, JsonValue

from shared.http.fields import Strict, Text

MOST_PRESENCES = 1000
MOST_LINES = 20
MOST_FIELDS = 20


class Reason(Strict):
    """Why, in the words of the person who decides."""

    reason: Text = Field(examples=["Effectif insuffisant ce jour-là."])


class OptionalReason(Strict):
    """Staff who act for somebody else must give a reason; others may."""

    reason: Text | None = Field(None, examples=["L'employeur est absent et a donné son accord par téléphone."])


class Question(Strict):
    """What the trainer wants to know."""

    question: Text = Field(examples=["Avez-vous déjà animé un entretien ?"])


class Answer(Strict):
    """What the person answers."""

    answer: Text = Field(examples=["Oui, depuis deux ans."])


class Presence(Strict):
    """Whether one person was present."""

    enrollment_id: UUID
    present: bool


class Presences(Strict):
    """Who was present during one slot; a person who is not in the list keeps the value before. Staff must give a
    reason.
    """

    presences: list[Presence] = Field(min_length=1, max_length=MOST_PRESENCES)
    reason: Text | None = Field(None, examples=["Feuille papier transmise par la formatrice."])


class Line(Strict):
    """One session of the cart, and why the person wants it."""

    session_id: UUID
    motivation: Text = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class CartValidation(Strict):
    """The lines of a cart that become requests to the employers of one structure."""

    structure_id: UUID
    lines: list[Line] = Field(min_length=1, max_length=MOST_LINES)


class RuleChange(Strict):
    """How a rule is to be set; `value` has exactly the fields of the rule's value."""

    enabled: bool
    value: dict[str, JsonValue] = Field(default_factory=dict, max_length=MOST_FIELDS, examples=[{"people": 2}])
